"""Tesseract on real pages, and its data."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from support.command import Command, one_line, run_command
from support.engines import need_engine
from support.readers import page_sizes, pdfium_text, pdfium_words, poppler_text
from support.truth import PAGES, SCANS, TruePage, recall, share_in_place

from pipeline import EngineError, LanguageError, async_ocr, recognize
from pipeline.model.languages import LANGUAGES
from pipeline.ocr.engines.aspose.engine import AsposeOptions
from pipeline.ocr.engines.tesseract.tessdata import (
    TesseractOptions,
    install_languages,
    tessdata_dir,
)
from pipeline.ocr.install import install_extra
from pipeline.ocr.registry import engine_status

HARDWARE = SCANS / "receipts/hardware.jpg"


@pytest.fixture(scope="module")
def by_tesseract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The PDFs of letters and fax, read by Tesseract in English."""
    need_engine("tesseract", "eng")
    out = tmp_path_factory.mktemp("tesseract")
    done = run_command(
        "convert", SCANS / "letters", SCANS / "fax", "-o", out, "--engine", "tesseract"
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("engine tesseract reads English (eng); name others with -l") == 1
    return out


ENGLISH = [page for page in PAGES if page.document in ("letters", "fax")]


@pytest.mark.parametrize("page", ENGLISH, ids=lambda page: f"{page.document}-{page.name}")
def test_tesseract_reads_and_places(by_tesseract: Path, page: TruePage) -> None:
    pdf = by_tesseract / f"{page.document}.pdf"
    assert recall(page, pdfium_text(pdf, page.page)) >= 0.93
    assert recall(page, poppler_text(pdf, page.page)) >= 0.93
    share, count = share_in_place(page, pdfium_words(pdf, page.page), page_sizes(pdf)[page.page])
    assert count > 0.85 * len(page.words)
    assert share >= 0.97


def test_tesseract_reads_pages_of_few_pixels(tmp_path: Path) -> None:
    need_engine("tesseract", "eng")
    page = next(page for page in ENGLISH if page.name == "3")
    with Image.open(SCANS / "letters/3.png") as scan:
        shrink = 75 / scan.info["dpi"][0]
        size = round(scan.width * shrink), round(scan.height * shrink)
        scan.convert("L").resize(size).save(tmp_path / "3.png", dpi=(75, 75))
    pdf = tmp_path / "3.pdf"
    done = run_command("convert", tmp_path / "3.png", "-o", pdf, "--engine", "tesseract")
    assert done.returncode == 0, done.stderr
    assert recall(page, pdfium_text(pdf, 0)) >= 0.9
    share, count = share_in_place(page, pdfium_words(pdf, 0), page_sizes(pdf)[0])
    assert count > 0.8 * len(page.words)
    assert share >= 0.97


def test_tesseract_gives_confidence_and_lines() -> None:
    need_engine("tesseract", "eng")
    with Image.open(SCANS / "letters/2.png") as image:
        page = recognize(image.convert("L"), "eng", "tesseract")
    assert page.engine == "tesseract"
    line = max(page.lines, key=lambda line: len(line.words))
    slope = (line.baseline.y1 - line.baseline.y0) / (line.baseline.x1 - line.baseline.x0)
    assert slope == pytest.approx(0.0209, abs=0.004), "the page is tilted by 1.2 degrees"
    assert all(word.confidence is not None for word in line.words)
    assert 15 < line.height < 30


def test_tesseract_without_its_data(tmp_path: Path, command: Command) -> None:
    need_engine("tesseract")
    done = command(
        "text", HARDWARE, "--engine", "tesseract", "--tessdata-dir", tmp_path, "-l", "swe"
    )
    assert done.returncode == 4
    assert "no language data in" in done.stderr
    own = "leave --tessdata-dir out: the system has its own"
    assert f"put eng.traineddata into {tmp_path}, or {own}" in done.stderr
    (tmp_path / "eng.traineddata").write_bytes(b"")
    done = command(
        "text", HARDWARE, "--engine", "tesseract", "--tessdata-dir", tmp_path, "-l", "eng+swe"
    )
    assert done.returncode == 4
    assert "does not read Swedish (swe)" in done.stderr


WITHOUT = """
import sys
sys.modules["tesserocr"] = None
sys.argv = ["searchable-pdf", *sys.argv[1:]]
from pipeline.__main__ import main
main()
"""


def test_all_that_is_missing_is_named_once() -> None:
    given = ("text", str(HARDWARE), "-l", "chr")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *given], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    said = f"once tesserocr and its data are there: {install_extra('tesseract')}; and apt install"
    assert said in one_line(done.stderr)
    assert done.stderr.count("pip install") == 1
    assert install_languages(("hau",), TesseractOptions()) == "", "nobody has it"


@pytest.mark.slow
def test_other_data_of_tesseract_makes_another_pdf(tmp_path: Path, own_cache: None) -> None:
    need_engine("tesseract", "eng", "swe")
    usual = tessdata_dir(TesseractOptions())
    assert usual is not None
    other = tmp_path / "tessdata"
    other.mkdir()
    (other / "eng.traineddata").symlink_to(usual / "swe.traineddata")
    (tmp_path / "in").mkdir()
    shutil.copy(HARDWARE, tmp_path / "in/1.jpg")
    convert = ("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "tesseract")
    written = []
    for more in ((), ("--tessdata-dir", other), ("--tessdata-dir", other)):
        done = run_command(*convert, *more)
        assert done.returncode == 0, done.stderr
        written.append("skipped" not in done.stderr)
    assert written == [True, True, False]


def test_codes_are_those_of_tesseract() -> None:
    need_engine("tesseract")
    known = engine_status("tesseract").languages
    assert [code for code in known if code not in LANGUAGES and code.islower()] == []


def test_the_library_takes_options_of_an_engine(tmp_path: Path) -> None:
    need_engine("tesseract", "eng")
    missing = TesseractOptions(tmp_path)
    for options in (missing, (AsposeOptions(aspose_areas="table"), missing)):
        with pytest.raises(EngineError, match=f"no language data in {tmp_path}"):
            asyncio.run(async_ocr(HARDWARE, engine="tesseract", engine_options=options))
        with pytest.raises(LanguageError, match="data for eng is missing"):
            recognize(Image.new("L", (60, 80), 255), "eng", "tesseract", options)

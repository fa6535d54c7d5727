"""Each engine on real pages, which one is taken, and what is done about faulty ones."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from support.command import Command, run_command
from support.doubles import Still
from support.readers import page_sizes, pdfium_text, pdfium_words, poppler_text
from support.stored import Stored
from support.truth import PAGES, SCANS, TruePage, bare_words, recall, share_in_place

from pipeline import (
    Baseline,
    Box,
    EngineOptions,
    Line,
    PageFailure,
    PageJob,
    PageSource,
    PageText,
    RecognitionError,
    Word,
    async_ocr,
    convert,
    process_page,
    recognize,
)
from pipeline.model.events import DocumentDone, EngineChosen, Event, PageDone
from pipeline.model.languages import LANGUAGES
from pipeline.model.options import OcrOptions
from pipeline.ocr.engines.aspose import BANNER
from pipeline.ocr.engines.tesseract import tessdata_dir
from pipeline.ocr.registry import choose_engine, engine_status

HARDWARE = SCANS / "receipts/hardware.jpg"


def need_engine(name: str, *languages: str) -> None:
    """Skips the test where the engine is not here, or fails where it must be."""
    status = engine_status(name, EngineOptions())
    missing = [code for code in languages if code not in status.languages]
    if status.available and not missing:
        return
    reason = f"{name}: {status.reason or f'no data for {missing}'}; {status.remedy}"
    if os.environ.get("REQUIRE_ENGINES") and not (name == "aspose" and sys.version_info >= (3, 12)):
        pytest.fail(reason)
    pytest.skip(reason)


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
    assert "apt install tesseract-ocr-eng, or brew install tesseract-lang" in done.stderr
    (tmp_path / "eng.traineddata").write_bytes(b"")
    done = command(
        "text", HARDWARE, "--engine", "tesseract", "--tessdata-dir", tmp_path, "-l", "eng+swe"
    )
    assert done.returncode == 4
    assert "does not read Swedish (swe)" in done.stderr


@pytest.fixture(scope="module")
def by_aspose(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """The letters, read by Aspose without a licence, and what was said meanwhile."""
    need_engine("aspose")
    out = tmp_path_factory.mktemp("aspose")
    code = f"""
import asyncio, pickle, sys
from pipeline import convert
events = []
asyncio.run(convert(
    [{str(SCANS / "letters")!r}], {str(out)!r}, engine="aspose", notify=events.append
))
sys.stdout.buffer.write(pickle.dumps(events))
sys.stdout.flush()
"""
    # Java has a process of its own: it cannot be started twice, nor forgotten.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b"", "Java's warnings are kept off the terminal"
    import pickle

    return out / "letters.pdf", pickle.loads(done.stdout)


def test_aspose_reads_its_three_hundred_characters(by_aspose: tuple[Path, list[Event]]) -> None:
    pdf, events = by_aspose
    for page in PAGES[:3]:
        for text in (pdfium_text(pdf, page.page), poppler_text(pdf, page.page)):
            found = bare_words(text)
            assert len(found) > 30
            assert BANNER not in text
            assert "****" not in text
            if page.name == "2":  # it reads the tilted page badly
                continue
            first = bare_words(" ".join(word["text"] for word in page.words))[: len(found)]
            assert len(set(first) & set(found)) >= 0.85 * len(set(first))
        if page.name == "2":
            continue
        places = pdfium_words(pdf, page.page)
        read = replace(page, lines=[page.words[: len(places)]])
        share, count = share_in_place(read, places, page_sizes(pdf)[page.page])
        assert count > 20
        assert share >= 0.97
    (chosen,) = [event for event in events if isinstance(event, EngineChosen)]
    assert len([note for note in chosen.notes if "300 characters a page" in note]) == 1
    pages = [event for event in events if isinstance(event, PageDone)]
    assert [page.truncated for page in pages] == [True] * 3


def test_a_process_that_used_java_ends() -> None:
    need_engine("aspose")
    code = """
from concurrent.futures import ThreadPoolExecutor
from PIL import Image
from pipeline import recognize
page = Image.new("L", (200, 80), 255)
with ThreadPoolExecutor(2) as threads:  # they end before Java does
    found = threads.map(lambda _: recognize(page, "eng", "aspose"), "ab")
    print([each.word_count for each in found])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[0, 0]\n", "")


def test_aspose_in_the_command(tmp_path: Path, command: Command) -> None:
    need_engine("aspose")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    done = command(
        "text", HARDWARE, HARDWARE, "--engine", "aspose", "-l", "eng",
        "--aspose-areas", "universal", env={"TMPDIR": str(temporary)},
    )  # fmt: skip
    assert done.returncode == 0
    assert "MILLER HARDWARE" in done.stdout
    assert BANNER not in done.stdout
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Aspose.OCR has no licence" in done.stderr
    assert list(temporary.iterdir()) == [], "Java's temporary files go with it"


@pytest.mark.parametrize("how", ("option", "environment"))
def test_a_licence_that_is_not_there(tmp_path: Path, command: Command, how: str) -> None:
    need_engine("aspose")
    path = tmp_path / "no.lic"
    option = ("--aspose-license", path) if how == "option" else ()
    done = command("text", HARDWARE, *option, env={"ASPOSE_OCR_LICENSE": str(path)})
    assert done.returncode == 4
    assert "no.lic is not there" in done.stderr


def test_a_licence_that_is_none(tmp_path: Path, command: Command) -> None:
    need_engine("aspose")
    (tmp_path / "bad.lic").write_text("<x/>")
    done = command("text", HARDWARE, "--aspose-license", tmp_path / "bad.lic")
    assert done.returncode == 4
    assert "bad.lic is not accepted" in done.stderr


def test_none_bundles_the_scans(tmp_path: Path, command: Command) -> None:
    done = command("convert", SCANS / "receipts", "-o", tmp_path, "--engine", "none")
    assert done.returncode == 0, done.stderr
    for page, name in enumerate(("bakery.jpg", "hardware.jpg")):
        assert pdfium_text(tmp_path / "receipts.pdf", page) == ""
        stored = Stored(tmp_path / "receipts.pdf", page)
        assert stored.data == (SCANS / "receipts" / name).read_bytes()


def test_none_still_finds_damaged_scans(tmp_path: Path, command: Command) -> None:
    for path in (SCANS / "receipts").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes()[:30_000])
    done = command("convert", tmp_path, "-o", tmp_path / "out", "--engine", "none")
    assert done.returncode == 0, "what can be seen is kept"
    for path in (SCANS / "receipts").iterdir():
        assert f"{path.name}: the file is cut off or damaged: " in done.stderr


def test_rapid_gives_latin_letters_only_where_asked() -> None:
    with Image.open(SCANS / "languages/japanese.png") as image:
        page = recognize(image.convert("L"), "eng", "rapid")
        japanese = recognize(image.convert("L"), "jpn+eng", "rapid")
    assert not any(ord(character) > 0x2FFF for character in page.text)
    assert "図書館" in japanese.text


@pytest.mark.parametrize("name", ("swedish.png", "polish.png", "czech.tif", "french.jpg"))
def test_rapid_keeps_all_letters_of_latin_languages(name: str) -> None:
    (page,) = [each for each in PAGES if each.name == name.partition(".")[0]]
    with Image.open(SCANS / "languages" / name) as image:
        code = {"swedish": "swe", "polish": "pol", "czech": "ces", "french": "fra"}[page.name]
        found = recognize(image.convert("RGB"), code, "rapid")
    assert recall(page, found.text) >= 0.98


def test_auto_takes_rapid_where_it_can(tmp_path: Path) -> None:
    assert choose_engine("auto", OcrOptions()).engine == "rapid"
    assert choose_engine("auto", OcrOptions(("eng", "jpn"))).engine == "rapid"


def test_auto_takes_tesseract_where_it_must(command: Command) -> None:
    need_engine("tesseract", "rus", "eng")
    chosen = choose_engine("auto", OcrOptions(("rus", "eng")))
    assert chosen.engine == "tesseract"
    assert chosen.notes == ("engine rapid does not read Russian (rus): tesseract does it",)
    done = command("text", "-l", "eng+rus", HARDWARE)
    assert done.returncode == 0
    assert done.stderr.splitlines() == list(chosen.notes)


def test_a_language_that_nobody_reads(command: Command) -> None:
    done = command("text", "-l", "chr", HARDWARE)
    assert done.returncode == 4
    assert "Cherokee (chr); Tesseract can, once its data is there: apt install" in done.stderr


def test_the_engines_that_are_there(command: Command) -> None:
    shown = json.loads(command("engines", "--json").stdout)
    assert [each["name"] for each in shown[:4]] == ["rapid", "tesseract", "aspose", "none"]
    assert set(shown[0]) == {
        "name", "available", "reason", "remedy", "version", "licence", "languages", "warning",
    }  # fmt: skip
    assert shown[0]["available"] and "swe" in shown[0]["languages"]
    for each in shown:
        assert each["available"] or (each["reason"] and each["remedy"])
    table = command("engines").stdout
    for name in ("rapid", "tesseract", "aspose", "none", "licence: none"):
        assert name in table


def test_engines_that_are_not_installed_say_how_to_get_them() -> None:
    code = """
import sys
sys.modules["tesserocr"] = None
import importlib.metadata
real = importlib.metadata.version
def version(name):
    if name.startswith("aspose"):
        raise importlib.metadata.PackageNotFoundError(name)
    return real(name)
importlib.metadata.version = version
sys.argv = ["searchable-pdf", "engines", "--json"]
from pipeline.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    by_name = {each["name"]: each for each in json.loads(done.stdout)}
    assert by_name["tesseract"]["remedy"] == "pip install 'searchable-pdf[tesseract]'"
    assert not by_name["tesseract"]["available"]
    assert not by_name["aspose"]["available"]
    if sys.version_info < (3, 12):
        assert by_name["aspose"]["remedy"] == "pip install 'searchable-pdf[aspose]'"
    else:
        assert "needs Python below 3.12" in by_name["aspose"]["reason"]


def test_other_data_of_tesseract_makes_another_pdf(tmp_path: Path, own_cache: None) -> None:
    need_engine("tesseract", "eng", "swe")
    usual = tessdata_dir(EngineOptions())
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
    known = engine_status("tesseract", EngineOptions()).languages
    assert [code for code in known if code not in LANGUAGES and code.islower()] == []


GOOD = Word("fine", Box(1, 1, 9, 9), 0.5)
FAULTS = {
    "not within the page": Word("out", Box(1, 1, 99, 9)),
    "NFC": Word("e\u0301", Box(1, 1, 9, 9)),
    "not 0 to 1": Word("sure", Box(1, 1, 9, 9), 97.0),
    "inside out": Word("wrong", Box(9, 1, 1, 9)),
    "nowhere": Word("nan", Box(float("nan"), 1, 9, 9)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_engine_fails_its_page_not_the_run(tmp_path: Path, fault: str) -> None:
    class Odd(Still):
        name = "odd"

        def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
            if image.width < 30:
                return super().recognize(image, languages)
            line = Line((GOOD, FAULTS[fault]), Baseline(0, 9, 30, 9), 8)
            return PageText(image.width, image.height, (line,), engine=self.name)

    Image.new("L", (40, 40), 255).save(tmp_path / "1.png")
    Image.new("L", (20, 40), 255).save(tmp_path / "2.png")
    report = asyncio.run(convert([tmp_path], tmp_path / "out", engine=Odd()))
    assert report.exit_code == 10
    (failure,) = report.failures
    assert failure.stage == "recognize"
    assert "1.png: engine odd is faulty: " in failure.message
    assert FAULTS[fault].text in failure.message
    assert isinstance(report.documents[0], DocumentDone)
    assert report.documents[0].pages == 2


def test_a_word_without_width_is_found_all_the_same(tmp_path: Path) -> None:
    class Thin(Still):
        def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
            words = (GOOD, Word("thin", Box(20, 1, 20, 9)))
            line = Line(words, Baseline(0, 9, 40, 9), 8)
            return PageText(image.width, image.height, (line,), engine=self.name)

    Image.new("L", (40, 40), 255).save(tmp_path / "1.png")
    report = asyncio.run(convert([tmp_path], tmp_path / "out", engine=Thin()))
    assert report.exit_code == 0, report.documents
    (pdf,) = (tmp_path / "out").iterdir()
    assert poppler_text(pdf, 0).split() == ["fine", "thin"]


@pytest.mark.parametrize("answer", (None, "text", PageText(0, 0)))
def test_an_answer_that_is_no_page(tmp_path: Path, answer: object) -> None:
    class Odd(Still):
        def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
            return answer  # type: ignore[return-value]

    Image.new("L", (40, 40), 255).save(tmp_path / "1.png")
    outcome = process_page(PageJob(PageSource(tmp_path / "1.png"), engine=Odd()))
    assert isinstance(outcome, PageFailure)
    assert "engine still is faulty" in outcome.message
    with pytest.raises(RecognitionError):
        asyncio.run(async_ocr(tmp_path / "1.png", engine=Odd()))


def test_an_engine_of_others(tmp_path: Path, command: Command) -> None:
    """The README's engine, in a package of its own, installed apart."""
    import re

    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    blocks = r"<!-- engine -->\n```(?:python|toml)\n(.*?)```"
    engine, project = re.findall(blocks, readme, re.DOTALL)
    assert engine.count("\n") < 30
    (tmp_path / "package").mkdir()
    (tmp_path / "package/blocks_engine.py").write_text(engine)
    (tmp_path / "package/pyproject.toml").write_text(project)
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation",
         "--disable-pip-version-check", "--target", tmp_path / "site", tmp_path / "package"],
        check=True, capture_output=True,
    )  # fmt: skip
    settings = {"env": {"PYTHONPATH": str(tmp_path / "site")}}
    done = command(
        "convert", HARDWARE, "-o", tmp_path, "--engine", "blocks", "--sidecar", **settings
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "hardware.txt").read_text(encoding="utf-8").split() == ["█"] * 39
    assert "█" in pdfium_text(tmp_path / "hardware.pdf", 0)
    shown = json.loads(command("engines", "--json", **settings).stdout)
    assert "blocks" in [each["name"] for each in shown]

"""Checks on real scans with true text: `make test-scans REAL_SCANS=path`, not part of `make test`.

A set is a folder of `NNN.<image>` with its truth in `NNN.txt`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from support.command import run_command
from support.readers import READERS, page_sizes, run
from support.stored import Stored, opened, same_pixels
from tools.scoring import in_words, score, words

from pipeline import page_sources

ROOT = Path(os.environ.get("REAL_SCANS", ""))
SETS = (
    "unlv_doe_eng",
    "oldbooks_eng",
    "funsd_forms_eng",
    "sroie_receipts_eng",
    "mltart_deu_fra",
)
IMAGES = (".tif", ".png", ".jpg")
ALLOWED_LOSS = 0.005
LEAST_WORDS = {
    ("rapid", "unlv_doe_eng"): 0.987,
    ("rapid", "oldbooks_eng"): 0.983,
    ("rapid", "funsd_forms_eng"): 0.883,
    ("rapid", "sroie_receipts_eng"): 0.948,
    ("rapid", "mltart_deu_fra"): 0.972,
    ("tesseract", "funsd_forms_eng"): 0.8,
}
"""Share of true words that each engine has found; it shall not find fewer again."""

pytestmark = [
    pytest.mark.scans,
    pytest.mark.skipif(
        not os.environ.get("REAL_SCANS") or not ROOT.is_dir(), reason="REAL_SCANS names no folder"
    ),
]


@pytest.fixture(scope="module", params=SETS)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """A set and the folder of its PDFs and sidecars, one of each for every scan."""
    scans = ROOT / request.param
    if not scans.is_dir():
        pytest.skip(f"{scans} is missing")
    out = tmp_path_factory.mktemp(request.param)
    done = run_command("convert", scans, "--per-file", "--sidecar", "-q", "-o", out)
    assert done.returncode == 0, done.stderr
    return scans, out


def images(scans: Path) -> Iterator[Path]:
    return (path for path in sorted(scans.iterdir()) if path.suffix in IMAGES)


def test_the_pdf_holds_what_the_engine_read(made: tuple[Path, Path]) -> None:
    scans, out = made
    names = [path.stem for path in images(scans) if (scans / f"{path.stem}.txt").exists()]
    true = {name: (scans / f"{name}.txt").read_text(encoding="utf-8") for name in names}
    unwrapped = score(true, {name: (out / f"{name}.txt").read_text("utf-8") for name in names})
    print(f"\n{scans.name:20} engine  {in_words(unwrapped)}")
    assert unwrapped["words"] >= LEAST_WORDS["rapid", scans.name]
    for reader, (text, _) in READERS.items():
        found = score(true, {name: text(out / f"{name}.pdf", 0) for name in names})
        print(f"{scans.name:20} {reader:7} {in_words(found)}")
        for measure in ("words", "precision", "phrases"):
            if (reader, measure) != ("poppler", "phrases"):  # it reads tables column by column
                assert found[measure] >= unwrapped[measure] - ALLOWED_LOSS, (reader, measure)


def test_tesseract_finds_the_words_of_forms(tmp_path: Path) -> None:
    scans = ROOT / "funsd_forms_eng"
    if not scans.is_dir():
        pytest.skip(f"{scans} is missing")
    done = run_command("convert", scans, "--per-file", "--sidecar", "-q", "-o", tmp_path,
                       "--engine", "tesseract")  # fmt: skip
    if done.returncode == 4:
        pytest.skip(done.stderr)
    true = {path.stem: path.read_text("utf-8") for path in scans.glob("*.txt")}
    found = score(true, {name: (tmp_path / f"{name}.txt").read_text("utf-8") for name in true})
    print(f"\n{scans.name:20} tesseract {in_words(found)}")
    assert found["words"] >= LEAST_WORDS["tesseract", scans.name]


def test_scans_are_kept_and_pdfs_are_no_larger(made: tuple[Path, Path]) -> None:
    scans, out = made
    for path in images(scans):
        pdf = out / f"{path.stem}.pdf"
        found = Stored(pdf)
        if path.suffix == ".jpg":
            assert found.data == path.read_bytes()
        assert same_pixels(found.pixels(), opened(path))
        assert pdf.stat().st_size <= 1.03 * path.stat().st_size + 12_000, path
        run("qpdf", "--check", pdf)


def test_bilevel_pages_render_as_scanned(made: tuple[Path, Path], tmp_path: Path) -> None:
    scans, out = made
    for path in list(images(scans))[:8]:
        with Image.open(path) as scan:
            if scan.mode != "1" or "dpi" not in scan.info:
                continue
            x, y = (round(float(value)) for value in scan.info["dpi"])
            run("pdftoppm", "-gray", "-rx", x, "-ry", y, "-singlefile", out / f"{path.stem}.pdf",
                tmp_path / "page")  # fmt: skip
            with Image.open(tmp_path / "page.pgm") as shown:
                assert shown.tobytes() == scan.convert("L").tobytes(), path


def test_sixty_pages_as_one_pdf(tmp_path: Path) -> None:
    scans = ROOT / "unlv_doe_eng"
    if not scans.is_dir():
        pytest.skip(f"{scans} is missing")
    done = run_command("convert", scans, "-q", "-o", tmp_path / "all.pdf")
    assert done.returncode == 0, done.stderr
    assert len(page_sizes(tmp_path / "all.pdf")) == len(list(images(scans))) == 60
    run("qpdf", "--check", tmp_path / "all.pdf")


def test_no_frame_of_a_multi_page_tiff_is_lost(tmp_path: Path) -> None:
    scans = ROOT / "multipage_tiff"
    if not scans.is_dir():
        pytest.skip(f"{scans} is missing")
    rows = [row.split("\t") for row in (scans / "index.tsv").read_text().splitlines()[1:]]
    for _, name, pages, *_ in rows:
        assert len(list(page_sources(scans / name))) == int(pages), name


def test_arabic_words_are_read_in_logical_order(tmp_path: Path) -> None:
    scans = ROOT / "arabic_lines"
    if not scans.is_dir() or not shutil.which("tesseract"):
        pytest.skip(f"{scans} or the command tesseract is missing")
    lines = sorted(scans.glob("*.png"))[:5]
    for path in lines:
        done = run_command("text", path, "-l", "ara", "--engine", "tesseract")
        if done.returncode == 4:
            pytest.skip(done.stderr)
        by_hand = run("tesseract", path, "-", "-l", "ara", "--psm", 3).decode()
        ours, theirs = (set(words(text)) for text in (done.stdout, by_hand))
        assert len(ours & theirs) >= 0.6 * len(theirs), path

"""The whole job on the project's own scans, by the default engine, read back by other readers."""

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader
from support.command import Command
from support.readers import READERS, page_sizes, poppler_text, run
from support.run_store import reading
from support.truth import (
    PAGE,
    PAGES,
    SCANS,
    TruePage,
    TrueWord,
    fold,
    recall,
    recognition_copy,
    share_in_place,
)

from pipeline import PageSource, load_page, render_page

DOCUMENTS = ("fax", "languages", "letters", "receipts")
pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.document}-{page.name}")
readers = pytest.mark.parametrize("reader", READERS)
documents = pytest.mark.parametrize("document", DOCUMENTS)


@readers
@pages
def test_words_are_found(converted: Path, page: TruePage, reader: str) -> None:
    text = READERS[reader][0](converted / f"{page.document}.pdf", page.page)
    assert recall(page, text) >= 0.98


@readers
@pages
def test_words_lie_on_the_print(converted: Path, page: TruePage, reader: str) -> None:
    pdf = converted / f"{page.document}.pdf"
    share, count = share_in_place(
        page, READERS[reader][1](pdf, page.page), page_sizes(pdf)[page.page]
    )
    assert count >= 0.9 * len(page.words)
    assert share >= 0.97


@readers
@pages
def test_lines_do_not_run_into_each_other(converted: Path, page: TruePage, reader: str) -> None:
    text = fold(READERS[reader][0](converted / f"{page.document}.pdf", page.page))
    for line, after in zip(page.lines, page.lines[1:], strict=False):
        glued = line[-1]["text"] + after[0]["text"]
        assert glued not in text


def test_there_is_a_pdf_and_a_text_for_each_folder(converted: Path) -> None:
    made = {path.name for path in converted.iterdir() if path.suffix in (".pdf", ".txt")}
    assert made == {f"{name}{end}" for name in DOCUMENTS for end in (".pdf", ".txt")}


def test_the_sidecar_is_the_text_of_all_pages(converted: Path) -> None:
    pages = (converted / "fax.txt").read_text(encoding="utf-8").split("\f")
    assert ["Crate 101 holds spare parts" in page for page in pages] == [True, False, False]
    assert "R. Hartley, shift manager" in pages[2]


@documents
def test_qpdf_finds_no_fault(converted: Path, document: str) -> None:
    assert b"No syntax or stream encoding errors" in run(
        "qpdf", "--check", converted / f"{document}.pdf"
    )


@documents
def test_one_font_for_the_whole_document(converted: Path, document: str) -> None:
    reader: Any = PdfReader(converted / f"{document}.pdf")
    fonts = {
        font.indirect_reference.idnum
        for page in reader.pages
        for font in (
            page["/Resources"]["/Font"].raw_get(name) for name in page["/Resources"]["/Font"]
        )
    }
    assert len(fonts) == 1
    files = [
        item
        for item in map(reader.get_object, range(1, len(reader.xref[0]) + 1))
        if isinstance(item, dict) and "/FontFile2" in item
    ]
    assert len(files) == 1


@documents
def test_no_larger_than_the_scans(converted: Path, document: str) -> None:
    pdf = converted / f"{document}.pdf"
    scans = sum(path.stat().st_size for path in (SCANS / document).iterdir())
    assert pdf.stat().st_size <= 1.03 * scans + 12_000 * len(page_sizes(pdf))


def test_page_sizes_are_pixels_over_dpi(converted: Path) -> None:
    width, height = 1654 / 200 * 72, 2338 / 200 * 72
    for size in page_sizes(converted / "letters.pdf"):
        assert size == pytest.approx((width, height), abs=0.001)
    for size in page_sizes(converted / "fax.pdf"):
        assert size == pytest.approx((1687 / 204 * 72, 1146 / 98 * 72), abs=0.001)


def test_bookmarks_labels_and_information(converted: Path) -> None:
    reader: Any = PdfReader(converted / "fax.pdf")
    assert [(item.title, reader.get_destination_page_number(item)) for item in reader.outline] == [
        ("message", 0)
    ]
    assert reader.page_labels == ["1", "2", "3"]
    assert reader.metadata is not None
    assert reader.metadata.title == "fax"
    assert re.fullmatch(r"searchable-pdf [\d.]+", reader.metadata.producer or "")
    receipts: Any = PdfReader(converted / "receipts.pdf")
    assert [item.title for item in receipts.outline] == ["bakery", "hardware"]


def test_the_summary_names_documents_sizes_and_place(converted: Path) -> None:
    said = (converted.parent / "stderr").read_text()
    for column in ("document", "pages", "words", "size in", "size out", "seconds"):
        assert column in said
    for document in DOCUMENTS:
        assert f"{document}.pdf" in said
    assert f"4 PDFs in {converted}" in said
    assert (converted.parent / "stdout").read_text() == ""


def test_again_gives_the_same_bytes(converted: Path, tmp_path: Path, command: Command) -> None:
    done = command("convert", SCANS / "receipts", "-o", tmp_path, "-j", 1, "--no-cache")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "receipts.pdf").read_bytes() == (converted / "receipts.pdf").read_bytes()


def test_a_page_looks_like_its_scan(converted: Path, tmp_path: Path) -> None:
    from PIL import Image

    for document, page, source, rates in (
        ("letters", 2, "letters/2.png", ("-r", 200)),
        ("languages", 1, "languages/czech.tif", ("-r", 200)),
        ("fax", 2, "fax/message.tif", ("-rx", 204, "-ry", 98)),
    ):
        run(
            "pdftoppm",
            "-gray",
            *rates,
            "-f",
            page,
            "-l",
            page,
            "-singlefile",
            converted / f"{document}.pdf",
            tmp_path / "page",
        )
        with Image.open(SCANS / source) as scan, Image.open(tmp_path / "page.pgm") as shown:
            if document == "fax":
                scan.seek(page - 1)
            assert shown.size == scan.size
            assert shown.tobytes() == scan.convert("L").tobytes()


def test_the_turned_photograph_stands_upright(converted: Path) -> None:
    with pypdfium2.PdfDocument(converted / "receipts.pdf") as document:
        page = document[0]
        assert page.get_rotation() == 0
        width, height = page.get_size()
        shown = page.render(scale=1).to_pil().convert("L")
    assert width < height
    assert "CORNER BAKERY" in poppler_text(converted / "receipts.pdf", 0)
    dark_top = sum(shown.crop((30, 20, round(width) - 30, round(height) // 2)).histogram()[:80])
    dark_bottom = sum(
        shown.crop((30, round(height) // 2, round(width) - 30, round(height) - 60)).histogram()[:80]
    )
    assert dark_top > dark_bottom  # the print is in the upper half


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "tilt_deg"),
    (("letters/3", -1.5), pytest.param("letters/1", 1.5, marks=pytest.mark.slow)),
)
def test_words_of_a_tilted_page_lie_on_their_print(
    tmp_path: Path, name: str, tilt_deg: float
) -> None:
    page, image = PAGE[name], recognition_copy(name)
    paper = image.getpixel((5, 5))
    tilted = image.rotate(tilt_deg, Image.Resampling.BICUBIC, fillcolor=paper)
    path, pdf = tmp_path / "tilted.png", tmp_path / "tilted.pdf"
    tilted.save(path, dpi=(170, 170))
    with load_page(PageSource(path)) as opened:
        pdf.write_bytes(render_page(opened, reading(tilted)))
    lines = [[tilted_word(word, page, tilt_deg) for word in row] for row in page.lines]
    true = replace(page, lines=lines)
    for text_of, words_of in READERS.values():
        assert recall(page, text_of(pdf, 0)) >= 0.97
        share, count = share_in_place(true, words_of(pdf, 0), page_sizes(pdf)[0])
        assert count >= 0.97 * len(page.words)
        assert share >= 0.98


def tilted_word(word: TrueWord, page: TruePage, tilt_deg: float) -> TrueWord:
    """A true word of a page that is turned about its middle, counter-clockwise."""
    cos, sin = math.cos(math.radians(tilt_deg)), math.sin(math.radians(tilt_deg))
    left, top, right, bottom = word["box"]
    x, y = (left + right - page.width) / 2, (top + bottom - page.height) / 2
    x, y = page.width / 2 + x * cos + y * sin, page.height / 2 - x * sin + y * cos
    width, height = right - left, bottom - top
    across = (width * cos + height * abs(sin)) / 2
    down = (height * cos + width * abs(sin)) / 2
    return {**word, "box": (x - across, y - down, x + across, y + down)}

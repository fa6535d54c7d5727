"""Pages to one document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from support.pages import page_with_word
from support.pictures import SRGB, photo, rendered
from support.readers import pdfium_text
from support.stored import Stored
from support.truth import SCANS

import pipeline
from pipeline import Bookmark, Metadata, OutputError, PageSource, merge_pages

FAX = SCANS / "fax/message.tif"


def test_half_a_file_is_never_left(tmp_path: Path) -> None:
    def pages() -> Iterator[bytes]:
        with pipeline.load_page(PageSource(FAX)) as page:
            yield pipeline.render_page(page)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merge_pages(pages(), tmp_path / "x.pdf")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "taken").mkdir()
    with pytest.raises(OutputError, match="taken: is a folder, not a file"):
        merge_pages([], tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_the_pages_share_one_font(tmp_path: Path) -> None:
    pages = [page_with_word(tmp_path, text).pdf for text in ("one", "another", "日本")]
    pdf = tmp_path / "x.pdf"
    assert merge_pages(pages, pdf, Metadata(title="T"), [Bookmark("two", 1)]) == frozenset()
    reader: Any
    with PdfReader(pdf) as reader:
        fonts = {page["/Resources"].raw_get("/Font").idnum for page in reader.pages}
        assert len(fonts) == 1
        assert [entry["/Title"] for entry in reader.outline] == ["two"]
    assert [pdfium_text(pdf, index).strip() for index in range(3)] == ["one", "another", "日本"]


def test_bytes_and_files_give_the_same_document(tmp_path: Path) -> None:
    pages = [page_with_word(tmp_path, text).pdf for text in ("one", "another")]
    files = [tmp_path / f"{index}.pdf" for index in range(2)]
    for file, page in zip(files, pages, strict=True):
        file.write_bytes(page)
    for name, given in (("bytes.pdf", pages), ("files.pdf", files)):
        merge_pages(given, tmp_path / name)
    assert (tmp_path / "bytes.pdf").read_bytes() == (tmp_path / "files.pdf").read_bytes()


def test_pages_of_other_programs_stay_as_they_are(tmp_path: Path) -> None:
    other = tmp_path / "other.pdf"
    writer = PdfWriter()
    writer.add_blank_page(100, 50)
    writer.write(other)
    pdf = tmp_path / "x.pdf"
    in_the_way = merge_pages([page_with_word(tmp_path, "ours").pdf, other], pdf)
    assert in_the_way == {"pages of other programs"}
    with PdfReader(pdf) as reader:
        assert [float(page.mediabox.width) for page in reader.pages] == [288, 100]


def test_a_color_profile_stands_in_the_document_once(tmp_path: Path) -> None:
    pages = []
    for number in range(3):
        scan = tmp_path / f"{number}.png"
        photo(size=(60, 40 + number)).save(scan, dpi=(72, 72), icc_profile=SRGB)
        pages.append(rendered(scan))
    pdf = tmp_path / "x.pdf"
    merge_pages(pages, pdf)
    assert [Stored(pdf, number).icc for number in range(3)] == [SRGB] * 3
    reader: Any
    with PdfReader(pdf) as reader:
        pictures = [page["/Resources"]["/XObject"] for page in reader.pages]
        spaces = [
            picture.get_object()["/ColorSpace"] for found in pictures for picture in found.values()
        ]
        assert len({space[1].idnum for space in spaces}) == 1

"""Pages to one document."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, IndirectObject, StreamObject
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


@pytest.mark.slow
def test_memory_grows_by_less_than_two_kilobytes_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.pdf"
    page.write_bytes(page_with_word(tmp_path, "word").pdf)

    def peak_bytes(count: int) -> int:
        bookmarks = [Bookmark(str(index), index) for index in range(count)]
        tracemalloc.start()
        try:
            merge_pages((page for _ in range(count)), tmp_path / "x.pdf", bookmarks=bookmarks)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # Up to some 700 pages wait in memory for the end of the document, and not on the disk.
    fewer, more = peak_bytes(1000), peak_bytes(2000)
    assert (more - fewer) / 1000 < 2000


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


def streams_in(pdf: Path) -> set[int]:
    """The numbers of all streams in a PDF."""
    with PdfReader(pdf) as reader:
        numbers = [number for table in reader.xref.values() for number in table]
        objects = {number: reader.get_object(number) for number in numbers if number}
        return {number for number, each in objects.items() if isinstance(each, StreamObject)}


def streams_reached(pdf: Path) -> set[int]:
    """The numbers of the streams in a PDF that its trailer leads to."""
    with PdfReader(pdf) as reader:
        waiting: list[Any] = [reader.trailer]
        seen: dict[int, Any] = {}
        while waiting:
            value = waiting.pop()
            if isinstance(value, IndirectObject):
                if value.idnum not in seen:
                    seen[value.idnum] = value.get_object()
                    waiting.append(seen[value.idnum])
            elif isinstance(value, DictionaryObject):
                waiting += [value.raw_get(key) for key in value]
            elif isinstance(value, list):
                waiting += list.__iter__(value)
        return {number for number, each in seen.items() if isinstance(each, StreamObject)}


def profiles_of(pdf: Path) -> list[int]:
    """The number of the profile of each image in a PDF."""
    numbers = []
    reader: Any
    with PdfReader(pdf) as reader:
        for page in reader.pages:
            for picture in page["/Resources"]["/XObject"].values():
                space = picture.get_object()["/ColorSpace"]
                space = space[1] if space[0] == "/Indexed" else space
                numbers.append(list.__getitem__(space, 1).idnum)
    return numbers


@pytest.mark.parametrize("colors", (2, 256))
def test_a_color_profile_stands_in_the_document_once(tmp_path: Path, colors: int) -> None:
    pages = []
    for number in range(4):
        scan = tmp_path / f"{number}.png"
        picture = photo(size=(60, 40 + number))
        picture = picture.quantize(colors) if colors == 2 else picture
        picture.save(scan, dpi=(72, 72), icc_profile=SRGB)
        pages.append(rendered(scan))
    once, pdf, again = (tmp_path / name for name in ("once.pdf", "x.pdf", "again.pdf"))
    merge_pages(pages, pdf)
    merge_pages(pages[:1], once)
    twice = tmp_path / "twice.pdf"
    with PdfReader(pdf) as reader, PdfWriter() as writer:
        for page in (*reader.pages, *reader.pages):
            writer.add_page(page)
        writer.write(twice)
    merge_pages([pdf, twice], again)
    assert [Stored(pdf, number).icc for number in range(4)] == [SRGB] * 4
    assert [Stored(again, number).icc for number in range(12)] == [SRGB] * 12
    for each in (once, pdf, again):
        assert len(set(profiles_of(each))) == 1
        assert streams_in(each) == streams_reached(each)

"""Objects that wait on the disk until the document is written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, StreamObject

from pipeline.pdf.pypdf_private import add_object, object_at, object_count, places_in_file
from pipeline.pdf.settled import MIN_BYTES, MOST_BYTES_BEFORE, SettledObjects, SharedFonts

LARGE = b"% large\n" * MIN_BYTES
SMALL = b"% small"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A PDF of one page with a large and a small stream."""
    writer = PdfWriter()
    page = writer.add_blank_page(100, 50)
    for key, data in (("/Contents", LARGE), ("/Metadata", SMALL)):
        stream = DecodedStreamObject()
        stream.set_data(data)
        page[NameObject(key)] = add_object(writer, stream)
    path = tmp_path / "1.pdf"
    writer.write(path)
    return path


@pytest.fixture
def settled() -> Iterator[SettledObjects]:
    with SettledObjects() as objects:
        yield objects


class Searched(bytes):
    """Notes how far it is searched."""

    searched_bytes = 0

    def find(self, part: Any, start: Any = 0, end: Any = None) -> int:
        found = super().find(part, start, end)
        last = min(len(self), len(self) if end is None else end)
        self.searched_bytes += (last if found < 0 else found + len(part)) - start
        return found


def cloned(path: Path) -> PdfWriter:
    return PdfWriter(clone_from=io.BytesIO(path.read_bytes()))


def all_taken(settled: SettledObjects, path: Path, *, from_file: bool = True) -> PdfWriter:
    content = Searched(path.read_bytes())
    reader = PdfReader(io.BytesIO(content))
    writer = PdfWriter(clone_from=reader)
    # pypdf writes what the trailer leads to itself.
    indexes = (
        index
        for index in range(object_count(writer))
        if isinstance(object_at(writer, index), PageObject | StreamObject)
    )
    places = places_in_file(writer, reader)
    settled.take(writer, indexes, path if from_file else None, content, places)
    assert content.searched_bytes <= len(content) + object_count(writer) * MOST_BYTES_BEFORE
    return writer


def written(writer: PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("from_file", (True, False))
def test_the_document_has_the_same_bytes(
    source: Path, settled: SettledObjects, from_file: bool
) -> None:
    plain = written(cloned(source))
    assert written(all_taken(settled, source, from_file=from_file)) == plain
    with PdfReader(io.BytesIO(plain)) as reader:
        page = reader.pages[0]
        assert page["/Contents"].get_data() == LARGE  # type: ignore[attr-defined]
        assert page["/Metadata"].get_data() == SMALL  # type: ignore[attr-defined]


def test_a_large_stream_is_in_the_file_only(source: Path, settled: SettledObjects) -> None:
    writer = all_taken(settled, source)
    source.write_bytes(source.read_bytes().replace(b"% large", b"% other"))
    other = written(writer)
    assert b"% other" in other
    assert b"% large" not in other
    assert SMALL in other


@pytest.mark.parametrize("backwards", (False, True))
def test_many_streams_are_found_without_a_search_of_the_whole_file(
    tmp_path: Path, settled: SettledObjects, backwards: bool
) -> None:
    writer = PdfWriter()
    streams = []
    for number in range(200):
        stream = DecodedStreamObject()
        stream.set_data(b"%% %d\n" % number + LARGE)
        streams.append(add_object(writer, stream))
    for reference in streams[:: -1 if backwards else 1]:
        writer.add_blank_page(100, 50)[NameObject("/Contents")] = reference
    path = tmp_path / "many.pdf"
    writer.write(path)
    document = all_taken(settled, path)  # which says so if it is searched
    path.write_bytes(path.read_bytes().replace(b"% large", b"% other"))
    other = written(document)
    assert b"% large" not in other
    with PdfReader(io.BytesIO(other)) as reader:
        texts = [page["/Contents"].get_data() for page in reader.pages]  # type: ignore[attr-defined]
    assert [text.split()[1] for text in texts] == [
        b"%d" % number for number in range(200)[:: -1 if backwards else 1]
    ]


def test_a_file_that_has_become_shorter_is_named(source: Path, settled: SettledObjects) -> None:
    writer = all_taken(settled, source)
    source.write_bytes(source.read_bytes()[:100])
    with pytest.raises(OSError, match=r"1\.pdf was changed while it was being merged"):
        written(writer)


@pytest.mark.parametrize("own", ({}, {"/Own": {"/Type": "/Font"}}))
def test_fonts_are_made_after_the_pages_have_settled(
    settled: SettledObjects, own: dict[str, dict[str, str]]
) -> None:
    writer = PdfWriter()
    first = object_count(writer)
    page = writer.add_blank_page(100, 50)
    fonts = DictionaryObject({NameObject(key): font(value) for key, value in own.items()})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): SharedFonts(fonts)})
    settled.take(writer, range(first, object_count(writer)))
    shared = font({"/Type": "/Font", "/BaseFont": "/Late"})
    settled.fonts = add_object(writer, DictionaryObject({NameObject("/Shared"): shared}))
    with PdfReader(io.BytesIO(written(writer))) as reader:
        found = reader.pages[0]["/Resources"]["/Font"].get_object()  # type: ignore[index]
        assert set(found) == {"/Shared", *own}
        assert found["/Shared"]["/BaseFont"] == "/Late"


def font(entries: dict[str, str]) -> DictionaryObject:
    return DictionaryObject({NameObject(key): NameObject(value) for key, value in entries.items()})

"""Objects that wait on the disk until the document is written."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, StreamObject

from pipeline.pdf.pypdf_private import add_object, object_at, object_count
from pipeline.pdf.settled import MIN_BYTES, SettledObjects, SharedFonts

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


def cloned(path: Path) -> PdfWriter:
    return PdfWriter(clone_from=io.BytesIO(path.read_bytes()))


def all_taken(settled: SettledObjects, path: Path, *, from_file: bool = True) -> PdfWriter:
    writer = cloned(path)
    # pypdf writes what the trailer leads to itself.
    indexes = (
        index
        for index in range(object_count(writer))
        if isinstance(object_at(writer, index), PageObject | StreamObject)
    )
    settled.take(writer, indexes, path if from_file else None, path.read_bytes())
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

"""Streams that stay in their files until the document is written."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from pipeline.pdf.filestream import MIN_BYTES, leave_in_file
from pipeline.pdf.pypdf_private import add_object

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


def cloned(path: Path) -> PdfWriter:
    content = path.read_bytes()
    writer = PdfWriter(clone_from=io.BytesIO(content))
    leave_in_file(writer, 0, path, content)
    return writer


def written(writer: PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_the_document_has_the_same_bytes(source: Path) -> None:
    plain = written(PdfWriter(clone_from=io.BytesIO(source.read_bytes())))
    assert written(cloned(source)) == plain
    with PdfReader(io.BytesIO(plain)) as reader:
        page = reader.pages[0]
        assert page["/Contents"].get_data() == LARGE  # type: ignore[attr-defined]
        assert page["/Metadata"].get_data() == SMALL  # type: ignore[attr-defined]


def test_a_large_stream_is_in_the_file_only(source: Path) -> None:
    writer = cloned(source)
    source.write_bytes(source.read_bytes().replace(b"% large", b"% other"))
    other = written(writer)
    assert b"% other" in other
    assert b"% large" not in other
    assert SMALL in other


def test_a_file_that_has_become_shorter_is_named(source: Path) -> None:
    writer = cloned(source)
    source.write_bytes(source.read_bytes()[:100])
    with pytest.raises(OSError, match=r"1\.pdf was changed while it was being merged"):
        written(writer)

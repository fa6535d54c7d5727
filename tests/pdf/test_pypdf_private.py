"""The private parts of pypdf that are used: still there, still doing it, and at one place only."""

from __future__ import annotations

import gc
import io
import weakref
from typing import Any

import pypdf
import pypdfium2
import pytest
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import ArrayObject, DecodedStreamObject, NameObject, PdfObject, StreamObject
from support.private_parts import private_parts

from pipeline.pdf.pypdf_private import (
    add_object,
    encoded_bytes,
    forget_pages,
    new_stream,
    object_at,
    object_count,
    release,
    replace_object,
    set_identifier,
)

HOME = "pdf/pypdf_private.py"
VERSION = f"pypdf {pypdf.__version__}"
OF_WRITER = {
    *("_objects", "_add_object", "_ID"),
    *("_id_translated", "_merged_in_pages", "_resolve_links", "_unresolved_links"),
}
CHANGED = f"{VERSION} has no {{}}.{{}} any more, which pipeline/{HOME} uses"


def one_page() -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(100, 50)
    contents = DecodedStreamObject()
    contents.set_data(b"% nothing to see")
    page[NameObject("/Contents")] = add_object(writer, contents)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("owner", "name"),
    (
        *((PdfWriter, name) for name in sorted(OF_WRITER)),
        (PdfReader, "stream"),
        (StreamObject, "_data"),
    ),
)
def test_they_are_there(owner: type, name: str) -> None:
    value = PdfReader(io.BytesIO(one_page())) if owner is PdfReader else owner()
    assert hasattr(value, name), CHANGED.format(owner.__name__, name)


def test_no_other_module_uses_private_parts() -> None:
    used = private_parts("pypdf")
    assert used.pop(HOME) == OF_WRITER | {"_data"}
    assert {module: parts for module, parts in used.items() if parts} == {}


class Counted(PdfObject):
    """Stands for a page's contents, and notes how often it is asked for them."""

    asked = 0

    def write_to_stream(self, stream: Any, encryption_key: str | bytes | None = None) -> None:
        Counted.asked += 1
        stream.write(b"<< /Length 15 >>\nstream\n0 0 100 25 re f\nendstream")


def test_an_object_in_the_place_of_another_is_asked_once_and_when_it_is_written() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(one_page()))
    (index,) = (
        index
        for index in range(object_count(writer))
        if isinstance(object_at(writer, index), StreamObject)
    )
    stream = object_at(writer, index)
    assert isinstance(stream, StreamObject)
    assert encoded_bytes(stream) == b"% nothing to see"
    replace_object(writer, index, Counted())
    assert Counted.asked == 0
    buffer = io.BytesIO()
    writer.write(buffer)
    assert Counted.asked == 1, f"{VERSION} writes objects more than once: `SettledObjects` cannot"
    with pypdfium2.PdfDocument(buffer.getvalue()) as document:
        shown = document[0].render(scale=1).to_pil().convert("L")
    assert shown.getpixel((50, 10)) == 255
    assert shown.getpixel((50, 40)) == 0


def test_identifiers_and_added_objects_are_in_the_file() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(one_page()))
    before = object_count(writer)
    stream = new_stream(b"a packet")
    writer.root_object[NameObject("/Metadata")] = add_object(writer, stream)
    assert object_count(writer) == before + 1
    set_identifier(writer, b"sixteen bytes...")
    buffer = io.BytesIO()
    writer.write(buffer)
    with PdfReader(buffer) as reader:
        identifiers = reader.trailer["/ID"]
        assert isinstance(identifiers, ArrayObject)
        assert [part.original_bytes for part in identifiers] == [b"sixteen bytes..."] * 2
        packet = reader.root_object["/Metadata"].get_object()
        assert isinstance(packet, StreamObject)
        assert packet.get_data() == b"a packet"


class Scan(io.BytesIO):
    """A file in memory; tells by its end that nobody refers to it any more."""


class Reader(PdfReader):
    """Tells the same of a reader."""


def test_a_released_reader_is_let_go_with_its_file() -> None:
    writer = PdfWriter()
    files: list[weakref.ref[Scan]] = []
    readers: list[weakref.ref[Reader]] = []
    for let_go in (False, True):
        file = Scan(one_page())
        files.append(weakref.ref(file))
        with Reader(file) as reader:
            readers.append(weakref.ref(reader))
            writer.add_page(reader.pages[0])
            if let_go:
                release(writer, reader)
        del file, reader
        gc.collect()
        if not let_go:
            kept = f"{VERSION} lets go by itself: release is not needed any more"
            assert (files[0]() and readers[0]()) is not None, kept
    assert files[1]() is None, f"{VERSION} keeps a file that pipeline/{HOME} has let go of"
    assert readers[1]() is None, f"{VERSION} keeps a reader that pipeline/{HOME} has let go of"
    assert len(writer.pages) == 2


def test_links_between_the_pages_of_a_released_reader_lead_to_these_pages() -> None:
    pages = PdfWriter()
    for _ in range(2):
        pages.add_blank_page(100, 50)
    pages.add_annotation(0, Link(rect=(0, 0, 9, 9), target_page_index=1))
    buffer = io.BytesIO()
    pages.write(buffer)
    writer = PdfWriter()
    writer.add_blank_page(100, 50)
    with PdfReader(buffer) as reader:
        for page in reader.pages:
            writer.add_page(page)
        release(writer, reader)
    written = io.BytesIO()
    writer.write(written)
    found: Any
    with PdfReader(written) as found:
        (link,) = found.pages[1]["/Annots"]
        assert link.get_object()["/Dest"][0] == found.pages[2].indirect_reference


def test_pages_that_are_forgotten_are_in_the_document() -> None:
    writer = PdfWriter()
    pages: list[weakref.ref[PageObject]] = []
    for _ in range(3):
        pages.append(weakref.ref(writer.add_blank_page(100, 50)))
        (reference,) = forget_pages(writer, len(pages) - 1)
        replace_object(writer, reference.idnum - 1, Blank())
    gc.collect()
    assert [page() for page in pages] == [None] * 3, f"{VERSION} keeps pages"
    buffer = io.BytesIO()
    writer.write(buffer)
    with pypdfium2.PdfDocument(buffer.getvalue()) as document:
        assert len(document) == 3


class Blank(PdfObject):
    """Stands for a page that is blank."""

    def write_to_stream(self, stream: Any, encryption_key: str | bytes | None = None) -> None:
        stream.write(b"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 100 50 ] /Resources << >> >>")

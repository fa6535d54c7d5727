"""The private parts of pypdf that are used: still there, still doing it, and at one place only."""

from __future__ import annotations

import gc
import io
import weakref

import pypdf
import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, NameObject, StreamObject
from support.private_parts import private_parts

from pipeline.pdf.pypdf_private import (
    LazyStream,
    add_object,
    encoded_bytes,
    new_stream,
    object_count,
    release,
    replace_object,
    set_identifier,
    streams_from,
)

HOME = "pdf/pypdf_private.py"
VERSION = f"pypdf {pypdf.__version__}"
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
        *((PdfWriter, name) for name in ("_objects", "_add_object", "_ID", "_id_translated")),
        (PdfReader, "stream"),
        (StreamObject, "_data"),
    ),
)
def test_they_are_there(owner: type, name: str) -> None:
    value = PdfReader(io.BytesIO(one_page())) if owner is PdfReader else owner()
    assert hasattr(value, name), CHANGED.format(owner.__name__, name)


def test_no_other_module_uses_private_parts() -> None:
    used = private_parts("pypdf")
    assert used.pop(HOME) == {"_objects", "_add_object", "_ID", "_id_translated", "_data"}
    assert {module: parts for module, parts in used.items() if parts} == {}


class Counted(LazyStream):
    """A page's contents that notes how often it is asked for them."""

    asked = 0

    def encoded(self) -> bytes:
        Counted.asked += 1
        return b"0 0 100 25 re f"


def test_a_lazy_stream_is_asked_for_its_bytes_when_it_is_written() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(one_page()))
    ((index, stream),) = streams_from(writer, 0)
    assert encoded_bytes(stream) == b"% nothing to see"
    assert list(streams_from(writer, object_count(writer))) == []
    replace_object(writer, index, Counted(stream))
    assert Counted.asked == 0
    buffer = io.BytesIO()
    writer.write(buffer)
    assert Counted.asked >= 1
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


def test_the_file_of_a_released_reader_is_let_go() -> None:
    writer = PdfWriter()
    files: list[weakref.ref[Scan]] = []
    for let_go in (False, True):
        file = Scan(one_page())
        files.append(weakref.ref(file))
        with PdfReader(file) as reader:
            writer.add_page(reader.pages[0])
            if let_go:
                release(writer, reader)
        del file, reader
    gc.collect()
    assert files[0]() is not None, f"{VERSION} lets go by itself: release is not needed any more"
    assert files[1]() is None, f"{VERSION} keeps a file that pipeline/{HOME} has let go of"
    assert len(writer.pages) == 2

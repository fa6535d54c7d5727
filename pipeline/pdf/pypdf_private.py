"""The parts of pypdf that are used here and are not its public interface.

pypdf has no public way to let go of the objects of a document before it is written, or of a reader,
or to set the identifier of a document. No other module may use a private part of pypdf
(`tests/pdf/test_pypdf_private.py` sees to both: that these parts are still there, and that there
are no others), so that a new version of pypdf is tried against this one.
"""

from __future__ import annotations

import io

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    IndirectObject,
    PdfObject,
    StreamObject,
)

NO_PAGE = PageObject()
"""In the place of a page that the writer need not know any more."""


def new_stream(encoded: bytes) -> StreamObject:
    """A stream with these bytes, and no entries yet: they say how the bytes are encoded."""
    stream = StreamObject()
    stream.set_data(encoded)
    return stream


def encoded_bytes(stream: StreamObject) -> bytes:
    """The bytes of a stream as they stand in the file; `get_data` would decode them."""
    data: bytes = stream._data
    return data


def add_object(writer: PdfWriter, value: PdfObject) -> IndirectObject:
    """Adds an object of its own to a document."""
    return writer._add_object(value)


def object_count(writer: PdfWriter) -> int:
    """How many objects a document has so far."""
    return len(writer._objects)


def object_at(writer: PdfWriter, index: int) -> PdfObject:
    """The object of a document with this index."""
    value = writer._objects[index]
    assert value is not None, "only pypdf's own removal leaves such"
    return value


def replace_object(writer: PdfWriter, index: int, value: PdfObject) -> None:
    """Puts another object in the place of the one with this index."""
    writer._objects[index] = value


def set_identifier(writer: PdfWriter, identifier: bytes) -> None:
    """Gives a document its /ID (ISO 32000-1, 14.4), the same for both parts.

    pypdf's own `generate_file_identifiers` draws random ones.
    """
    name = ByteStringObject(identifier)
    writer._ID = ArrayObject((name, name))


def places_in_file(writer: PdfWriter, reader: PdfReader) -> dict[int, int]:
    """Where objects that a document has from a reader begin in the reader's file.

    Returns:
        Offsets in bytes, by the indexes of the objects in the document. Of an object that was
        cloned more than once, it is that of the last clone.
    """
    indexes = writer._id_translated.get(id(reader), {})
    places: dict[int, int] = {}
    for generation in reader.xref.values():
        for number, offset in generation.items():
            if number in indexes:
                places[indexes[number] - 1] = offset
    return places


def release(writer: PdfWriter, reader: PdfReader) -> None:
    """Lets go of a reader, and of the pages that have been added from it.

    The writer refers to each reader that it has had pages of, also when the reader is closed, and
    with it to the file and all its objects: links between its pages are put right only when the
    document is written. Here it is done at once, as links lead to no page of another reader.
    """
    writer._resolve_links()
    writer._unresolved_links.clear()
    writer._merged_in_pages.clear()
    writer._id_translated.pop(id(reader), None)
    reader.stream = io.BytesIO()


def forget_pages(writer: PdfWriter, first: int) -> list[IndirectObject]:
    """Lets go of a document's pages from index `first` on, which stay in its page tree.

    Returns:
        References to them.
    """
    assert writer.flattened_pages is not None
    pages = writer.flattened_pages[first:]
    writer.flattened_pages[first:] = [NO_PAGE] * len(pages)
    return [page.indirect_reference for page in pages if page.indirect_reference is not None]

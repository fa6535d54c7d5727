"""The parts of pypdf that are used here and are not its public interface.

pypdf has no public way to keep the streams of a document in files, to let go of a reader, or to set
the identifier of a document. No other module may use a private part of pypdf
(`tests/pdf/test_pypdf_private.py` sees to both: that these parts are still there, and that there
are no others), so that a new version of pypdf is tried against this one.
"""

from __future__ import annotations

import io
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    IndirectObject,
    PdfObject,
    StreamObject,
)


class LazyStream(StreamObject):
    """A stream whose encoded bytes are made when the document is written, and not kept.

    pypdf takes the bytes of a stream from its attribute `_data`, once, as it writes it.

    Args:
        like: A stream with the same dictionary and the same number in the document.
    """

    def __init__(self, like: StreamObject) -> None:
        super().__init__()
        self.update(like)
        self.indirect_reference = like.indirect_reference

    @abstractmethod
    def encoded(self) -> bytes:
        """The bytes, as the filters of the stream's dictionary say."""

    @property
    def _data(self) -> bytes:
        return self.encoded()

    @_data.setter
    def _data(self, data: Any) -> None:
        """The empty bytes that pypdf sets as the object is made are not needed."""


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


def streams_from(writer: PdfWriter, first: int) -> Iterator[tuple[int, StreamObject]]:
    """The streams of a document, each with its index, from the object with index `first` on."""
    for index in range(first, len(writer._objects)):
        value = writer._objects[index]
        if isinstance(value, StreamObject):
            yield index, value


def replace_object(writer: PdfWriter, index: int, value: PdfObject) -> None:
    """Puts another object in the place of the one with this index."""
    writer._objects[index] = value


def set_identifier(writer: PdfWriter, identifier: bytes) -> None:
    """Gives a document its /ID (ISO 32000-1, 14.4), the same for both parts.

    pypdf's own `generate_file_identifiers` draws random ones.
    """
    name = ByteStringObject(identifier)
    writer._ID = ArrayObject((name, name))


def release(writer: PdfWriter, reader: PdfReader) -> None:
    """Lets go of the file that a reader holds in memory, once its pages have been added.

    The writer refers to each reader that it has had pages of, also when the reader is closed:
    without this the files of all pages would stay in memory until the document is written.
    """
    writer._id_translated.pop(id(reader), None)
    reader.stream = io.BytesIO()

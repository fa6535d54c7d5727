"""Streams of a PDF that stay in their files until the PDF is written.

So a document of any size is merged with one stream at a time in memory: one of 286 MB in 46 MB,
where pypdf alone needs more than the size of the document.
"""

from __future__ import annotations

from pathlib import Path

from pypdf import PdfWriter
from pypdf.generic import StreamObject

from .pypdf_private import LazyStream, encoded_bytes, replace_object, streams_from

MIN_BYTES = 1000
"""Smaller streams stay in memory: opening a file again costs more than they take."""


class FileStream(LazyStream):
    """A stream whose encoded bytes are a part of a file.

    Args:
        like: A stream with the same dictionary and the same number in the document.
        path: The file, which must stay as it is until the document is written.
        offset: Where the bytes begin in it.
        size: How many they are.
    """

    def __init__(self, like: StreamObject, path: Path, offset: int, size: int) -> None:
        self._place = path, offset, size
        super().__init__(like)

    def encoded(self) -> bytes:
        """The bytes.

        Raises:
            OSError: The file is gone, or shorter than it was.
        """
        path, offset, size = self._place
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read(size)
        if len(data) != size:
            raise OSError(f"{path} was changed while it was being merged; run it again")
        return data


def leave_in_file(writer: PdfWriter, first: int, path: Path, content: bytes) -> None:
    """Replaces the streams of a document that are in a file by references to that file.

    Args:
        writer: The document; its objects from index `first` on were cloned from the file.
        first: Index of the first of them.
        path: The file.
        content: All its bytes.
    """
    for index, stream in streams_from(writer, first):
        encoded = encoded_bytes(stream)
        offset = content.find(encoded) if len(encoded) >= MIN_BYTES else -1
        if offset >= 0:
            replace_object(writer, index, FileStream(stream, path, offset, len(encoded)))

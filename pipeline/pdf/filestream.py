"""A stream of a PDF that stays in a file until the PDF is written: memory holds one at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pypdf import PdfWriter
from pypdf.generic import StreamObject

LEAST_BYTES = 1000
"""Smaller streams are not worth a file that is opened again."""


class FileStream(StreamObject):
    """The stream whose encoded bytes are `size` bytes of a file, from `offset` on."""

    def __init__(self, like: StreamObject, path: Path, offset: int, size: int) -> None:
        self._place = path, offset, size
        super().__init__()
        self.update(like)
        self.indirect_reference = like.indirect_reference

    @property
    def _data(self) -> bytes:
        path, offset, size = self._place
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read(size)
        if len(data) != size:
            raise OSError(f"{path} was changed while it was being merged")
        return data

    @_data.setter
    def _data(self, data: Any) -> None:
        """What pypdf gives it to begin with is not kept."""


def leave_in_file(writer: PdfWriter, first: int, path: Path, content: bytes) -> None:
    """Replaces the streams of `writer` that are in a file by references to it.

    Args:
        writer: Its objects from number `first` on (counted from 0) were cloned from the file.
        first: The first of them.
        path: The file.
        content: All its bytes.
    """
    for index in range(first, len(writer._objects)):
        stream = writer._objects[index]
        if not isinstance(stream, StreamObject) or len(stream._data) < LEAST_BYTES:
            continue
        offset = content.find(stream._data)
        if offset >= 0:
            writer._objects[index] = FileStream(stream, path, offset, len(stream._data))

"""Objects of a PDF that are complete before the document is: they wait for it on the disk.

So a document of any size is merged with one page at a time in memory. pypdf alone keeps all
objects, which take 9 kB for a page with a picture and nothing else, and 30 kB for a page of text.
"""

from __future__ import annotations

import io
import pickle
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, cast

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, IndirectObject, PdfObject, StreamObject

from .pypdf_private import encoded_bytes, object_at, replace_object

MIN_BYTES = 1000
"""Smaller streams are not left in their files: opening a file again costs more than they take."""
MOST_BYTES_BEFORE = 10_000
"""Of a stream's dictionary, which lies before its bytes: one with 256 colors has some 2,000."""
IN_MEMORY_BYTES = 1_000_000
"""Up to this size there is no file: of some 700 pages, without their pictures."""

Part = bytes | tuple[str, int, int] | bool
"""A part of an object as it is written: bytes; those of a file, by its path, and their place and
size; or the shared fonts, as a reference to their dictionary (True) or as its entries (False)."""


class _Written(io.BytesIO):
    """An object as it is written, with the places where fonts are missing in it."""

    def __init__(self) -> None:
        super().__init__()
        self.missing: list[tuple[int, bool]] = []

    def parts(self) -> tuple[Part, ...]:
        written, end = self.getvalue(), 0
        parts: list[Part] = []
        for place, whole in self.missing:
            parts += [written[end:place], whole]
            end = place
        return *parts, written[end:]


class SharedFonts(PdfObject):
    """Stands for the fonts of a page until those that pages share are made.

    Args:
        own: The fonts that the page has beside them.
    """

    def __init__(self, own: DictionaryObject) -> None:
        self._own = own

    def write_to_stream(self, stream: Any, encryption_key: str | bytes | None = None) -> None:
        """Writes the page's own fonts, and notes where the others are missing."""
        assert isinstance(stream, _Written), "its object settles before the document is written"
        if not self._own:
            stream.missing.append((stream.tell(), True))
            return
        stream.write(b"<<\n")
        _write_entries(self._own, stream)
        stream.missing.append((stream.tell(), False))
        stream.write(b">>")


class SettledObjects:
    """Holds objects for a document, until it is written. A context manager.

    Attributes:
        fonts: The dictionary of fonts that pages share; to be set before the document is written.
    """

    def __init__(self) -> None:
        self.fonts: IndirectObject | None = None
        # Larger files are made only when they are needed.
        self._file = cast(BinaryIO, tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES))  # noqa: SIM115
        self._stand_in = _StandIn(self)
        self._is_being_written = False

    def take(
        self,
        writer: PdfWriter,
        indexes: Iterable[int],
        path: Path | None = None,
        content: bytes = b"",
        places: Mapping[int, int] = MappingProxyType({}),
    ) -> None:
        """Takes objects that will not change any more out of a document.

        Args:
            writer: The document, which has others to write in their places.
            indexes: Their indexes, which rise from call to call.
            path: The file that they are from; it must stay as it is until the document is
                written, as large streams are copied from there.
            content: All its bytes.
            places: Where the objects begin in it, by their indexes.
        """
        for index in indexes:
            value = object_at(writer, index)
            written = _Written()
            value.write_to_stream(written)
            parts = written.parts()
            if path is not None and index in places and isinstance(value, StreamObject):
                parts = _left_in_file(parts, encoded_bytes(value), path, content, places[index])
            pickle.dump(parts, self._file, pickle.HIGHEST_PROTOCOL)
            replace_object(writer, index, self._stand_in)

    def write_next(self, stream: BinaryIO) -> None:
        """Writes the next object: pypdf asks for them in the order of their indexes.

        Raises:
            OSError: A file that holds a part of it is gone, or shorter than it was.
        """
        if not self._is_being_written:
            self._file.seek(0)
            self._is_being_written = True
        for part in pickle.load(self._file):
            if isinstance(part, bytes):
                stream.write(part)
            elif isinstance(part, bool):
                self._write_fonts(stream, whole=part)
            else:
                stream.write(_bytes_of_file(*part))

    def _write_fonts(self, stream: BinaryIO, whole: bool) -> None:
        assert self.fonts is not None, "set before the document is written"
        if whole:
            self.fonts.write_to_stream(stream)
            return
        fonts = self.fonts.get_object()
        assert isinstance(fonts, DictionaryObject)
        _write_entries(fonts, stream)

    def __enter__(self) -> SettledObjects:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


class _StandIn(PdfObject):
    """In the place of every settled object, one and the same."""

    def __init__(self, settled: SettledObjects) -> None:
        self._settled = settled

    def write_to_stream(self, stream: Any, encryption_key: str | bytes | None = None) -> None:
        self._settled.write_next(stream)


def _write_entries(dictionary: DictionaryObject, stream: BinaryIO) -> None:
    for name, value in dictionary.items():
        name.write_to_stream(stream)
        stream.write(b" ")
        value.write_to_stream(stream)
        stream.write(b"\n")


def _left_in_file(
    parts: tuple[Part, ...], encoded: bytes, path: Path, content: bytes, place: int
) -> tuple[Part, ...]:
    """A stream that has been written, with its bytes left in its file, if they are found there."""
    end = place + MOST_BYTES_BEFORE + len(encoded)
    offset = content.find(encoded, place, end) if len(encoded) >= MIN_BYTES else -1
    (written,) = parts
    assert isinstance(written, bytes)
    before, _, after = written.rpartition(encoded)
    return parts if offset < 0 else (before, (str(path), offset, len(encoded)), after)


def _bytes_of_file(path: str, offset: int, size: int) -> bytes:
    with Path(path).open("rb") as file:
        file.seek(offset)
        data = file.read(size)
    if len(data) != size:
        raise OSError(f"{path} was changed while it was being merged; run it again")
    return data

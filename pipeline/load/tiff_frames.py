"""The frames of a TIFF, told by the chain of its directories (TIFF 6.0, section 2; BigTIFF).

No decoder has a part in it, as a file may make one hang or crash: those work where they have a
time-out. Here each frame takes a few reads, whatever the file says, and nothing of its contents but
three numbers is looked at.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..store.content import open_plain

PREFIXES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"II\0*", b"MM*\0")
"""Beginnings of TIFF and BigTIFF; of the last two, whose version is in the wrong order, Pillow
opens some, too."""
BIG_ENDIAN_BIG_TIFF = b"\0\x08\0\0"
"""After the version of a BigTIFF: offsets of 8 bytes, and nothing."""
WIDTH_TAG, HEIGHT_TAG = 256, 257
SUBFILE_TYPE_TAG, OLD_SUBFILE_TYPE_TAG = 254, 255
REDUCED_IMAGE, TRANSPARENCY_MASK = 1, 4
"""Bits of a TIFF's NewSubfileType (TIFF 6.0, section 8): a thumbnail, and a mask."""
OLD_REDUCED_IMAGE = 2
"""A value of SubfileType, its predecessor."""
MOST_ENTRIES = 0xFFFF
"""Of a directory that are looked at. A BigTIFF may have more, but there are not that many tags."""
INTEGERS = {1: "B", 3: "H", 4: "L", 6: "B", 8: "H", 9: "L", 16: "Q"}
"""Types of whole numbers, as `struct` calls them; the sign of one does not matter here."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of a TIFF.

    Attributes:
        offset: Where its directory begins in the file, in bytes.
        is_extra: It is a thumbnail, or a mask: no page.
        is_whole: Its directory is in the file, and is that of an image.
    """

    offset: int
    is_extra: bool = False
    is_whole: bool = True


def tiff_frames(path: Path) -> Iterator[Frame]:
    """The frames of a TIFF, up to the first whose directory is cut off, and with it.

    There is none where the file is no TIFF. A directory that is not of an image is a frame, too,
    as decoders count it, and those after it are found.

    Raises:
        OSError: The file cannot be opened.
    """
    with open_plain(path) as file:
        header = file.read(16)
        if not header.startswith(PREFIXES):
            return
        # Pillow takes a TIFF whose version is 43 by a fault for what it is.
        is_big = header[2] == 43 or (header[3] == 43 and header[4:8] == BIG_ENDIAN_BIG_TIFF)
        layout = _Layout("<" if header[:1] == b"I" else ">", is_big)
        offset = layout.first(header)
        seen: set[int] = set()
        while offset and offset not in seen:  # a chain may lead back to where it was
            seen.add(offset)
            frame, offset = layout.frame(file, offset)
            yield frame


@dataclass(frozen=True, slots=True)
class _Layout:
    """How numbers lie in a file: in which order of bytes, and in how many."""

    order: str
    is_big: bool

    def first(self, header: bytes) -> int:
        """The offset of the first directory; 0 for none."""
        value = header[8:16] if self.is_big else header[4:8]
        return self._number(self._offset, value)

    def frame(self, file: BinaryIO, offset: int) -> tuple[Frame, int]:
        """The frame whose directory is there, and the offset of the next one; 0 for none."""
        count_format = "Q" if self.is_big else "H"
        entry_bytes = 20 if self.is_big else 12
        try:
            file.seek(offset)
            count = self._number(count_format, file.read(struct.calcsize("<" + count_format)))
            entries = file.read(min(count, MOST_ENTRIES) * entry_bytes)
        except (OSError, ValueError, OverflowError):  # no file is that long
            return Frame(offset, is_whole=False), 0
        following = 0  # where the file is cut off, what is there may do
        with suppress(OSError, ValueError, OverflowError):
            file.seek(max(0, count - MOST_ENTRIES) * entry_bytes, os.SEEK_CUR)
            following = self._number(self._offset, file.read(struct.calcsize("<" + self._offset)))
        numbers = dict(self._numbers(entries, entry_bytes))
        if not {WIDTH_TAG, HEIGHT_TAG} <= numbers.keys():
            return Frame(offset, is_whole=False), following
        kind, old_kind = numbers.get(SUBFILE_TYPE_TAG, 0), numbers.get(OLD_SUBFILE_TYPE_TAG, 0)
        is_extra = kind & (REDUCED_IMAGE | TRANSPARENCY_MASK) or old_kind == OLD_REDUCED_IMAGE
        return Frame(offset, bool(is_extra)), following

    def _numbers(self, entries: bytes, entry_bytes: int) -> Iterator[tuple[int, int]]:
        """The whole numbers among the entries of a directory, by tag; of equal tags the first."""
        for place in reversed(range(0, len(entries) - entry_bytes + 1, entry_bytes)):
            tag, kind = struct.unpack_from(self.order + "HH", entries, place)
            if WIDTH_TAG - 2 <= tag <= HEIGHT_TAG:
                value = entries[place + (12 if self.is_big else 8) : place + entry_bytes]
                single = self._number(self._offset, entries[place + 4 : place + 12]) == 1
                yield tag, self._number(INTEGERS[kind], value) if single and kind in INTEGERS else 0

    @property
    def _offset(self) -> str:
        return "Q" if self.is_big else "L"

    def _number(self, form: str, value: bytes) -> int:
        """A number at the beginning of some bytes; 0 where they are too few."""
        form = self.order + form
        if len(value) < struct.calcsize(form):
            return 0
        number: int = struct.unpack_from(form, value)[0]
        return number

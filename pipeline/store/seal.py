"""The seal of a PDF: a hash of all its bytes but those of the seal, in its own information.

So a PDF that somebody has rotated, annotated or merged since is known, by whatever program. The
entry has a fixed length. It is written as zeros, and filled in when the file is complete: the hash
is that of the file with the zeros.
"""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from typing import BinaryIO

ENTRY = "/SearchablePdfHash"
HASH_DIGITS, SIZE_DIGITS = 64, 12
"""SHA-256 in hexadecimal, then the size of the file in decimal: in one run, as pypdf writes letters
and digits as they are, and everything else as escapes."""
OPEN = "0" * (HASH_DIGITS + SIZE_DIGITS)
"""The value of the entry before it is filled in."""
PLACE = re.compile(
    rb"(?<=%s \()([0-9a-f]{%d})([0-9]{%d})(?=\))" % (ENTRY.encode(), HASH_DIGITS, SIZE_DIGITS)
)
END_WITHIN_BYTES = 1024
"""How far from the end of a file readers look for the end of the PDF (ISO 32000-1, annex H)."""
CHUNK_BYTES = 1 << 20
OVERLAP_BYTES = 256
"""Longer than the entry, which may stand across two chunks."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal, and what it is compared with.

    Attributes:
        kept: The hash in it.
        size: The size in it, in bytes.
        now: The hash of the file as it is.
        size_now: The size of the file as it is.
        has_end: Whether the file ends as a PDF does.
    """

    kept: str
    size: int
    now: str
    size_now: int
    has_end: bool

    @property
    def is_intact(self) -> bool:
        """Whether no byte has changed."""
        return (self.kept, self.size) == (self.now, self.size_now)

    @property
    def may_be_spoiled(self) -> bool:
        """Whether a fault of a disk or a copy may have done it: right length, or no end.

        A program that changes a PDF writes another length, and an end.
        """
        return self.size_now == self.size or (self.size_now < self.size and not self.has_end)


def seal(file: BinaryIO) -> None:
    """Fills in the seal of a complete PDF whose information has the entry `ENTRY: OPEN`.

    Args:
        file: Open for reading and writing; left at its end.

    Raises:
        OSError: It cannot be written.
    """
    file.flush()
    found = _place(file)
    assert found is not None, "the entry was written"
    place, _ = found
    digest = _hash(file, place)
    size = file.seek(0, 2)
    file.seek(place)
    file.write(f"{digest}{size:0{SIZE_DIGITS}}".encode())
    file.seek(0, 2)


def sealed(pdf: bytes) -> bytes:
    """A page as reportlab writes it, one table of objects behind them, with a seal in it."""
    at = pdf.rfind(b"/Producer (")
    table = int(pdf[pdf.rfind(b"startxref") :].split()[1])
    entry = f"{ENTRY} ({OPEN}) ".encode()

    def moved(match: re.Match[bytes]) -> bytes:
        place = int(match[1])
        return b"%010d" % (place + len(entry) * (place > at)) + match[2]

    tail = re.sub(rb"([0-9]{10})( [0-9]{5} n)", moved, pdf[table:])
    tail = re.sub(rb"(?<=startxref\n)[0-9]+", str(table + len(entry)).encode(), tail)
    file = io.BytesIO(pdf[:at] + entry + pdf[at:table] + tail)
    seal(file)
    return file.getvalue()


def read_seal(file: BinaryIO) -> Seal | None:
    """The seal of a PDF, compared with its bytes; None where it has none.

    Raises:
        OSError: It cannot be read.
    """
    found = _place(file)
    if found is None:
        return None
    place, value = found
    digest = _hash(file, place)
    kept, size = value[:HASH_DIGITS], int(value[HASH_DIGITS:])
    size_now = file.seek(0, 2)
    file.seek(max(0, size_now - END_WITHIN_BYTES))
    return Seal(kept, size, digest, size_now, b"%%EOF" in file.read())


def sealed_size(value: str) -> int | None:
    """The size in the value of an entry; None where it is none."""
    size = value[HASH_DIGITS:]
    return int(size) if len(value) == len(OPEN) and size.isascii() and size.isdigit() else None


def _hash(file: BinaryIO, place: int) -> str:
    """The hash of a file in which the seal at `place` is zeros."""
    digest = hashlib.sha256()
    file.seek(0)
    left = place
    while left and (chunk := file.read(min(left, CHUNK_BYTES))):
        digest.update(chunk)
        left -= len(chunk)
    digest.update(OPEN.encode())
    file.seek(place + len(OPEN))
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _place(file: BinaryIO) -> tuple[int, str] | None:
    """Where the value of the entry stands, and what it is: it is in the first object."""
    file.seek(0)
    start, window = 0, b""
    while chunk := file.read(CHUNK_BYTES):
        window += chunk
        match = PLACE.search(window)
        if match:
            return start + match.start(), match[0].decode()
        dropped = max(0, len(window) - OVERLAP_BYTES)
        start, window = start + dropped, window[dropped:]
    return None

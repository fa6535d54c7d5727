"""Where the scans of a PDF lay when it was made: so it can be told later that they are gone.

A PDF holds hashes of paths, and no path: whoever gets a PDF learns nothing of the folders of him
who made it. A hash can be compared with those of the places that a run is given. The paths are
relative to the folder of the PDF: scans and PDFs may be moved together, and give the same bytes
wherever they lie.
"""

from __future__ import annotations

import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ..model.page import Document
from ..model.paths import absolute

ENTRY = "/SearchablePdfOrigin"
DIGITS = 24
"""Of each hash: 96 bits, so that no two folders of an archive have the same."""
FOLDER, FILE = "d", "f"
PLACE = re.compile(rb"(?<=%s \()[df][0-9a-f]{%d,%d}(?=\))" % (ENTRY.encode(), DIGITS, 2 * DIGITS))
BEGINNING_BYTES = 1 << 17
"""The entry is in the first object, before which there is nothing but the header; the longest
entries of an information dictionary have 32 kB together."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where scans lay.

    Attributes:
        folder: Hash of the path of their folder.
        file: Hash of the path of the one scan, if the PDF is not of all scans in the folder.
    """

    folder: str
    file: str = ""

    @classmethod
    def of(cls, document: Document) -> Self | None:
        """Where the scans of a document lie; None where that is more than one place."""
        here = document.output.parent
        if len(document.folders) == 1:
            return cls(hash_of(document.folders[0], here))
        if not document.folders and len(document.scans) == 1:
            (scan,) = document.scans
            return cls(hash_of(scan.parent, here), hash_of(scan, here))
        return None

    @classmethod
    def in_pdf(cls, pdf: Path) -> Self | None:
        """The origin that the first bytes of a file tell, which may be no PDF of this program.

        Raises:
            OSError: It cannot be opened.
        """
        with pdf.open("rb") as file:
            found = PLACE.search(file.read(BEGINNING_BYTES))
        return cls.parse(found[0].decode()) if found else None

    @classmethod
    def parse(cls, entry: str) -> Self | None:
        """The origin in an entry; None where it is none."""
        kind, hashes = entry[:1], entry[1:]
        if kind == FOLDER and len(hashes) == DIGITS:
            return cls(hashes)
        if kind == FILE and len(hashes) == 2 * DIGITS:
            return cls(hashes[:DIGITS], hashes[DIGITS:])
        return None

    @property
    def entry(self) -> str:
        """Its entry in the information dictionary: letters and digits, which PDF holds as such."""
        return (FILE if self.file else FOLDER) + self.folder + self.file


def hash_of(path: Path, here: Path) -> str:
    """The hash of a path as seen from the folder `here`, without looking up any link."""
    place: str | Path = absolute(path)
    with suppress(ValueError):  # on another drive of Windows
        place = os.path.relpath(place, absolute(here))
    return hashlib.sha256(os.fsencode(place)).hexdigest()[:DIGITS]

"""Where the scans of a PDF lay when it was made: so it can be told later that they are gone.

It is an extended attribute of the PDF's file, and no part of its bytes: the same scans give the
same bytes wherever they lie. It holds hashes of absolute paths, and no path: a PDF that was moved
to those of other scans is none of theirs. Where scans and PDFs were moved together, each PDF gets a
new note when a run skips it. Where the system or the disk has no such attributes, or a copy has
left it behind, nothing is known, and such a PDF is never one whose scans are gone.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ..model.page import Document
from ..model.paths import absolute

ATTRIBUTE = "user.searchable-pdf.origin"
"""Names of attributes that every user may set begin with `user.` (xattr(7))."""
DIGITS = 24
"""Of each hash: 96 bits, so that no two folders of an archive have the same."""
FOLDER, FILE = "d", "f"


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
        if len(document.folders) == 1:
            return cls(hash_of(document.folders[0]))
        if not document.folders and len(document.scans) == 1:
            (scan,) = document.scans
            return cls(hash_of(scan.parent), hash_of(scan))
        return None

    @classmethod
    def noted(cls, pdf: Path) -> Self | None:
        """The origin that is noted of a PDF; None where there is none."""
        if not hasattr(os, "getxattr"):
            return None
        try:
            return cls.parse(os.getxattr(pdf, ATTRIBUTE).decode("ascii", "replace"))
        except OSError:
            return None

    def note(self, pdf: Path) -> None:
        """Notes it of a PDF that is there, as far as the disk can."""
        if hasattr(os, "setxattr"):
            with suppress(OSError):
                os.setxattr(pdf, ATTRIBUTE, self.entry.encode())

    @classmethod
    def parse(cls, entry: str) -> Self | None:
        """The origin in an attribute; None where it is none."""
        kind, hashes = entry[:1], entry[1:]
        if kind == FOLDER and len(hashes) == DIGITS:
            return cls(hashes)
        if kind == FILE and len(hashes) == 2 * DIGITS:
            return cls(hashes[:DIGITS], hashes[DIGITS:])
        return None

    @property
    def entry(self) -> str:
        """The attribute."""
        return (FILE if self.file else FOLDER) + self.folder + self.file


def hash_of(path: Path) -> str:
    """The hash of an absolute path, of which no link is looked up."""
    return hashlib.sha256(os.fsencode(absolute(path))).hexdigest()[:DIGITS]

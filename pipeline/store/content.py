"""What a file holds, told by a hash of its bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal.

    Raises:
        OSError: The file cannot be opened.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a scan, which may be one that cannot be opened.

    Attributes:
        hash: See `content_hash`; empty where the file cannot be opened.
        error: The name of the error's class then.
    """

    hash: str = ""
    error: str = ""

    @classmethod
    def of(cls, path: Path) -> Self:
        """The content of a file, as it is now."""
        try:
            return cls(content_hash(path))
        except OSError as error:
            return cls(error=type(error).__name__)

    @property
    def in_fingerprint(self) -> str:
        """What stands for it in a fingerprint. PDFs hold such fingerprints: this never changes."""
        return self.hash or f"unreadable: {self.error}"

"""What a file holds, told by a hash of its bytes."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Self

NO_FILE = "a pipe or a device, not a file"


def open_plain(path: Path) -> BufferedReader:
    """Opens a plain file to get its bytes: never a pipe, that may wait, or a device without end.

    Raises:
        OSError: It is none, or cannot be opened.
    """
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if stat.S_ISDIR(mode := os.fstat(opened).st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, NO_FILE, str(path))
        return os.fdopen(opened, "rb")
    except BaseException:
        os.close(opened)
        raise


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal.

    Raises:
        OSError: The file cannot be opened.
    """
    with open_plain(path) as file:
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

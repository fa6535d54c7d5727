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
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
"""Windows has no such flag, and lets few users make links."""


def open_plain(path: Path, *, follow: bool = True) -> BufferedReader:
    """Opens a plain file to get its bytes: never a pipe, that may wait, or a device without end.

    Args:
        path: The file.
        follow: A link to a file will do.

    Raises:
        OSError: It is none, or cannot be opened.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    opened = os.open(path, flags if follow else flags | NO_LINK)
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
class FileState:
    """What a file system says of a file: as long as it is the same, so is the content.

    Attributes:
        size: In bytes.
        changed_ns: When it was last written to, as a time stamp.
        inode: Its number: another one where another file was put in its place.
    """

    size: int
    changed_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> Self | None:
        """The state of a file now; None where it cannot be looked at."""
        try:
            status = path.stat()
        except OSError:
            return None
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a scan, which may be one that cannot be opened.

    Attributes:
        hash: See `content_hash`; empty where the file cannot be opened.
        error: The name of the error's class then.
        state: Of the file before it was hashed; None where it cannot be looked at.
    """

    hash: str = ""
    error: str = ""
    state: FileState | None = None

    @classmethod
    def of(cls, path: Path) -> Self:
        """The content of a file, as it is now."""
        state = FileState.of(path)
        try:
            return cls(content_hash(path), state=state)
        except OSError as error:
            return cls(error=type(error).__name__, state=state)

    def is_still_of(self, path: Path) -> bool:
        """Whether a file has this content now, as far as can be told.

        It is hashed again only where its state has changed. A file that is gone, or was never
        opened, has not changed.
        """
        if not self.hash or FileState.of(path) in (None, self.state):
            return True
        return Content.of(path).hash in ("", self.hash)

    @property
    def in_fingerprint(self) -> str:
        """What stands for it in a fingerprint. PDFs hold such fingerprints: this never changes."""
        return self.hash or f"unreadable: {self.error}"

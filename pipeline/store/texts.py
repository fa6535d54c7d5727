"""The texts of finished pages on disk, by content, so that no page is recognized twice.

An entry is a small file, named by a hash of everything that its text depends on, and by whether
the scan is whole. No entry is trusted: one that is damaged, half written or of another version is a
miss, and is written again. So several runs may use one store at once, and be killed at any moment.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..model.text import PageText
from ..model.version import STORE_VERSION

ENTRIES = "pages"
ENDING = ".json.gz"
KEPT_SHARE = 0.9
"""Pruning leaves this share of the largest size, so that it is not needed again at once."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How much a store holds: entries, and the bytes in their files."""

    entries: int = 0
    size: int = 0


def page_key(content: str, frame: int, recipe: str) -> str:
    """The name of a page's entry.

    Args:
        content: Hash of the scan's bytes.
        frame: Which page of it.
        recipe: Everything else that the text depends on: options, engine, its version and data.
    """
    return hashlib.sha256(f"{STORE_VERSION}\n{content}\n{frame}\n{recipe}".encode()).hexdigest()


class Store:
    """Texts by key. It has no state but its files.

    Args:
        folder: Where they are; made when the first entry is written.
    """

    def __init__(self, folder: Path) -> None:
        self._entries = folder / ENTRIES

    def get(self, key: str) -> PageText | None:
        """The text under `key`, which counts as used now; None where no sound one is there."""
        path = self._path(key)
        try:
            text = PageText.from_json(gzip.decompress(path.read_bytes()).decode())
        except (OSError, EOFError, ValueError, TypeError, ArithmeticError, zlib.error):
            return None
        with suppress(OSError):
            os.utime(path)
        return text

    def put(self, key: str, text: PageText) -> None:
        """Keeps a text.

        Raises:
            OSError: It cannot be written.
        """
        self.put_entry(key, gzip.compress(text.to_json().encode(), compresslevel=6, mtime=0))

    def entry(self, key: str) -> bytes | None:
        """The bytes of an entry, for the store of another machine; None where there is none.

        It counts as used now.
        """
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        with suppress(OSError):
            os.utime(path)
        return content

    def put_entry(self, key: str, entry: bytes) -> None:
        """Writes what `entry` gave on another machine.

        Raises:
            OSError: It cannot be written.
        """
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written in place: an entry cut off by a crash fails the check sum of gzip.
        path.write_bytes(entry)

    def check(self) -> None:
        """Sees that an entry could be written.

        Raises:
            OSError: None could.
        """
        self._entries.mkdir(parents=True, exist_ok=True)
        if not os.access(self._entries, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def usage(self) -> Usage:
        """What it holds."""
        sizes = [entry.stat().st_size for entry in self._files()]
        return Usage(len(sizes), sum(sizes))

    def prune(self, max_bytes: int) -> Usage:
        """Drops what was used longest ago, if all together is larger than `max_bytes`.

        Returns:
            What was dropped.
        """
        entries = []
        for path in self._files():
            with suppress(OSError):  # another run prunes, too
                status = path.stat()
                entries.append((status.st_mtime_ns, status.st_size, path))
        size = sum(bytes_used for _, bytes_used, _ in entries)
        if size <= max_bytes:
            return Usage()
        dropped, freed = 0, 0
        for _, bytes_used, path in sorted(entries):
            if size - freed <= max_bytes * KEPT_SHARE:
                break
            with suppress(OSError):
                path.unlink()
                dropped, freed = dropped + 1, freed + bytes_used
        return Usage(dropped, freed)

    def _path(self, key: str) -> Path:
        return self._entries / key[:2] / f"{key}{ENDING}"

    def _files(self) -> Iterator[Path]:
        return self._entries.glob(f"*/*{ENDING}")

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
import secrets
import stat
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..model.text import PageText
from ..model.version import STORE_VERSION
from .atomic import make_folders
from .content import NO_LINK
from .modes import common_mode, limit_mode

ENTRIES = "pages"
ENDING = ".json.gz"
PART = f".part{ENDING}"
"""Of an entry that is being written: one that a killed run has left is pruned as entries are."""
MAX_ENTRY_BYTES, MAX_TEXT_BYTES = 16_000_000, 128_000_000
"""An entry that is larger, as a file or unpacked, is none of ours. A word takes some 175 bytes of
JSON, so that a page of a newspaper with 20,000 of them takes 3.5 MB."""
GZIP_WINDOW = 31
"""For `zlib`: the largest window, and the head and check sum of gzip."""
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
        folder: Where they are; made when the first entry is written, for nobody else to see. The
            mode of a folder that is there stays, and what is made in it has no more bits.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entries = folder / ENTRIES

    def get(self, key: str) -> PageText | None:
        """The text under `key`, which counts as used now; None where no sound one is there."""
        content = self.entry(key)
        if content is None:
            return None
        try:
            unpacking = zlib.decompressobj(GZIP_WINDOW)
            unpacked = unpacking.decompress(content, MAX_TEXT_BYTES)
            text = PageText.from_json(unpacked.decode()) if unpacking.eof else None
            return None if text is None or text.fault else text
        except (ValueError, TypeError, ArithmeticError, zlib.error):
            return None

    def put(self, key: str, text: PageText, scan: Path | None = None) -> None:
        """Keeps a text.

        Args:
            key: Its name.
            text: The text.
            scan: Whom this does not let read it, the entry does not either.

        Raises:
            OSError: It cannot be written.
        """
        entry = gzip.compress(text.to_json().encode(), compresslevel=6, mtime=0)
        self.put_entry(key, entry, scan)

    def entry(self, key: str) -> bytes | None:
        """The bytes of an entry, for the store of another machine; None where there is none.

        It counts as used now.
        """
        path = self._path(key)
        try:
            # No link is followed, and a pipe is not waited for.
            descriptor = os.open(path, os.O_RDONLY | NO_LINK | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_ENTRY_BYTES:
                    return None
                content = file.read(MAX_ENTRY_BYTES)
        except OSError:
            return None
        with suppress(OSError):
            os.utime(path)
        return content

    def put_entry(self, key: str, entry: bytes, scan: Path | None = None) -> None:
        """Writes what `entry` gave on another machine.

        Args:
            key: Its name.
            entry: The bytes.
            scan: As for `put`.

        Raises:
            OSError: It cannot be written.
        """
        path = self._path(key)
        self._make(path.parent)
        # What is in its place, be it a link, is replaced and not written to. An entry that a
        # crash has cut off fails the check sum of gzip, so nobody waits for the disk.
        part = path.with_name(f".{secrets.token_hex(8)}{PART}")
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o666)
            with os.fdopen(descriptor, "wb") as file:
                bits = common_mode([] if scan is None else [scan], self._bits())
                limit_mode(file.fileno(), bits)
                file.write(entry)
            part.replace(path)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise

    def check(self) -> None:
        """Sees that an entry could be written.

        Raises:
            OSError: None could.
        """
        self._make(self._entries)
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

    def _make(self, folder: Path) -> None:
        """Makes a folder of the store: for nobody else, or for those who may use the store."""
        if not self._folder.exists():
            make_folders(self._folder.parent)
            self._folder.mkdir(mode=stat.S_IRWXU, exist_ok=True)
        if not folder.is_dir():
            bits = self._bits()
            for each in (*reversed(folder.parents), folder):
                if each.is_relative_to(self._folder) and not each.is_dir():
                    each.mkdir(exist_ok=True)
                    limit_mode(each, bits)

    def _bits(self) -> int:
        """What the mode of the store's folder lets group and others do."""
        return common_mode([self._folder])

    def _path(self, key: str) -> Path:
        return self._entries / key[:2] / f"{key}{ENDING}"

    def _files(self) -> Iterator[Path]:
        return self._entries.glob(f"*/*{ENDING}")

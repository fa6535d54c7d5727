"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..model.characters import printable
from ..model.errors import OutputError
from .locks import HAS_LOCKS, lock, locked
from .modes import common_mode, limit_mode

SPOOL_PREFIX = ".searchable-pdf-"
"""Beginning of the names of the hidden folders for unfinished files (see `spool`)."""

CANNOT_SYNC = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP)
"""What fsync says on file systems that do not have it: some of SMB, FUSE and DrvFs."""

CANNOT_BE_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
"""What the system says of a path at which nothing is, or can be."""
PART = re.compile(r"\.[0-9a-f]{16}\.part")
"""The names of unfinished files beside their places."""

SWEPT_KEPT = 10_000
"""This many folders are remembered as swept: a run goes through them in order, once each."""

_leftovers: set[Path] = set()
_swept: set[Path] = set()


@contextmanager
def atomic_file(
    path: Path, within: Path | None = None, *, scans: Iterable[Path] = ()
) -> Iterator[BinaryIO]:
    """A file to write to; it takes the place of `path` when the block ends without an error.

    It is written under a hidden name, flushed to the disk, then renamed. Missing folders are
    made.

    Args:
        path: Its place.
        within: Folder for the unfinished file; the spool is one that is cleaned up even after a
            power cut. None for the folder of `path`.
        scans: What it is made from: whom these do not let read them, it does not either.

    Raises:
        OutputError: The file cannot be written there.
    """
    check_is_file(path)
    part = (within or path.parent) / _part_name()
    _leftovers.add(part)
    held: int | None = None
    try:
        try:
            if within is None:
                make_folders(path.parent)
                sweep_parts(path.parent)
            opened, held = _begin(part)
            with opened as file:
                limit_mode(file.fileno(), common_mode(scans))
                yield file
                file.flush()
                _sync(file.fileno())
            make_folders(path.parent)
            _put(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise not_writable(path, error) from error
    finally:
        _leftovers.discard(part)
        if held is not None:
            os.close(held)


def sweep_parts(folder: Path) -> None:
    """Removes the unfinished files in a folder that killed runs have left; once in a process."""
    if not HAS_LOCKS or folder in _swept:
        return
    if len(_swept) >= SWEPT_KEPT:
        _swept.clear()
    _swept.add(folder)
    parts: list[Path] = []
    with suppress(OSError), os.scandir(folder) as listing:
        parts = [Path(entry.path) for entry in listing if PART.fullmatch(entry.name)]
    for part in parts:
        with suppress(OSError):
            held = locked(part)
            if held is not None:
                part.unlink()
                os.close(held)


def _begin(part: Path) -> tuple[BinaryIO, int]:
    """A new file, and a second descriptor that holds its lock until it has its name."""
    while True:
        file = part.open("x+b")
        try:
            held = os.dup(file.fileno())
            with suppress(OSError):  # a disk without locks: nobody can sweep it, then
                lock(held)
        except BaseException:
            file.close()
            raise
        if part.exists():
            return file, held
        file.close()  # another run has swept it away before it was held
        os.close(held)


def put_in_place(complete: Path, path: Path) -> None:
    """Moves a complete file to its place, as `atomic_file` does.

    Raises:
        OutputError: It cannot be put there.
    """
    check_is_file(path)
    try:
        make_folders(path.parent)
        _put(complete, path)
    except OSError as error:
        raise not_writable(path, error) from error


def check_is_file(path: Path) -> None:
    """Sees that nothing is at a path but, maybe, a plain file.

    Raises:
        OutputError: Something else is, or the path cannot be looked up.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if error.errno in CANNOT_BE_THERE:  # nothing is there; to write it says why not
            return
        raise not_writable(path, error) from error
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a device, a pipe or a socket"
        raise OutputError(f"{printable(str(path))}: is {what}, not a file; choose another name")


def leave_nothing_of(folder: Path) -> None:
    """Notes a temporary folder that `discard_leftovers` is to remove."""
    _leftovers.add(folder)


def discard_leftovers() -> None:
    """Removes unfinished files, before a process ends without waiting for its threads."""
    for path in list(_leftovers):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def make_folders(folder: Path) -> None:
    """Makes a folder and those that it is in, where they are missing, however deep that is.

    Raises:
        OSError: It cannot be made.
    """
    missing = []
    while True:
        try:
            folder.mkdir(exist_ok=True)
            break
        except FileNotFoundError:
            if folder == folder.parent:
                raise
            missing.append(folder)
            folder = folder.parent
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)


def check_folder(folder: Path) -> None:
    """Makes a folder for PDFs and sees that a file can be made there, before the long work.

    Raises:
        OutputError: It cannot.
    """
    part = folder / _part_name()
    try:
        make_folders(folder)
        sweep_parts(folder)
        try:
            part.touch()
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise not_writable(folder, error) from error


def not_writable(path: Path, error: OSError) -> OutputError:
    """What to tell a user whose file or folder cannot be written."""
    for folder in (path, *path.parents):
        if folder.name.startswith(SPOOL_PREFIX):  # a place that users need not know
            path = folder.parent
    remedy = "check the folder's permissions and free space, or choose another with -o"
    if error.errno == errno.ENAMETOOLONG:
        remedy = "give the scan or its folders a shorter name, or choose another place with -o"
    why = error.strerror or error
    return OutputError(f"{printable(str(path))}: cannot be written ({why}); {remedy}")


def _put(part: Path, path: Path) -> None:
    try:
        part.replace(path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with atomic_file(path) as file, part.open("rb") as complete:  # another disk
            limit_mode(file.fileno(), common_mode([part]))
            shutil.copyfileobj(complete, file)
        part.unlink()
        return
    with suppress(OSError):  # so that the new name, too, outlives a power cut
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _sync(descriptor: int) -> None:
    """Sees that a file is on the disk, where the file system has that.

    Raises:
        OSError: The disk is full or failing.
    """
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in CANNOT_SYNC:
            raise


def _part_name() -> str:
    return f".{secrets.token_hex(8)}.part"

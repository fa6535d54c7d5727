"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..model.characters import printable
from ..model.errors import OutputError

SPOOL_PREFIX = ".searchable-pdf-"
"""Beginning of the names of the hidden folders for unfinished files (see `spool`)."""

_leftovers: set[Path] = set()


@contextmanager
def atomic_file(path: Path, within: Path | None = None) -> Iterator[BinaryIO]:
    """A file to write to; it takes the place of `path` when the block ends without an error.

    It is written under a hidden name, flushed to the disk, then renamed. Missing folders are
    made.

    Args:
        path: Its place.
        within: Folder for the unfinished file; the spool is one that is cleaned up even after a
            power cut. None for the folder of `path`.

    Raises:
        OutputError: The file cannot be written there.
    """
    part = (within or path.parent) / _part_name()
    _leftovers.add(part)
    try:
        try:
            if within is None:
                path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            path.parent.mkdir(parents=True, exist_ok=True)
            _put(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise not_writable(path, error) from error
    finally:
        _leftovers.discard(part)


def put_in_place(complete: Path, path: Path) -> None:
    """Moves a complete file to its place, as `atomic_file` does.

    Raises:
        OutputError: It cannot be put there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(complete, path)
    except OSError as error:
        raise not_writable(path, error) from error


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


def check_folder(folder: Path) -> None:
    """Makes a folder for PDFs and sees that a file can be made there, before the long work.

    Raises:
        OutputError: It cannot.
    """
    part = folder / _part_name()
    try:
        folder.mkdir(parents=True, exist_ok=True)
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
    return OutputError(
        f"{printable(str(path))}: cannot be written ({error.strerror or error});"
        " check the folder's permissions and free space, or choose another with -o"
    )


def _put(part: Path, path: Path) -> None:
    try:
        part.replace(path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with atomic_file(path) as file, part.open("rb") as complete:  # another disk
            shutil.copyfileobj(complete, file)
        part.unlink()
        return
    with suppress(OSError):  # so that the new name, too, outlives a power cut
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _part_name() -> str:
    return f".{secrets.token_hex(8)}.part"

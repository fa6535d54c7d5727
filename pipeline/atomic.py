"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .characters import printable
from .errors import OutputError

_leftovers: set[Path] = set()


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to; it takes the place of `path` when the block ends without an error.

    It is written beside its place under a hidden name, flushed to the disk, then renamed.
    Missing folders are made.

    Raises:
        OutputError: The file cannot be written there.
    """
    part = path.with_name(_part_name())
    _leftovers.add(part)
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _not_writable(path, error) from error
    finally:
        _leftovers.discard(part)


def leave_nothing_of(folder: Path) -> None:
    """Notes a temporary folder to be removed, too, when the process is ended early."""
    _leftovers.add(folder)


def discard_leftovers() -> None:
    """Removes what is being written, before a process ends without waiting for its threads."""
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
        raise _not_writable(folder, error) from error


def _part_name() -> str:
    return f".{secrets.token_hex(8)}.part"


def _not_writable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{printable(str(path))}: cannot be written ({error.strerror or error});"
        " check the folder's permissions and free space, or choose another with -o"
    )

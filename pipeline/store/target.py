"""Where an output goes that a user names: a file, or a pipe or device that is written to as it is.

A file appears whole in its place (`atomic_file`). Nothing can stand for a device or a pipe: it gets
the bytes. A disk or a socket is refused.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from ..model.characters import printable
from ..model.errors import OutputError
from .atomic import atomic_file, check_is_file, not_writable

MOST_LINKS = 40
"""Links to links that are followed; Linux follows as many (path_resolution(7))."""


@contextmanager
def output_file(path: Path, scans: Iterable[Path] = ()) -> Iterator[BinaryIO]:
    """A file to write to: `atomic_file`, or for a pipe or device what is given to it at the end.

    Of a link, the file that it leads to is written; the link stays.

    Args:
        path: Its place.
        scans: As for `atomic_file`.

    Raises:
        OutputError: It cannot be written.
    """
    check_target(path)
    if not is_stream(path):
        place = path.resolve() if path.is_symlink() else path
        with atomic_file(place, scans=scans) as file:
            yield file
        return
    try:
        with tempfile.TemporaryFile() as whole:
            yield cast(BinaryIO, whole)
            whole.seek(0)
            with os.fdopen(open_stream(path), "wb") as stream:
                shutil.copyfileobj(whole, stream)
    except OSError as error:
        raise not_writable(path, error) from error


def check_target(path: Path, inputs: Iterable[Path] = ()) -> None:
    """Sees that something can be written at a path, before the long work.

    Args:
        path: The output.
        inputs: What it is made from.

    Raises:
        OutputError: A folder, a disk or a socket is there, or a pipe that nobody reads, or it is
            one of the inputs.
    """
    name = printable(str(path))
    for one in inputs:
        if is_same_file(path, one) and not is_stream(path):
            raise OutputError(
                f"{name}: is the input {printable(str(one))}, and would be lost; choose another"
                " name with -o"
            )
    if is_stream(path):
        try:
            os.close(open_stream(path))
        except OSError as error:
            raise not_writable(path, error) from error
        return
    check_is_file(path)


def is_stream(path: Path) -> bool:
    """Whether a path is a pipe, a device of characters, or a descriptor (`/dev/stdout`)."""
    if _descriptor(path) is not None:
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def is_same_file(one: Path, other: Path) -> bool:
    """Whether two paths are one file, by whatever links; also where it is not there yet."""
    try:
        return one.samefile(other)
    except OSError:
        with suppress(OSError, RuntimeError):  # links in circles
            return one.resolve() == other.resolve()
        return one.absolute() == other.absolute()


def open_stream(path: Path) -> int:
    """A descriptor of a pipe or device (`is_stream`) to write to.

    Raises:
        OSError: There is none; of a pipe, as nobody reads it: to wait for somebody may be forever.
    """
    descriptor = _descriptor(path)
    if descriptor is not None:
        return os.dup(descriptor)
    try:
        opened = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "nobody reads this pipe; start its reader first") from error
        raise
    os.set_blocking(opened, True)
    return opened


def _descriptor(path: Path) -> int | None:
    """The descriptor of this process that a path such as `/dev/stdout` stands for; None for none.

    Opened by its name, a file would be written from its beginning on, over what is there.
    """
    own = {Path("/dev/fd"), Path(f"/proc/{os.getpid()}/fd")}
    for _ in range(MOST_LINKS):
        with suppress(OSError, RuntimeError):
            if path.name.isdecimal() and path.parent.resolve() in own:
                return int(path.name)
        try:
            path = path.parent / path.readlink()
        except OSError:
            return None
    return None

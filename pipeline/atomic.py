"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .characters import printable
from .errors import OutputError


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to; it takes the place of `path` when the block ends without an error.

    It is written beside its place under a hidden name, flushed to the disk, then renamed.
    Missing folders are made.

    Raises:
        OutputError: The file cannot be written there.
    """
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(
            f"{printable(str(path))}: cannot be written ({error.strerror or error});"
            " check the folder's permissions and free space, or choose another with -o"
        ) from error

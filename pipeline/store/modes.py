"""Who may see an output: nobody but its owner whom one of its scans does not let see it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

OWNER = stat.S_IRUSR | stat.S_IWUSR
ANYBODY = stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def common_mode(files: Iterable[Path], mode: int = ANYBODY) -> int:
    """The bits of `mode` for group and others that all files have, too.

    A file that cannot be looked at takes none away: nothing of it is in the output.
    """
    for file in files:
        with suppress(OSError):
            mode &= file.stat().st_mode
    return mode & OTHERS


def limit_mode(file: Path | int, bits: int) -> None:
    """Takes the bits from a file that are for group and others, and not among `bits`.

    Its owner may always read and write it: scans of mode 444 are common, and a PDF of them is made
    again. On a disk that has no modes, nothing is done.

    Args:
        file: Its path, or a descriptor.
        bits: What `common_mode` gives.
    """
    with suppress(OSError):
        mode = stat.S_IMODE(os.stat(file).st_mode)  # noqa: PTH116 (it may be a descriptor)
        limited = mode & (bits | stat.S_IRWXU) | OWNER
        if limited != mode:
            os.chmod(file, limited)  # noqa: PTH101

"""Locks that say that a run is at work on a file or folder: the system lets go of them at its end.

So what a killed run has left can be told from what another run is still writing. Where a disk has
no locks, nothing is swept.
"""

from __future__ import annotations

import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover (no such locks there: nothing is swept)
    fcntl = None  # type: ignore[assignment]

HAS_LOCKS = fcntl is not None


def lock(descriptor: int) -> bool:
    """Takes the lock of an open file or folder; False where another process holds it.

    Raises:
        OSError: There are no locks on this disk.
    """
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def locked(path: Path) -> int | None:
    """A descriptor that holds the lock of a file or folder; None where another process holds it.

    Raises:
        OSError: It cannot be opened, or there are no locks on this disk.
    """
    if fcntl is None:
        return os.open(os.devnull, os.O_RDONLY)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        if lock(descriptor):
            return descriptor
    except OSError:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None

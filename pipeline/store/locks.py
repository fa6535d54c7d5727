"""Locks that say that a run is at work on a file or folder: the system lets go of them at its end.

So what a killed run has left can be told from what another run is still writing. Where a disk has
no locks, nothing is swept.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover (no such locks there: nothing is swept)
    fcntl = None  # type: ignore[assignment]

HAS_LOCKS = fcntl is not None
WAIT_S, LOOK_EVERY_S = 10.0, 0.01
"""How long a lock is waited for. It is held while a small file is written, which takes some
milliseconds: who holds it for longer was stopped, and would be waited for without end."""


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


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Holds the lock of a folder in the block, after waiting for others that hold it.

    Where there are no locks, and where another process does not let go of it, nobody waits: what is
    done in the block must leave nothing half done all the same.
    """
    held: int | None = None
    until = time.monotonic() + WAIT_S
    try:
        while HAS_LOCKS and held is None and time.monotonic() < until:
            held = locked(folder)
            if held is None:
                time.sleep(LOOK_EVERY_S)
    except OSError:
        pass
    try:
        yield
    finally:
        if held is not None:
            os.close(held)

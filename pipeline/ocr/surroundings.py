"""What an engine may change of the process that it works in: put back after each page."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

if sys.platform != "win32":
    import resource

    LIMITS = (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_AS)
    """Of what a process may write, open and have (getrlimit(2))."""
    SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGPIPE)
    """Those that stop a worker, and tell it of its children and pipes."""


@contextmanager
def same_surroundings() -> Iterator[None]:
    """Puts back the folder, umask, variables, signals and limits of a worker process.

    Paths are relative to that folder, and the next page is made in the same process. A process that
    cannot be put back ends itself: another one takes its place. So does a copy of the process that
    the engine has made and forgotten. In threads nothing is done: they share what they have with
    the user's program.
    """
    worker = multiprocessing.parent_process() is not None
    if (
        sys.platform == "win32"
        or not worker
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    process, folder, variables = os.getpid(), os.open(".", os.O_RDONLY), dict(os.environ)
    os.umask(umask := os.umask(0))
    limits = {number: resource.getrlimit(number) for number in LIMITS}
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        if os.getpid() != process:
            os._exit(0)
        try:
            for number, pair in limits.items():
                resource.setrlimit(number, pair)
            os.fchdir(folder)
        except (OSError, ValueError):
            os._exit(1)
        os.umask(umask)
        if os.environ != variables:
            os.environ.clear()
            os.environ.update(variables)
        for number, handler in handlers.items():
            if handler is not None and signal.getsignal(number) is not handler:
                signal.signal(number, handler)
        with suppress(OSError):
            os.close(folder)

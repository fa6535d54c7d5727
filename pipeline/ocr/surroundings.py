"""What an engine may change of the process that it works in: put back after each page."""

from __future__ import annotations

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


_ours = threading.Event()


def give_process() -> None:
    """This process is a worker of this package from now on, which may be ended with its page."""
    _ours.set()


@contextmanager
def same_surroundings() -> Iterator[None]:
    """Puts back the folder, umask, variables, signals and limits of a worker process.

    Paths are relative to that folder, and the next page is made in the same process. A process that
    cannot be put back ends itself: another one takes its place. So does a copy of the process that
    the engine has made and forgotten. In threads, and in processes of the user's own, nothing is
    done: what they have is the user's.
    """
    if (
        sys.platform == "win32"
        or not _ours.is_set()
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    process, folder, variables = os.getpid(), _current_folder(), dict(os.environ)
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
                if resource.getrlimit(number) != pair:  # some systems refuse what they gave
                    resource.setrlimit(number, pair)
            if folder is not None:
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
        if folder is not None:
            with suppress(OSError):
                os.close(folder)


def _current_folder() -> int | None:
    """The current folder, opened; None where this process may not come back to it.

    That is so in another user's folder, where `sudo -u` has started it.
    """
    try:
        folder = os.open(".", os.O_RDONLY)
    except OSError:
        return None
    try:
        os.fchdir(folder)
    except OSError:
        os.close(folder)
        return None
    return folder

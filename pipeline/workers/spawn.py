"""How worker processes are started: three things of `multiprocessing`'s spawn are replaced.

Locks are pipes. Those of `multiprocessing` are POSIX semaphores, which lie in /dev/shm: on AWS
Lambda, in Termux, and in many containers and chroots it is missing, or may not be written.

A process that ends with exit code 0 in the middle of its job has died, too. pebble takes that for
the end of a worker whose work is done, and waits for its answer until the time-out.

A new process runs the user's script once more, as what it is to do may be defined there. Where the
script has no main guard, that begins the conversion again, and the process dies. What our workers
do is all in this package: they leave the script alone, and need no guard.
"""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from multiprocessing import spawn
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from typing import Any

LEFT = 256
"""Stands for the exit code 0 of a worker; no process has such an exit code."""
WORKER = "searchable-pdf worker"
"""The name of our worker processes."""

_without_main = Counter((WORKER,))
_prepare = spawn.get_preparation_data
_patching = threading.Lock()


@contextmanager
def without_main(name: str) -> Iterator[None]:
    """Processes of this name that are started meanwhile leave the user's script alone."""
    _patch()
    with _patching:
        _without_main[name] += 1
    try:
        yield
    finally:
        with _patching:
            _without_main[name] -= 1


def _patch() -> None:
    """Has `multiprocessing` ask us what a new process is told; it has no other way to say it."""
    with _patching:
        if spawn.get_preparation_data is _prepare:
            spawn.get_preparation_data = _prepare_without_main


def _prepare_without_main(name: str) -> dict[str, Any]:
    told = _prepare(name)
    if _without_main[name]:
        told.pop("init_main_from_name", None)
        told.pop("init_main_from_path", None)
        # They are started in this folder, and may not be allowed to come back to it: it may be in
        # another user's home.
        told.pop("dir", None)
    return told


class WorkerProcess(SpawnProcess):
    """A process that never ends well: it is stopped, or has died."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings | {"name": WORKER})

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:
        return _popen_class()(process_obj)

    @property
    def exitcode(self) -> int | None:
        """See `multiprocessing.Process`; `LEFT` where that is 0."""
        code = super().exitcode
        return LEFT if code == 0 else code


@cache
def _popen_class() -> type:
    """How it is started and waited for; Windows has no module for it."""
    from multiprocessing.popen_spawn_posix import Popen

    if not hasattr(os, "waitid"):  # macOS, before Python 3.13: whose number it is, nobody can tell
        return Popen

    class GroupPopen(Popen):
        """Once the process has ended, what it has started and not waited for is killed with it.

        That is done before the system is told that its number is free for another process.
        """

        def __init__(self, process_obj: BaseProcess) -> None:
            self._waiting = threading.Lock()
            super().__init__(process_obj)

        def poll(self, flag: int = os.WNOHANG) -> int | None:
            if self.returncode is None and _has_ended(self.pid, flag):
                with self._waiting:
                    if self.returncode is None and _has_ended(self.pid, os.WNOHANG):
                        with suppress(OSError):  # it had no group yet
                            os.killpg(self.pid, signal.SIGKILL)
                    return super().poll(os.WNOHANG)
            return self.returncode

    return GroupPopen


def _has_ended(pid: int, flag: int) -> bool:
    """Whether a child has, and was not waited for yet; without `os.WNOHANG`, not before it has."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | flag) is not None
    except ChildProcessError:
        return False


class PipeLock:
    """A reentrant lock among processes, as `multiprocessing.RLock`: who has its byte has the lock.

    A thread that has it may take it again. One that waits for it is not woken by a fork: a child
    gets the lock by pickling it.
    """

    def __init__(self, context: SpawnContext) -> None:
        self._reader, self._writer = context.Pipe(duplex=False)
        os.set_blocking(self._reader.fileno(), False)
        self._forget_owner()
        os.write(self._writer.fileno(), b"x")

    def _forget_owner(self) -> None:
        self._owner: int | None = None
        self._count = 0

    def __getstate__(self) -> tuple[Any, Any]:
        return self._reader, self._writer

    def __setstate__(self, state: tuple[Any, Any]) -> None:
        self._reader, self._writer = state
        self._forget_owner()

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """Takes the lock; False where another process or thread kept it for all of `timeout`."""
        here = threading.get_ident()
        if self._owner != here:
            if not self._take(time.monotonic() + timeout if timeout is not None else None, block):
                return False
            self._owner = here
        self._count += 1
        return True

    def release(self) -> None:
        """Gives it back, once for each time that it was taken."""
        assert self._owner == threading.get_ident(), "it is another's"
        self._count -= 1
        if not self._count:
            self._owner = None
            os.write(self._writer.fileno(), b"x")

    def _take(self, deadline: float | None, block: bool) -> bool:
        poll = select.poll()
        poll.register(self._reader.fileno(), select.POLLIN)
        while True:
            try:
                return bool(os.read(self._reader.fileno(), 1))
            except BlockingIOError:
                pass
            left_s = None if deadline is None else deadline - time.monotonic()
            if not block or (left_s is not None and left_s <= 0):
                return False
            poll.poll(None if left_s is None else left_s * 1000)


class WorkerContext(SpawnContext):
    """The part of a `multiprocessing` context that pebble uses, for a pool of one process.

    Attributes:
        process: The last that was started; None before the first.
    """

    process: WorkerProcess | None = None

    def Process(self, *args: Any, **named: Any) -> WorkerProcess:  # type: ignore[override]
        """A process to be started; the one before it has ended."""
        self.process = WorkerProcess(*args, **named)
        return self.process

    def RLock(self) -> Any:
        """A lock that needs no semaphore."""
        return PipeLock(self)


def worker_context() -> Any:
    """The context for pebble's pools. Windows has locks without files, and no such pipes."""
    _patch()
    return multiprocessing.get_context("spawn") if os.name == "nt" else WorkerContext()

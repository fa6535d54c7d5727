"""Jobs run in processes of their own, which may hang, crash or be killed."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager, contextmanager, suppress
from multiprocessing.util import Finalize

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from ..model.characters import reason_of
from ..model.errors import (
    PageTimeoutError,
    WorkerDiedError,
    WorkerMemoryError,
    WorkerSetupError,
)
from .contained import Job, Result
from .job import RoomNeededError
from .process_setup import call
from .resident import MemoryWatch, WatchedWorker
from .room import Room, engine_mb, enlarged, excess_mb, ordinary
from .sandbox import Sandbox
from .spawn import LEFT, worker_context

GRACE_S = 60.0
"""A worker that cannot be stopped at its time-out is given up after this many seconds more."""
EXIT_PRIORITY = 100
"""Higher than that of what else multiprocessing does at a process's end."""
REBUILDS = 3
"""How often a job is submitted again because the worker died before it began."""


class ProcessRunner:
    """Runs jobs in processes that may hang, crash or be killed.

    A job whose process dies is tried once more while no other job is being run: if memory
    was short, it has all of it. A page that is too large for what memory is left waits (`Room`); a
    process that takes more than there is is ended (`MemoryWatch`).

    Args:
        jobs: How many at a time.
        timeout_s: Longest time for one job; None for no limit.
        verbose: Let through what the processes print.
        sandbox: What the processes may do; None for all that this one may.
        watch: Looks at the memory of the processes, and says how much there is.
    """

    def __init__(
        self,
        jobs: int,
        timeout_s: float | None = None,
        verbose: bool = False,
        sandbox: Sandbox | None = None,
        watch: MemoryWatch | None = None,
    ) -> None:
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()
        self._timeout_s = timeout_s
        self._watch = watch or MemoryWatch()
        self._room = Room(jobs, self._watch.total_mb)
        self._workers = [
            _Worker(verbose, sandbox, self._watch.new_worker()) for _ in range(max(1, jobs))
        ]
        for worker in self._workers:
            self._idle.put_nowait(worker)
        self._access = SharedOrExclusive()

    async def __call__(
        self, function: Callable[[Job], Result], job: Job, at_least_s: float = 0.0
    ) -> Result:
        """See `Runner`."""
        limit_s = None if self._timeout_s is None else max(self._timeout_s, at_least_s)
        return await self.run(function, job, limit_s)

    async def run(
        self, function: Callable[[Job], Result], job: Job, timeout_s: float | None
    ) -> Result:
        """See `Runner`; with this time-out instead of the runner's."""
        with _no_interrupts():
            self._watch.start()
        try:
            return await self._run(function, ordinary(job), timeout_s)
        except RoomNeededError as needed:
            return await self._run(function, enlarged(job, needed), timeout_s)

    async def _run(
        self, function: Callable[[Job], Result], job: Job, timeout_s: float | None
    ) -> Result:
        try:
            async with self._access.shared(), self._worker() as worker, self._room.taken(job):
                return await worker.run(function, job, timeout_s)
        except WorkerDiedError:
            try:
                async with self._access.alone(), self._worker() as worker, self._room.taken(job):
                    return await worker.run(function, job, timeout_s)
            except NotStartedError as error:
                raise WorkerSetupError(str(error)) from error

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator[_Worker]:
        worker = await self._idle.get()
        try:
            yield worker
        finally:
            self._idle.put_nowait(worker)

    def close(self) -> None:
        """See `Runner`."""
        self._watch.stop()
        for worker in self._workers:
            worker.stop()


class _Worker:
    """One process at a time, in a pool of its own: what breaks it concerns one job only."""

    def __init__(self, verbose: bool, sandbox: Sandbox | None, watched: WatchedWorker) -> None:
        self._verbose = verbose
        self._sandbox = sandbox
        self._watched = watched
        self._pool: ProcessPool | None = None
        self._at_exit: Finalize | None = None

    async def run(
        self, function: Callable[[Job], Result], job: Job, timeout_s: float | None
    ) -> Result:
        limit = None if timeout_s is None else timeout_s + GRACE_S
        reason = "it dies as it starts"
        for _ in range(REBUILDS):
            try:
                future = self._schedule(function, job, timeout_s)
                self._watched.begin(engine_mb(job) + excess_mb(job))
            except (RuntimeError, OSError, MemoryError) as error:
                reason = reason_of(error)
                self.stop()
                continue
            try:
                return await asyncio.wait_for(asyncio.wrap_future(future), limit)
            except TimeoutError:
                if not future.done() or future.cancelled():
                    self.stop()
                raise PageTimeoutError(
                    f"{job}: not done after {timeout_s:g} s; allow more with --timeout"
                ) from None
            except ProcessExpired as error:
                if self._watched.ended_at_mb:
                    raise WorkerMemoryError(_too_much(job, self._watched.ended_at_mb)) from None
                raise WorkerDiedError(_obituary(job, error.exitcode)) from None
            except BrokenProcessPool:
                self.stop()
            finally:
                self._watched.finish()
        raise NotStartedError(
            f"no worker process can be started ({reason}); free memory, allow more processes and"
            " open files (ulimit -a), or try -j 1"
        )

    def stop(self) -> None:
        pool, self._pool = self._pool, None
        if self._at_exit is not None:
            self._at_exit.cancel()
        if pool is not None:
            with suppress(RuntimeError, OSError):  # one that did not even start
                pool.stop()  # type: ignore[no-untyped-call]
                pool.join()

    def _schedule(
        self, function: Callable[[Job], Result], job: Job, timeout_s: float | None
    ) -> ProcessFuture[Result]:
        arguments = (function, job, self._verbose, self._sandbox)
        with _no_interrupts():
            if self._pool is None:
                self._pool = self._new_pool()
            try:
                return self._pool.schedule(call, args=arguments, timeout=timeout_s)
            except RuntimeError:  # the pool broke while it was idle
                self.stop()
                self._pool = self._new_pool()
                return self._pool.schedule(call, args=arguments, timeout=timeout_s)

    def _new_pool(self) -> ProcessPool:
        # Or multiprocessing would wait for the process at the end of the program, for ever.
        self._at_exit = Finalize(None, self.stop, exitpriority=EXIT_PRIORITY)
        self._watched.context = worker_context()
        return ProcessPool(1, context=self._watched.context)


class NotStartedError(WorkerDiedError):
    """The worker process died before it had begun, and so did those after it."""


def _obituary(job: object, code: int) -> str:
    how = f" with exit code {0 if code == LEFT else code}"
    if code < 0:
        try:
            how = f" by {signal.Signals(-code).name}"
        except ValueError:
            how = f" by signal {-code}"
    hint = "; it may need more memory: try -j 1 or --max-side" if code == -9 else ""
    return f"{job}: its worker process died{how}{hint}"


def _too_much(job: object, resident_mb: float) -> str:
    return (
        f"{job}: its worker process was ended at {resident_mb:,.0f} MB of memory, before there was"
        " none left; free memory, or try fewer pages at a time (-j 1), a smaller copy of the page"
        " (--max-side), or another engine"
    )


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Threads and processes that are started meanwhile leave Ctrl-C to this process."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class SharedOrExclusive:
    """A lock that many may share, or one has alone; who waits to have it alone comes next."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()
        self._sharing = 0
        self._waiting = 0
        self._taken = False

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """Shares it for the length of the block."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._taken and not self._waiting)
            self._sharing += 1
        try:
            yield
        finally:
            await self._leave(sharing=1)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Has it alone for the length of the block."""
        async with self._changed:
            self._waiting += 1
            try:
                await self._changed.wait_for(lambda: not self._taken and not self._sharing)
                self._taken = True
            finally:
                self._waiting -= 1
                self._changed.notify_all()
        try:
            yield
        finally:
            await self._leave(taken=True)

    async def _leave(self, sharing: int = 0, taken: bool = False) -> None:
        async with self._changed:
            self._sharing -= sharing
            if taken:
                self._taken = False
            self._changed.notify_all()

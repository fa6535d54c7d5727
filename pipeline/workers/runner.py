"""A runner runs jobs somewhere: in threads of this process, or in others behind one protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from ..model.options import Workers
from .contained import Job, Result, contained
from .job import PageJob, RoomNeededError
from .machine import available_memory_mb
from .processes import ProcessRunner
from .room import Room, enlarged, ordinary
from .sandbox import Sandbox


class Runner(Protocol[Job]):
    """Runs a function on a job somewhere, so that the event loop stays free.

    `str(job)` is the job's name in messages.
    """

    async def __call__(
        self, function: Callable[[Job], Result], job: Job, at_least_s: float = 0.0
    ) -> Result:
        """The result of `function(job)`.

        Args:
            function: To be called, with the job alone.
            job: The job.
            at_least_s: It has this long in any case, however short the time-out.

        Raises:
            SearchablePdfError: What the function raised.
            UnforeseenError: It raised another exception.
            PageTimeoutError: It took too long.
            WorkerDiedError: It killed its process, twice.
            WorkerSetupError: No process can be started.
        """
        ...

    def close(self) -> None:
        """Lets the workers go, without waiting for the jobs that they are at."""
        ...


def open_runner(
    workers: Workers,
    jobs: int,
    timeout_s: float | None = None,
    verbose: bool = False,
    sandbox: Sandbox | None = None,
) -> Runner[PageJob]:
    """The runner of this machine.

    Args:
        workers: Threads or processes.
        jobs: Pages at a time.
        timeout_s: Longest time for one page; None for no limit. Threads cannot be stopped.
        verbose: Let through what processes print.
        sandbox: What processes may do; None for all that this one may.
    """
    if workers == "threads":
        return ThreadRunner(jobs)
    return ProcessRunner(jobs, timeout_s, verbose, sandbox)


class ThreadRunner:
    """Runs jobs in threads: no set-up, but a job cannot be stopped, and a crash ends the process.

    Args:
        jobs: How many at a time.
    """

    def __init__(self, jobs: int) -> None:
        self._threads = ThreadPoolExecutor(max(1, jobs), thread_name_prefix="page")
        self._room = Room(jobs, available_memory_mb)

    async def __call__(
        self, function: Callable[[Job], Result], job: Job, at_least_s: float = 0.0
    ) -> Result:
        """See `Runner`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._run, function, job)

    def _run(self, function: Callable[[Job], Result], job: Job) -> Result:
        try:
            return self._run_in_room(function, ordinary(job))
        except RoomNeededError as needed:
            return self._run_in_room(function, enlarged(job, needed))

    def _run_in_room(self, function: Callable[[Job], Result], job: Job) -> Result:
        with self._room.taken_by_thread(job):
            return contained(function, job)

    def close(self) -> None:
        """See `Runner`."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._room.close()

"""Who runs the work on a page: threads of this process, or something with the same face."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from ..model.options import Workers
from .job import PageJob, Result
from .processes import ProcessRunner


class Runner(Protocol):
    """Runs a function on a page somewhere, so that the event loop stays free."""

    async def __call__(self, function: Callable[[PageJob], Result], job: PageJob) -> Result:
        """The result of `function(job)`.

        Raises:
            PageTimeoutError: It took too long.
            WorkerDiedError: It killed its process, twice.
        """
        ...

    def close(self) -> None:
        """Lets the workers go; a page that is in one is not waited for."""
        ...


def open_runner(
    workers: Workers, jobs: int, timeout_s: float | None = None, verbose: bool = False
) -> Runner:
    """The runner of a kind, for so many pages at a time."""
    if workers == "threads":
        return ThreadRunner(jobs)
    return ProcessRunner(jobs, timeout_s, verbose)


class ThreadRunner:
    """Runs pages in threads: no set-up, but a page cannot be stopped, and a crash is everybody's.

    Args:
        jobs: Pages at a time.
    """

    def __init__(self, jobs: int) -> None:
        self._threads = ThreadPoolExecutor(max(1, jobs), thread_name_prefix="page")

    async def __call__(self, function: Callable[[PageJob], Result], job: PageJob) -> Result:
        """See `Runner`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, function, job)

    def close(self) -> None:
        """See `Runner`."""
        self._threads.shutdown(wait=False, cancel_futures=True)

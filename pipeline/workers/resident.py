"""The memory that worker processes have in fact: one that takes too much is ended in time.

A limit of the system (RLIMIT_AS) is on addresses, not on memory: Java and OpenVINO ask for far
more addresses than they use, and do not start with it. So the resident set is looked at.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.process import BaseProcess
from typing import Any

import psutil

from .machine import available_memory_mb

SHARE = 0.9
"""Of all that workers may take. Beyond it, one of them is ended: soon it would be any process, and
the system would choose which."""
GROWTH_MB_PER_S = 2000.0
"""No worker grows faster: 1.5 and 1.7 GB/s were measured of a thread that writes to memory for the
first time (processor A of docs/performance.md)."""
SOONEST_S, LATEST_S = 0.02, 1.0
"""Between two looks, of which each takes some tenths of a millisecond."""
AGAIN_S = 0.5
"""After one was ended: its memory is not free at once."""


class WatchedWorker:
    """A worker process, as the watch sees it.

    Attributes:
        context: What its processes are started with (`spawn.worker_context`); None before that.
        expected_mb: What it may take in any case; None while it has no job.
        ended_at_mb: What it had when it was ended; 0 where it was not.
    """

    def __init__(self) -> None:
        self.context: Any = None
        self.expected_mb: float | None = None
        self.ended_at_mb = 0.0
        self._has_worked = False

    def begin(self, expected_mb: float) -> None:
        """It has a job."""
        self.expected_mb, self.ended_at_mb, self._has_worked = expected_mb, 0.0, True

    def finish(self) -> None:
        """It has none any more."""
        self.expected_mb = None

    @property
    def resident_mb(self) -> float:
        """What it has, in millions of bytes; 0 of one that is gone."""
        with suppress(psutil.Error):
            process = self._process
            if process is not None and process.pid is not None:
                return psutil.Process(process.pid).memory_info().rss / 1e6
        return 0.0

    @property
    def rests(self) -> bool:
        """Whether it has no job, and its process may hold what the last one has left."""
        return self.expected_mb is None and self._has_worked

    def end(self) -> None:
        """Ends its process, and the job with it."""
        self.ended_at_mb = self.resident_mb
        self._kill()

    def end_rest(self) -> None:
        """Ends its process, which has no job; another one is started for the next."""
        self._has_worked = False
        self._kill()

    def _kill(self) -> None:
        with suppress(OSError):  # it has just ended by itself
            if self._process is not None:
                self._process.kill()

    @property
    def _process(self) -> BaseProcess | None:
        return getattr(self.context, "process", None)


class MemoryWatch:
    """Looks at what all workers of a runner have, and ends the one that takes too much.

    That is the one which is furthest beyond what it may take in any case (the memory of its engine
    and of its page). None that keeps to that is ended, however little memory there is. Where a
    worker without a job holds as much as is missing, it is ended instead: that costs no page.

    Args:
        limit_mb: Gives what all workers may take together, beside what the machine has; infinity
            where only the machine sets a limit.
    """

    def __init__(self, limit_mb: Callable[[], float] = lambda: float("inf")) -> None:
        self._limit_mb = limit_mb
        self._workers: list[WatchedWorker] = []
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def new_worker(self) -> WatchedWorker:
        """One more worker, to be told of its jobs."""
        worker = WatchedWorker()
        self._workers.append(worker)
        return worker

    def total_mb(self) -> float:
        """What all workers may take together, with what they have: in millions of bytes."""
        return self._total_mb(sum(worker.resident_mb for worker in self._workers))

    def _total_mb(self, resident_mb: float) -> float:
        return min(self._limit_mb(), available_memory_mb() + resident_mb)

    def start(self) -> None:
        """Begins to look, in a thread of its own; once only."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._look_on, name="memory", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ends that."""
        self._stopped.set()

    def _look_on(self) -> None:
        pause_s = 0.0
        while not self._stopped.wait(pause_s):
            pause_s = self._look()

    def _look(self) -> float:
        """Ends a worker where that must be; how long nothing can happen then, in seconds."""
        resident = {worker: worker.resident_mb for worker in self._workers}
        together_mb = sum(resident.values())
        left_mb = SHARE * self._total_mb(together_mb) - together_mb
        if left_mb > 0:
            growth = GROWTH_MB_PER_S * len(resident)
            return min(LATEST_S, max(SOONEST_S, left_mb / growth))
        beyond = {
            worker: resident[worker] - worker.expected_mb
            for worker in self._workers
            if worker.expected_mb is not None
        }
        worst = max(beyond, key=lambda worker: beyond[worker], default=None)
        if worst is None or beyond[worst] <= 0:
            return SOONEST_S
        resting = (worker for worker in self._workers if worker.rests)
        largest = max(resting, key=lambda worker: resident[worker], default=None)
        if largest is not None and resident[largest] > -left_mb:
            largest.end_rest()
        else:
            worst.end()
        return AGAIN_S

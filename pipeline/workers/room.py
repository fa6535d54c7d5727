"""Room in memory: a page whose picture does not fit beside those being made waits for its turn."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

from ..ocr.engine import EnginePlugin
from ..ocr.registry import ResolvedEngine
from .contained import Job
from .job import PageJob, RoomNeededError

COPIES = 5.0
"""What a page takes at most, over its decoded pixels: 4.9 were measured, see docs/performance.md
("Memory and size on disk")."""
ORDINARY_MB = 139.2
"""A page of A4 at 600 dpi in color, decoded: 4960 x 7016 pixels of 4 bytes. What an engine says
that it takes (`EnginePlugin.memory_mb`) has room for it."""


def engine_mb(job: object) -> float:
    """What a worker takes with a page of an ordinary size, in millions of bytes."""
    engine = getattr(job, "engine", None)  # of a page, and of what a cluster's worker must have
    return engine.memory_mb if isinstance(engine, ResolvedEngine) else EnginePlugin.memory_mb


def excess_mb(job: object) -> float:
    """What a page takes beyond one of an ordinary size, in millions of bytes."""
    if not isinstance(job, PageJob) or job.room_bytes is None:
        return 0.0
    return COPIES * max(0.0, job.room_bytes / 1e6 - ORDINARY_MB)


def ordinary(job: Job) -> Job:
    """The job of a page that may have an ordinary size, and must ask for more."""
    if isinstance(job, PageJob) and job.room_bytes is None:
        return replace(job, room_bytes=round(ORDINARY_MB * 1e6))
    return job


def enlarged(job: Job, needed: RoomNeededError) -> Job:
    """The job of a page that asked for room."""
    assert isinstance(job, PageJob), "only pages ask"
    return replace(job, room_bytes=needed.decoded_bytes)


class _Ticket(Future[None]):
    """Of one page; done when there is room for it."""

    def __init__(self, job: object) -> None:
        super().__init__()
        self.engine_mb = engine_mb(job)
        self.excess_mb = excess_mb(job)


class Room:
    """The memory that pages share. Who waits comes in order: no page is overtaken.

    Pages of an ordinary size never wait for each other: how many there are at a time was settled
    before (`machine.share`). A page that is larger than all there is has it for itself alone.

    Args:
        jobs: Pages at a time.
        total_mb: Gives what all of them may take together now, in millions of bytes. It is asked
            for the sake of large pages only.
    """

    def __init__(self, jobs: int, total_mb: Callable[[], float]) -> None:
        self._jobs = max(1, jobs)
        self._total_mb = total_mb
        self._lock = threading.Lock()
        self._waiting: deque[_Ticket] = deque()
        self._in: set[_Ticket] = set()
        self._closed = False

    @asynccontextmanager
    async def taken(self, job: object) -> AsyncIterator[None]:
        """Room for a page, for the length of the block; the event loop is free meanwhile."""
        ticket = self._ask(job)
        try:
            await asyncio.wrap_future(ticket)
            yield
        finally:
            self._leave(ticket)

    @contextmanager
    def taken_by_thread(self, job: object) -> Iterator[None]:
        """Room for a page, for the length of the block; this thread waits for it."""
        ticket = self._ask(job)
        try:
            ticket.result()
            yield
        finally:
            self._leave(ticket)

    def close(self) -> None:
        """Lets nobody in any more: who waits, or comes later, is told so by `CancelledError`."""
        with self._lock:
            self._closed = True
            for ticket in self._waiting:
                ticket.cancel()
            self._waiting.clear()

    def _ask(self, job: object) -> _Ticket:
        ticket = _Ticket(job)
        with self._lock:
            if self._closed:
                ticket.cancel()
                return ticket
            self._waiting.append(ticket)
            self._let_in()
        return ticket

    def _leave(self, ticket: _Ticket) -> None:
        with self._lock:
            self._in.discard(ticket)
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            self._let_in()

    def _let_in(self) -> None:
        """Lets in those who come next, as far as there is room. The lock is held."""
        while self._waiting and self._fits(self._waiting[0]):
            ticket = self._waiting.popleft()
            self._in.add(ticket)
            if ticket.set_running_or_notify_cancel():
                ticket.set_result(None)

    def _fits(self, newcomer: _Ticket) -> bool:
        together = (*self._in, newcomer)
        if len(together) == 1 or not any(each.excess_mb for each in together):
            return True
        total_mb = self._total_mb()
        # Where the user wants more pages at a time than there is memory for, each has a part.
        part_mb = total_mb / self._jobs
        return sum(min(part_mb, each.engine_mb) + each.excess_mb for each in together) <= total_mb

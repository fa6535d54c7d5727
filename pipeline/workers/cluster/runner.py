"""Pages made on a Dask cluster: sent to its workers, and sent again where one is lost.

A page is one task of the cluster. Whatever happens to the worker, its machine or the scheduler,
the page is submitted again, and its place in its document stays the same: none is lost, and none
appears twice. Texts that came back are in the store, also when the run ends early.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import CancelledError
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ...model.errors import WorkerDiedError
from ...model.options import ClusterOptions, ConvertOptions
from ...model.page import PageSource
from ...model.version import __version__
from ..contained import contained
from ..job import PageJob
from . import link
from .members import WATCH_S, ClusterWorkers
from .messages import PageNotShared, PageReply, PageTransfer, WorkerRequirements

if TYPE_CHECKING:
    from distributed import Client

Result = TypeVar("Result")

DROPPED_OFTEN = 5
"""A page that the cluster drops this often, for no reason that can be seen, has failed."""


class PendingReplies:
    """Replies that are waited for, so that all can be given up at once."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[bytes]] = set()

    async def wait(self, reply: Coroutine[Any, Any, bytes]) -> bytes:
        """The reply.

        Raises:
            CancelledError: It was given up.
        """
        task = asyncio.create_task(reply)
        self._tasks.add(task)
        try:
            return await task
        finally:
            self._tasks.discard(task)
            task.cancel()

    def cancel(self) -> None:
        """Gives up all replies."""
        for task in self._tasks:
            task.cancel()


class ClusterRunner:
    """Runs pages on a cluster (see `workers.Runner`).

    Args:
        workers: Of the cluster.
        transfer: Of this run.
        replies: What the workers owe; whoever cancels them has the pages sent again.
    """

    def __init__(
        self, workers: ClusterWorkers, transfer: PageTransfer, replies: PendingReplies
    ) -> None:
        self._workers = workers
        self._transfer = transfer
        self._replies = replies
        self._names = (f"page-{transfer.run}-{number}" for number in count(1))

    async def __call__(
        self, function: Callable[[PageJob], Result], job: PageJob, at_least_s: float = 0.0
    ) -> Result:
        """See `workers.Runner`; `at_least_s` is left aside.

        Raises:
            ClusterError: The cluster is gone for good.
        """
        send_scan = self._transfer.sends_scans and not job.source.frame
        send_back, worker = False, ""
        while True:
            try:
                payload = await asyncio.to_thread(
                    self._transfer.request, function, job, send_scan=send_scan, send_back=send_back
                )
            except OSError:  # no worker could open it either: the message is the same from here
                return await asyncio.to_thread(contained, function, job)
            reply: PageReply = pickle.loads(await self._ask(payload, job, worker))
            if reply.refusal:
                await self._workers.refuse(reply.worker, reply.refusal)
            elif reply.wants_scan:
                send_scan, worker = True, reply.worker
            elif reply.error is not None:
                job.note_stage(reply.stopped_in)
                raise reply.error
            else:
                try:
                    done = await asyncio.to_thread(self._transfer.receive, reply, job)
                except PageNotShared:
                    send_back = True
                else:
                    return cast(Result, done)

    def close(self) -> None:
        """See `workers.Runner`: what is not done is not waited for."""
        self._replies.cancel()

    async def _ask(self, payload: bytes, job: PageJob, worker: str) -> bytes:
        """A worker's pickled reply to a request; submitted again where it is lost on the way."""
        from distributed import KilledWorker

        dropped = killed = 0
        while True:
            client = await self._workers.connected()
            try:
                return await self._reply(client, payload, worker)
            except (asyncio.CancelledError, CancelledError):
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise
            except KilledWorker:
                killed += 1
                if killed == 1:  # it may have been another page that was there at the time
                    continue
                raise WorkerDiedError(
                    f"{job.source}: every worker that made it died; if memory was short, give them"
                    " more (--memory-limit of dask worker), or try --max-side"
                ) from None
            except OSError:
                pass
            if client is self._workers.client and client.status == "running":
                dropped += 1
                if dropped == DROPPED_OFTEN:
                    raise WorkerDiedError(
                        f"{job.source}: the cluster has dropped it {dropped} times; run again"
                    )
            await asyncio.sleep(WATCH_S / 4)

    async def _reply(self, client: Client, payload: bytes, worker: str) -> bytes:
        from .worker import make_page

        # Where some workers cannot make pages, Dask prefers the others; it is not bound to them,
        # as they may have left by then.
        preferred = [worker] if worker else list(self._workers.fit())
        restricted = bool(worker or self._workers.refused) and bool(preferred)
        future = client.submit(
            make_page,
            __version__,
            payload,
            key=next(self._names),
            pure=False,
            workers=preferred if restricted else None,
            allow_other_workers=restricted,
        )
        try:
            return await self._replies.wait(_result(future))
        finally:
            future.release()


@asynccontextmanager
async def open_cluster(
    cluster: ClusterOptions,
    requirements: WorkerRequirements,
    options: ConvertOptions,
    scan: PageSource | None,
    tell: Callable[[str], None],
) -> AsyncIterator[tuple[ClusterRunner, ClusterWorkers, list[str]]]:
    """A runner on a cluster whose workers are ready.

    Args:
        cluster: Which.
        requirements: What its workers must have.
        options: Time-out, pages at a time, and whether what Dask logs is wanted.
        scan: A page whose scan the workers should see; None where there is none.
        tell: Is told what a user should know at once.

    Yields:
        The runner, its cluster, and what the user should know of it.

    Raises:
        ClusterError: It cannot be reached.
        UsageError: The options contradict themselves.
        WorkerSetupError: Dask is not here, or no worker can make the pages.
    """
    link.need_dask()
    local_count = link.local_workers(cluster.address)
    async with AsyncExitStack() as closing:
        closing.enter_context(link.quiet(options.verbose))
        if local_count:
            address, security = await closing.enter_async_context(
                link.local_cluster(local_count, requirements.engine.memory_mb)
            )
            # It is this machine: every folder is shared.
            cluster = replace(cluster, shared_roots=((Path("/"), Path("/")),))
        else:
            address, security = cluster.address, link.security(cluster)
        client = await link.connect(address, security)
        replies = PendingReplies()
        workers = ClusterWorkers(
            address, client, security, cluster.wait_s, options.jobs, tell, replies.cancel
        )
        closing.push_async_callback(workers.stop)
        transfer = PageTransfer(cluster, requirements, options.timeout_s)
        notes = await workers.start(transfer, scan)
        if warning := await asyncio.to_thread(link.warning_of, address):
            notes.insert(0, warning)
        if not local_count:
            notes.append(
                f"{address}: workers: {len(workers.fit())}, pages at a time:"
                f" {workers.threads}; watch it on {client.dashboard_link}"
            )
        yield ClusterRunner(workers, transfer, replies), workers, notes


async def _result(future: Any) -> bytes:
    return cast(bytes, await future)

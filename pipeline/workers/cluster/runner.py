"""Pages made on a Dask cluster: sent to its workers, asked for again where something is lost.

A page is one task of the cluster. Whatever becomes of the worker, its machine or the scheduler,
the page is given out again, and its place in its document stays the same: none is lost, none is
there twice. Texts that came back are in the store, whatever becomes of the run.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import AsyncIterator, Callable
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
from ..job import PageJob
from . import link
from .members import WATCH_S, ClusterWorkers
from .parcel import Misplaced, Packer, Reply, WorkerRequirements

if TYPE_CHECKING:
    from distributed import Client

Result = TypeVar("Result")

DROPPED_OFTEN = 5
"""A page that the cluster drops so often, for no reason that can be seen, has failed."""


class ClusterRunner:
    """Runs pages on a cluster (see `workers.Runner`).

    Args:
        workers: Of the cluster.
        packer: Of this run.
    """

    def __init__(self, workers: ClusterWorkers, packer: Packer) -> None:
        self._workers = workers
        self._packer = packer
        self._names = (f"page-{packer.run}-{number}" for number in count(1))
        self._waiting: set[asyncio.Future[bytes]] = set()
        workers.on_loss = self.close

    async def __call__(self, function: Callable[[PageJob], Result], job: PageJob) -> Result:
        """See `workers.Runner`.

        Raises:
            ClusterError: The cluster is gone for good.
        """
        send_scan = self._packer.ships and not job.source.frame
        send_back, near = False, ""
        while True:
            try:
                payload = await asyncio.to_thread(
                    self._packer.pack, function, job, send_scan=send_scan, send_back=send_back
                )
            except OSError:  # nor could a worker open it: what is said of it is the same here
                return await asyncio.to_thread(function, job)
            reply: Reply = pickle.loads(await self._ask(payload, job, near))
            if reply.refusal:
                await self._workers.refuse(reply.worker, reply.refusal)
            elif reply.wants_scan:
                send_scan, near = True, reply.worker
            elif reply.error is not None:
                raise reply.error
            else:
                try:
                    done = await asyncio.to_thread(self._packer.unpack, reply, job)
                except Misplaced:
                    send_back = True
                else:
                    return cast(Result, done)

    def close(self) -> None:
        """See `workers.Runner`: what is not done is not waited for."""
        for waiting in self._waiting:
            waiting.cancel()

    async def _ask(self, payload: bytes, job: PageJob, near: str) -> bytes:
        """What a worker answers to a parcel; given out again where it is lost on the way."""
        from distributed import KilledWorker

        dropped = killed = 0
        while True:
            client = await self._workers.connected()
            try:
                return await self._reply(client, payload, near)
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

    async def _reply(self, client: Client, payload: bytes, near: str) -> bytes:
        from .worker import make

        # No others, where some cannot: but rather them than none at all, as they may have left.
        preferred = [near] if near else list(self._workers.fit())
        restricted = bool(near or self._workers.refused) and bool(preferred)
        future = client.submit(
            make,
            __version__,
            payload,
            key=next(self._names),
            pure=False,
            workers=preferred if restricted else None,
            allow_other_workers=restricted,
        )
        waiting = asyncio.ensure_future(_result(future))
        self._waiting.add(waiting)
        try:
            return await waiting
        finally:
            self._waiting.discard(waiting)
            waiting.cancel()
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
        workers = ClusterWorkers(address, client, security, cluster.wait_s, options.jobs, tell)
        closing.push_async_callback(workers.stop)
        packer = Packer(cluster, requirements, options.timeout_s)
        notes = await workers.meet(packer, scan)
        if warning := await asyncio.to_thread(link.warning_of, address):
            notes.insert(0, warning)
        if not local_count:
            notes.append(
                f"{address}: workers: {len(workers.fit())}, pages at a time:"
                f" {workers.threads}; watch it on {client.dashboard_link}"
            )
        yield ClusterRunner(workers, packer), workers, notes


async def _result(future: Any) -> bytes:
    return cast(bytes, await future)

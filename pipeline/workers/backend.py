"""Where the pages of a run are made: on this machine, or on a cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from ..model.errors import UsageError
from ..model.events import Notify, Remark
from ..model.options import ClusterOptions, ConvertOptions, OcrOptions
from ..model.page import PageSource
from ..ocr.registry import Chosen, how_to_install
from .cluster.link import local_workers
from .cluster.parcel import WorkerRequirements
from .limit import Limit
from .machine import cpu_count
from .runner import Runner, open_runner


@dataclass(frozen=True, slots=True)
class Backend:
    """Where pages are made.

    Attributes:
        runner: Makes them.
        jobs: Pages at a time.
        ocr: How they are recognised there.
        pages: For pages in flight.
        documents: For documents in flight.
        notes: What the user should know, a line each.
    """

    runner: Runner
    jobs: int
    ocr: OcrOptions
    pages: Limit
    documents: Limit
    notes: tuple[str, ...] = ()


@asynccontextmanager
async def local_backend(
    options: ConvertOptions, chosen: Chosen, jobs: int
) -> AsyncIterator[Backend]:
    """This machine: threads or processes, which end with the block."""
    runner = open_runner(options.workers, jobs, options.timeout_s, options.verbose)
    try:
        # One page more than workers, so that none of them waits for the event loop.
        ocr = _ocr(options, chosen, jobs)
        yield Backend(runner, jobs, ocr, Limit(jobs + 1), Limit(2 * jobs + 1))
    finally:
        runner.close()


@asynccontextmanager
async def cluster_backend(
    options: ConvertOptions,
    cluster: ClusterOptions,
    chosen: Chosen,
    scan: PageSource | None,
    notify: Notify,
) -> AsyncIterator[Backend]:
    """A cluster, whose workers have loaded the engine; it is let go at the end of the block.

    Args:
        options: What the user asked for.
        cluster: Which cluster.
        chosen: Who reads.
        scan: A page whose scan the workers should see; None where there is none.
        notify: Is told what happens to the cluster.

    Raises:
        ClusterError: The cluster cannot be reached.
        UsageError: The engine is an object, or the options contradict themselves.
        WorkerSetupError: Dask is not here, or no worker can make the pages.
    """
    from .cluster.runner import open_cluster  # Dask is an extra

    if not isinstance(chosen.engine, str):
        raise UsageError(f"engine {chosen.name} is an object of this process, not of the workers'")
    # Elsewhere a worker is started for each core, as docs/cluster.md has it.
    here = local_workers(cluster.address)
    ocr = _ocr(options, chosen, here or cpu_count())
    requirements = WorkerRequirements(
        chosen.engine,
        ocr,
        chosen.identity,
        chosen.version,
        how_to_install(chosen.engine),
        chosen.memory_mb,
    )
    async with open_cluster(
        cluster, requirements, options, scan, lambda text: notify(Remark(text))
    ) as (
        runner,
        workers,
        notes,
    ):
        yield Backend(runner, workers.threads, ocr, workers.pages, workers.documents, tuple(notes))


def _ocr(options: ConvertOptions, chosen: Chosen, jobs: int) -> OcrOptions:
    engine = replace(options.ocr.engine, threads=max(1, cpu_count() // jobs))
    return replace(options.ocr, languages=chosen.languages, engine=engine)

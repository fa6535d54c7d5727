"""Where the pages of a run are made: on this machine, or on a cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from ..model.errors import UsageError
from ..model.events import Notify, Remark
from ..model.options import ClusterOptions, ConvertOptions
from ..model.page import PageSource
from ..ocr.registry import ResolvedEngine, how_to_install
from .cluster.link import local_workers
from .cluster.messages import WorkerRequirements
from .job import PageJob
from .limit import Limit
from .machine import Share, cpu_count, threads_for
from .runner import Runner, open_runner
from .sandbox import Sandbox, note


@dataclass(frozen=True, slots=True)
class Backend:
    """Where pages are made.

    Attributes:
        runner: Makes them.
        jobs: Pages at a time.
        engine: Recognizes them there.
        pages: For pages in flight.
        documents: For documents in flight.
        notes: What the user should know, a line each.
    """

    runner: Runner[PageJob]
    jobs: int
    engine: ResolvedEngine
    pages: Limit
    documents: Limit
    notes: tuple[str, ...] = ()


@asynccontextmanager
async def local_backend(
    options: ConvertOptions, engine: ResolvedEngine, shared: Share
) -> AsyncIterator[Backend]:
    """This machine: threads or processes, which end with the block."""
    jobs = shared.jobs
    sandbox = None
    if options.sandbox:
        store = options.store.folder if options.store is not None else None
        folders = tuple(filter(None, (store, options.text_dir)))
        sandbox = Sandbox(folders, engine.needs_network, spooled=True)
    runner = open_runner(options.workers, jobs, options.timeout_s, options.verbose, sandbox)
    try:
        # One page more than workers, so that none of them waits for the event loop.
        engine = replace(engine, threads=shared.threads)
        notes = [shared.note] if shared.note else []
        if options.verbose and options.workers == "processes":
            notes.append(note(sandbox))
        yield Backend(runner, jobs, engine, Limit(jobs + 1), Limit(2 * jobs + 1), tuple(notes))
    finally:
        runner.close()


@asynccontextmanager
async def cluster_backend(
    options: ConvertOptions,
    cluster: ClusterOptions,
    engine: ResolvedEngine,
    scan: PageSource | None,
    notify: Notify,
) -> AsyncIterator[Backend]:
    """A cluster, whose workers have loaded the engine; it is let go at the end of the block.

    Args:
        options: Of the run.
        cluster: Which cluster.
        engine: Recognizes the pages.
        scan: A page whose scan the workers should see; None where there is none.
        notify: Is told what happens to the cluster.

    Raises:
        ClusterError: The cluster cannot be reached.
        UsageError: The engine is an object, or the options contradict themselves.
        WorkerSetupError: Dask is not here, or no worker can make the pages.
    """
    from .cluster.runner import open_cluster  # Dask is an extra

    name = engine.engine
    if not isinstance(name, str):
        raise UsageError(f"engine {engine.name} is an object of this process, not of the workers'")
    # Elsewhere a worker is started for each core, as docs/cluster.md has it.
    engine = replace(engine, threads=threads_for(local_workers(cluster.address) or cpu_count()))
    requirements = WorkerRequirements(engine, how_to_install(name))
    async with open_cluster(
        cluster, requirements, options, scan, lambda text: notify(Remark(text))
    ) as (
        runner,
        workers,
        notes,
    ):
        yield Backend(
            runner, workers.threads, engine, workers.pages, workers.documents, tuple(notes)
        )

"""`convert`: folders of scans to searchable PDFs, from the plan to the report."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

from ..model.characters import printable
from ..model.errors import OutputError, SearchablePdfError, UsageError
from ..model.events import (
    EngineChosen,
    Event,
    Notify,
    PageDone,
    PassedOver,
    Remark,
    RunPlanned,
    ignore,
)
from ..model.options import DEFAULT_ENGINE, NO_HOME, ConvertOptions, StoreOptions
from ..model.page import Document, PageSource
from ..model.paths import PathLike, Paths, as_path, as_paths
from ..ocr.engine import EngineChoice
from ..ocr.registry import ResolvedEngine, choose_engine
from ..store.spool import Spool, sweep
from ..store.texts import Store
from ..workers.backend import Backend, cluster_backend, local_backend
from ..workers.limit import Limit
from ..workers.machine import share
from .blocking import run_blocking
from .corrections.run import RunCorrections, named
from .document import make_document
from .outputs.prune import prune
from .pages import RunContext
from .plan import Plan, plan, root_of
from .report import Report

PRUNE_EVERY = 5_000
"""The store is pruned after this many new texts, and at the end: each time lists all of it."""


async def convert(
    inputs: Paths,
    output: PathLike,
    options: ConvertOptions | None = None,
    *,
    engine: EngineChoice = DEFAULT_ENGINE,
    notify: Notify = ignore,
    others: Paths = (),
) -> Report:
    """Converts scans to searchable PDFs, without blocking the event loop.

    Pages are recognized `options.jobs` at a time, one task each; a document is merged when its
    last page is done. Pages and documents that fail are in the report; they stop nothing else.

    Args:
        inputs: Files and folders, one or several.
        output: A folder, or one PDF for everything.
        options: What to do and how.
        engine: A registered name, `auto`, or an engine.
        notify: Called in the event loop with every event (`RunPlanned`, `PageDone`, ...).
        others: Files that the caller writes meanwhile, such as a report.

    Returns:
        What happened; its `exit_code` is the command's.

    Raises:
        EngineError: The engine is missing or does not read the language.
        OutputError: A file is where the folder for the PDFs should be.
        UsageError: The engine is an object, and the workers are processes; or one of `others` is
            an output; or `output` is no name for a folder.
    """
    options = options or ConvertOptions()
    paths = as_paths(inputs)
    conversion = _Conversion(paths, as_path(output), options, engine, notify, as_paths(others))
    return await conversion.run()


def convert_blocking(
    inputs: Paths,
    output: PathLike,
    options: ConvertOptions | None = None,
    *,
    engine: EngineChoice = DEFAULT_ENGINE,
    notify: Notify = ignore,
) -> Report:
    """`convert` for scripts and notebooks: it comes back when all is done.

    Where an event loop runs already (Jupyter, a coroutine of a web service), that loop stands still
    meanwhile, and `notify` is called in another thread. A web service awaits `convert` instead.
    """
    return run_blocking(convert(inputs, output, options, engine=engine, notify=notify))


class _Conversion:
    def __init__(
        self,
        inputs: tuple[Path, ...],
        output: Path,
        options: ConvertOptions,
        engine: EngineChoice,
        notify: Notify,
        others: Sequence[Path],
    ) -> None:
        self.inputs = inputs
        self.output = output
        self.root = root_of(output)
        self.options = options
        self.engine = engine
        self.watcher = notify
        self.others = others
        self.report = Report(prunes=options.prune)
        self._spool: Spool | None = None
        self._opening = threading.Lock()
        self._new_texts = 0
        self._pruning: set[asyncio.Task[object]] = set()

    async def run(self) -> Report:
        engine = await asyncio.to_thread(choose_engine, self.engine, self.options.ocr)
        if self.options.workers == "processes" and not isinstance(engine.engine, str):
            raise UsageError(
                f"engine {engine.name} is an object of this process; give its registered name,"
                " or let the workers be threads"
            )
        await asyncio.to_thread(sweep, self.root)
        with await asyncio.to_thread(
            plan, self.inputs, self.output, self.options, self.others
        ) as planned:
            return await self._run(engine, planned)

    async def _run(self, engine: ResolvedEngine, planned: Plan) -> Report:
        self.report.problems = planned.problems
        self.report.kept = planned.kept
        kinds = tuple(planned.kinds_passed_over.most_common())
        self._notify(RunPlanned(planned.documents, planned.scans, planned.passed_over, kinds))
        for path in planned.paths_passed_over():
            self._notify(PassedOver(path))
        if planned.must_stop:
            return self.report
        notes = [*engine.notes, *filter(None, (planned.remark,))]
        if self.options.store is not None and not await asyncio.to_thread(
            _can_keep, self.options.store, notes
        ):
            self.options = replace(self.options, store=None)
        try:
            async with await self._backend(engine, planned) as backend:
                self._notify(
                    EngineChosen(
                        engine.name,
                        engine.version,
                        engine.languages,
                        backend.jobs,
                        (*notes, *backend.notes),
                    )
                )
                corrections = RunCorrections(self.inputs, self.root, self.options)
                context = RunContext(
                    options=self.options,
                    root=self.root,
                    engine=backend.engine,
                    recipe=_recipe(self.options, engine),
                    runner=backend.runner,
                    spool=self._open_spool,
                    corrections=corrections,
                    slots=backend.pages,
                    drawing=asyncio.Lock(),
                    notify=self._notify,
                )
                await self._documents(context, planned, backend.documents)
                for line in await asyncio.to_thread(lambda: list(named(corrections.unused()))):
                    self._notify(Remark(line))
        except* SearchablePdfError as errors:
            raise _first(errors) from None
        finally:
            if self._spool is not None:
                self._spool.close()
        if self._new_texts:
            await self._prune()
        await self._look_for_gone(planned)
        return self.report

    async def _look_for_gone(self, planned: Plan) -> None:
        """Tells of the PDFs whose scans are gone, and removes them if that is asked for."""
        found = prune(planned, self.inputs, self.output, self.options, self.report)
        told = {""}
        while (each := await asyncio.to_thread(next, found, None)) is not None:
            if isinstance(each, OutputError):
                self.report.problems.append(each)
                continue
            if each.why not in told:
                told.add(each.why)
                self._notify(Remark(each.why))
            self._notify(each)

    async def _backend(
        self, engine: ResolvedEngine, planned: Plan
    ) -> AbstractAsyncContextManager[Backend]:
        cluster = self.options.cluster
        if cluster is not None:
            document = next(iter(planned), None)
            first = PageSource(document.scans[0]) if document is not None else None
            return cluster_backend(self.options, cluster, engine, first, self._notify)

        def count_pages(limit: int) -> int:
            return limit if planned.scans >= limit else planned.pages_up_to(limit)

        shared = await asyncio.to_thread(share, engine, self.options.jobs, count_pages)
        return local_backend(self.options, engine, shared)

    async def _documents(self, context: RunContext, planned: Plan, in_flight: Limit) -> None:
        order: dict[Path, int] = {}

        async def make(document: Document) -> None:
            try:
                self._notify(await make_document(context, document))
            finally:
                in_flight.release()

        documents = iter(planned)
        async with asyncio.TaskGroup() as group:
            while True:
                await in_flight.acquire()
                document = await asyncio.to_thread(next, documents, None)
                if document is None:
                    break
                order[document.output] = len(order)
                group.create_task(make(document))
        self.report.documents.sort(key=lambda done: order[done.document.output])

    def _open_spool(self) -> Spool:
        with self._opening:
            if self._spool is None:
                self._spool = Spool(self.root)
            return self._spool

    def _notify(self, event: Event) -> None:
        self.report.add(event)
        if isinstance(event, PageDone) and event.result.stats.text_from == "engine":
            self._new_texts += 1
            if self._new_texts % PRUNE_EVERY == 0:
                task: asyncio.Task[object] = asyncio.create_task(self._prune())
                self._pruning.add(task)
                task.add_done_callback(self._pruning.discard)
        self.watcher(event)

    async def _prune(self) -> None:
        store = self.options.store
        if store is not None:
            await asyncio.to_thread(Store(store.folder).prune, store.max_bytes)


def _recipe(options: ConvertOptions, engine: ResolvedEngine) -> str:
    """All that a page's text depends on beside its scan; empty where that cannot be told."""
    if not engine.identity:
        return ""
    ocr = replace(options.ocr, languages=engine.languages)
    return f"{options.load.cache_key} {ocr.cache_key} {engine.identity}"


def _can_keep(store: StoreOptions, notes: list[str]) -> bool:
    """Whether texts can be kept there; if not, a note says so."""
    if store.folder == NO_HOME:
        notes.append(
            "texts are not kept, as this user has no home folder: interrupted work will be done"
            " again; choose a folder with --cache-dir"
        )
        return False
    try:
        Store(store.folder).check()
    except OSError as error:
        notes.append(
            f"texts cannot be kept in {printable(str(store.folder))} ({error.strerror or error}):"
            " interrupted work will be done again; choose another folder with --cache-dir"
        )
        return False
    return True


def _first(errors: BaseExceptionGroup[SearchablePdfError]) -> SearchablePdfError:
    for error in errors.exceptions:
        return _first(error) if isinstance(error, BaseExceptionGroup) else error
    raise AssertionError("an exception group is never empty")

"""The whole: plan, gather the pages, merge each document, report."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from .atomic import atomic_file, check_folder
from .characters import printable
from .errors import OutputError, SearchablePdfError
from .events import (
    DocumentDone,
    EngineChosen,
    Event,
    Notify,
    PageDone,
    PageFailed,
    PageStarted,
    RunPlanned,
    ignore,
)
from .find import find_documents
from .load import page_sources
from .merge import Bookmark, merge_pages
from .model import PAGE_BREAK, Document, PageFailure, PageResult, PageSource
from .ocr import EngineChoice, choose_engine
from .options import DEFAULT_ENGINE, ConvertOptions, cpu_count
from .plan import plan, what_exists
from .report import Report
from .workers import PageJob, ThreadRunner, process_page

Item = TypeVar("Item")

SIZE_SLACK, SIZE_SLACK_PER_PAGE = 1.03, 12_000
"""A PDF larger than its scans by more than this needs an explanation."""


async def convert(
    inputs: Sequence[Path | str],
    output: Path | str,
    options: ConvertOptions | None = None,
    *,
    engine: EngineChoice = DEFAULT_ENGINE,
    notify: Notify = ignore,
) -> Report:
    """Converts scans to searchable PDFs, without blocking the event loop.

    Pages are recognised `options.jobs` at a time, one task each; documents are merged as their
    last page is done. Pages and documents that fail are in the report; they stop nothing else.

    Args:
        inputs: Files and folders.
        output: A folder, or one PDF for everything.
        options: What to do and how.
        engine: Who reads.
        notify: Called in the event loop with each event as it happens.

    Returns:
        What happened; its `exit_code` is the command's.

    Raises:
        EngineError: The engine is missing or does not read the language.
    """
    options = options or ConvertOptions()
    conversion = _Conversion(
        [Path(given) for given in inputs], Path(output), options, engine, notify
    )
    return await conversion.run()


def convert_blocking(
    inputs: Sequence[Path | str],
    output: Path | str,
    options: ConvertOptions | None = None,
    *,
    engine: EngineChoice = DEFAULT_ENGINE,
    notify: Notify = ignore,
) -> Report:
    """`convert` for scripts, where no event loop runs."""
    return asyncio.run(convert(inputs, output, options, engine=engine, notify=notify))


class _Conversion:
    def __init__(
        self,
        inputs: list[Path],
        output: Path,
        options: ConvertOptions,
        engine: EngineChoice,
        notify: Notify,
    ) -> None:
        self.inputs = inputs
        self.output = output
        self.options = options
        self.engine = engine
        self.watcher = notify
        self.report = Report()
        self.runner = ThreadRunner(options.jobs)
        # One page more than workers, so that none of them waits for the event loop.
        self.slots = asyncio.Semaphore(options.jobs + 1)
        # Documents draw their pages in turn; several may be in flight, as they may be short.
        self.turn = asyncio.Lock()
        self.open_documents = asyncio.Semaphore(2 * options.jobs + 1)

    def notify(self, event: Event) -> None:
        self.report.add(event)
        self.watcher(event)

    async def run(self) -> Report:
        chosen = await asyncio.to_thread(choose_engine, self.engine, self.options.ocr)
        found = await asyncio.to_thread(plan, self.inputs, self.output, self.options)
        self.report.problems = found.problems
        self.notify(RunPlanned(found.documents, found.scans, found.passed_over))
        if found.must_stop:
            return self.report
        name = chosen.engine if isinstance(chosen.engine, str) else chosen.engine.name
        self.notify(EngineChosen(name, chosen.languages, chosen.notes))
        self.engine = chosen.engine
        threads = max(1, cpu_count() // max(1, min(self.options.jobs, found.scans)))
        self.ocr = replace(
            self.options.ocr,
            languages=chosen.languages,
            engine=replace(self.options.ocr.engine, threads=threads),
        )
        documents = find_documents(
            self.inputs,
            self.output,
            per_file=self.options.per_file,
            complain=lambda problem: None,  # the plan has them
        )
        order: dict[Path, int] = {}
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    await self.open_documents.acquire()
                    document = await asyncio.to_thread(next, documents, None)
                    if document is None:
                        break
                    order[document.output] = len(order)
                    group.create_task(self._document(document))
        except* SearchablePdfError as errors:
            raise _first(errors) from None
        finally:
            self.runner.close()
        self.report.documents.sort(key=lambda done: order[done.document.output])
        return self.report

    async def _document(self, document: Document) -> None:
        try:
            existing = await asyncio.to_thread(what_exists, document, self.options)
            if existing:
                outcome, message = existing
                code = OutputError.exit_code if outcome == "failed" else 0
                self.notify(DocumentDone(document, outcome, message=message, exit_code=code))
                return
            try:
                await asyncio.to_thread(check_folder, document.output.parent)
                done = await self._convert(document)
            except OutputError as error:
                done = DocumentDone(
                    document, "failed", message=str(error), exit_code=error.exit_code
                )
            self.notify(done)
        finally:
            self.open_documents.release()

    async def _convert(self, document: Document) -> DocumentDone:
        tasks: list[asyncio.Task[PageResult | PageFailure]] = []
        try:
            async with self.turn:
                started = time.monotonic()
                sources = _sources(document)
                while (source := await asyncio.to_thread(next, sources, None)) is not None:
                    await self.slots.acquire()
                    tasks.append(asyncio.create_task(self._page(source)))
            outcomes = await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
        done = await _uninterrupted(lambda: self._write(document, outcomes))
        return replace(done, seconds=time.monotonic() - started)

    async def _page(self, source: PageSource) -> PageResult | PageFailure:
        try:
            self.notify(PageStarted(source))
            job = PageJob(source, self.options.load, self.ocr, self.engine)
            outcome = await self.runner(process_page, job)
        finally:
            self.slots.release()
        if isinstance(outcome, PageFailure):
            self.notify(PageFailed(outcome))
        else:
            text = outcome.text
            self.notify(PageDone(source, text.word_count, outcome.notes, text.truncated))
        return outcome

    def _write(self, document: Document, outcomes: list[PageResult | PageFailure]) -> DocumentDone:
        """Merges a document whose pages are all there; in a thread."""
        output = document.output
        metadata = self.options.metadata
        if not metadata.title:
            metadata = replace(metadata, title=printable(document.name))
        results = [outcome for outcome in outcomes if isinstance(outcome, PageResult)]
        if self.options.sidecar:
            pages = (
                outcome.text.text if isinstance(outcome, PageResult) else "" for outcome in outcomes
            )
            with atomic_file(output.with_suffix(".txt")) as file:
                file.write(PAGE_BREAK.join(pages).encode() + b"\n")
        merge_pages((outcome.pdf for outcome in outcomes), output, metadata, _bookmarks(outcomes))
        if output.parent in document.folders:
            output.touch()  # its own appearance has just changed the folder
        done = DocumentDone(
            document,
            "converted",
            pages=len(outcomes),
            words=sum(result.text.word_count for result in results),
            failures=tuple(outcome for outcome in outcomes if isinstance(outcome, PageFailure)),
            bytes_in=sum(_size(path) for path in document.scans),
            bytes_out=output.stat().st_size,
        )
        return replace(done, message=_why_larger(done))


def _sources(document: Document) -> Iterator[PageSource]:
    for path in document.scans:
        yield from page_sources(path)


def _bookmarks(outcomes: list[PageResult | PageFailure]) -> list[Bookmark]:
    """One for each file, at its first page."""
    bookmarks: list[Bookmark] = []
    last: Path | None = None
    for index, outcome in enumerate(outcomes):
        if outcome.source.path != last:
            last = outcome.source.path
            bookmarks.append(Bookmark(printable(last.stem), index))
    return bookmarks


def _why_larger(done: DocumentDone) -> str:
    allowed = done.bytes_in * SIZE_SLACK + SIZE_SLACK_PER_PAGE * done.pages
    if done.bytes_out <= allowed:
        return ""
    endings = sorted({path.suffix.lower() or "no ending" for path in done.document.scans})
    return (
        f"{done.bytes_out / max(1, done.bytes_in):.1f} times the size of its scans: PDF cannot hold"
        f" their compression ({', '.join(endings)}), so the pixels were re-packed without loss"
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _first(errors: BaseExceptionGroup[SearchablePdfError]) -> SearchablePdfError:
    for error in errors.exceptions:
        return _first(error) if isinstance(error, BaseExceptionGroup) else error
    raise AssertionError("an exception group is never empty")


async def _uninterrupted(function: Callable[[], Item]) -> Item:
    """`function` in a thread, waited for even when this task is cancelled meanwhile."""
    task = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise

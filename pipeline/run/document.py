"""One document: the pages of its scans are made, one task each, and merged to its PDF."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from ..load.scan import page_sources, sources_of
from ..model.characters import printable
from ..model.errors import (
    OutputError,
    PageTimeoutError,
    SearchablePdfError,
    VerificationError,
    WorkerDiedError,
)
from ..model.events import DocumentDone, Notify, PageDone, PageFailed, PageStarted
from ..model.exit_code import ExitCode
from ..model.options import ConvertOptions
from ..model.outcomes import PageFailure, PageOutcome
from ..model.page import Document, PageSource
from ..ocr.registry import ResolvedEngine
from ..store.atomic import check_folder
from ..store.content import Content
from ..store.corrections import Correction, text_file
from ..store.provenance import fingerprint
from ..store.spool import Spool
from ..store.texts import page_key
from ..workers.job import PageJob
from ..workers.limit import Limit
from ..workers.page import process_page, stand_in, stand_in_unseen
from ..workers.runner import Runner
from .existing import what_exists
from .finish import failures_of, finish_document

Item = TypeVar("Item")

NEWEST_TASKS = 64
"""A failure that is not among them is seen at the end, when all are gathered."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What the documents of a run share.

    Attributes:
        options: The user's options.
        root: The folder of the PDFs.
        engine: Recognizes the pages.
        recipe: All that a page's text depends on beside its scan; empty where it is not stored.
        runner: Makes pages.
        spool: Gives the place of what is not complete; made when it is first needed.
        slots: Limits the pages in flight.
        drawing: Held by the document whose pages are being started. Others wait, so that
            pages start in order; short documents are in flight together all the same.
        notify: Called with every event.
    """

    options: ConvertOptions
    root: Path
    engine: ResolvedEngine
    recipe: str
    runner: Runner[PageJob]
    spool: Callable[[], Spool]
    slots: Limit
    drawing: asyncio.Lock
    notify: Notify


async def make_document(context: RunContext, document: Document) -> DocumentDone:
    """Makes one document, or says why not.

    Raises:
        EngineError: There is no engine: no page of any document could be recognized.
    """
    return await DocumentJob(context, document).run()


class DocumentJob:
    """The work on one document.

    Args:
        context: What it shares with the others of the run.
        document: The document.
    """

    def __init__(self, context: RunContext, document: Document) -> None:
        self.context = context
        self.document = document
        self._contents: dict[Path, Content] = {}

    async def run(self) -> DocumentDone:
        """See `make_document`."""
        document, options = self.document, self.context.options
        try:
            existing = await asyncio.to_thread(
                what_exists, document, options, self._fingerprint_now, self._text_file
            )
            if existing is not None:
                return existing
            spool = await asyncio.to_thread(self.context.spool)
            folder = await asyncio.to_thread(spool.new_folder)
            try:
                await asyncio.to_thread(check_folder, document.output.parent)
                return await self._make(folder)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        except (OutputError, VerificationError) as error:
            return DocumentDone(document, "failed", message=str(error), exit_code=error.exit_code)

    async def _make(self, folder: Path) -> DocumentDone:
        tasks: list[asyncio.Task[PageOutcome]] = []
        corrections: list[Correction] = []
        try:
            async with self.context.drawing:
                started = time.monotonic()
                sources = self._sources()
                while not _one_failed(tasks):
                    source = await asyncio.to_thread(next, sources, None)
                    if source is None:
                        break
                    await self.context.slots.acquire()
                    # Before the page is made: a text corrected meanwhile is taken next time.
                    corrections.append(await asyncio.to_thread(self._correction, source))
                    job = self._job(source, folder / f"{len(tasks):08}.pdf")
                    tasks.append(asyncio.create_task(self._page(job)))
            outcomes = await asyncio.gather(*tasks)
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise
        document = self.document
        failures = failures_of(outcomes)
        if failures and self.context.options.strict:
            done = DocumentDone(
                document,
                "failed",
                failures=failures,
                outcomes=tuple(outcomes),
                message=f"{printable(str(document.output))}: not written, as"
                f" {len(failures)} of its {len(outcomes)} pages failed and --strict was given",
                exit_code=ExitCode.PAGES_FAILED,
            )
        else:
            done = await _uninterrupted(
                lambda: finish_document(
                    document, outcomes, folder, self.context.options, self._fingerprint(corrections)
                )
            )
        return replace(done, seconds=time.monotonic() - started)

    def _sources(self) -> Iterator[PageSource]:
        """The pages. Every scan is hashed just before its first page."""
        for path in self.document.scans:
            self._content(path)
            yield from page_sources(path)

    def _job(self, source: PageSource, spool: Path) -> PageJob:
        context = self.context
        options = context.options
        content = self._content(source.path).hash
        return PageJob(
            source,
            options.load,
            engine=context.engine,
            content=content,
            key=page_key(content, source.frame, context.recipe)
            if context.recipe and content
            else "",
            store=options.store.folder if options.store is not None else None,
            spool=spool,
            text_file=self._text_file(source) if options.text_dir is not None else None,
            images=options.images,
            output_type=options.output_type,
        )

    async def _page(self, job: PageJob) -> PageOutcome:
        try:
            self.context.notify(PageStarted(job.source))
            outcome = await self._outcome(job)
        finally:
            self.context.slots.release()
        if isinstance(outcome, PageFailure):
            self.context.notify(PageFailed(outcome))
        else:
            self.context.notify(PageDone(outcome))
        return outcome

    async def _outcome(self, job: PageJob) -> PageOutcome:
        """How a page ends, also where its worker hangs or dies."""
        try:
            return await self.context.runner(process_page, job)
        except (PageTimeoutError, WorkerDiedError) as error:
            kind, message = type(error).__name__, str(error)
        except SearchablePdfError:
            raise
        except Exception as error:  # a fault of this program stops one page, not the run
            kind, message = type(error).__name__, f"{job.source}: {printable(str(error))}"
        make = partial(stand_in, stage="worker", kind=kind, message=message)
        try:
            return await self.context.runner(make, job)
        except SearchablePdfError as error:
            if not isinstance(error, PageTimeoutError | WorkerDiedError):
                raise
        except Exception as error:
            kind, message = type(error).__name__, f"{job.source}: {printable(str(error))}"
        return await asyncio.to_thread(stand_in_unseen, job, kind, message)

    def _content(self, path: Path) -> Content:
        if path not in self._contents:
            self._contents[path] = Content.of(path)
        return self._contents[path]

    def _fingerprint_now(self) -> str:
        """The fingerprint of a PDF made from what is there now."""
        sources = sources_of(self.document) if self.context.options.text_dir is not None else []
        return self._fingerprint([self._correction(source) for source in sources])

    def _fingerprint(self, corrections: Sequence[Correction]) -> str:
        context, document = self.context, self.document
        corrected = [correction.in_fingerprint for correction in corrections]
        return fingerprint(
            document,
            [self._content(path).in_fingerprint for path in document.scans],
            corrected if any(corrected) else [],
            context.options,
            context.engine.name,
            context.engine.languages,
            context.engine.options.fingerprint_parts,
        )

    def _correction(self, source: PageSource) -> Correction:
        """What a person has made of a page's text; nothing where the user wants no text files."""
        if self.context.options.text_dir is None:
            return Correction()
        return Correction.of(self._text_file(source))

    def _text_file(self, source: PageSource) -> Path:
        folder = self.context.options.text_dir
        assert folder is not None
        return text_file(folder, self.document, self.context.root, source)


def _one_failed(tasks: list[asyncio.Task[PageOutcome]]) -> bool:
    """Whether a page could not even be written: then the others need not start.

    Only the newest tasks are looked at, as this is asked before every page of a long document.
    """
    return any(task.done() and task.exception() is not None for task in tasks[-NEWEST_TASKS:])


async def _uninterrupted(function: Callable[[], Item]) -> Item:
    """`function` in a thread, waited for even when this task is cancelled meanwhile."""
    task = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise

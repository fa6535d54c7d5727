"""One document: the pages of its scans are made, one task each, and merged to its PDF."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from ..load.scan import sources_of
from ..model.characters import printable
from ..model.errors import (
    OutputError,
    VerificationError,
)
from ..model.events import DocumentDone, Notify, PageDone, PageFailed, PageStarted
from ..model.exit_code import ExitCode
from ..model.options import ConvertOptions
from ..model.outcomes import PageFailure, PageOutcome
from ..model.page import Document, PageSource
from ..ocr.registry import ResolvedEngine
from ..store.atomic import check_folder, not_writable
from ..store.corrections import Correction, text_file
from ..store.provenance import fingerprint
from ..store.spool import Spool
from ..store.texts import page_key
from ..workers.job import PageJob
from ..workers.limit import Limit
from ..workers.page import stand_in_unseen
from ..workers.runner import Runner
from .finish import failures_of, finish_document
from .outputs.accepted import AcceptedFaults
from .outputs.existing import what_exists
from .outputs.kept import with_pages
from .outputs.refusal import not_written
from .page_outcome import page_outcome
from .scans import CHANGING, TRIES, DocumentScans

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
        self.scans = DocumentScans(document)
        self.accepted = AcceptedFaults(
            document, context.root, context.options, lambda path: self.scans.content(path).hash
        )

    async def run(self) -> DocumentDone:
        """See `make_document`."""
        document, options = self.document, self.context.options
        try:
            existing = await asyncio.to_thread(
                what_exists,
                document,
                options,
                self._fingerprint_now,
                self._text_file,
                self.accepted,
            )
            if isinstance(existing, DocumentDone):
                if options.details and existing.outcome == "skipped":
                    return await asyncio.to_thread(self._with_pages, existing)
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
        except OSError as error:  # such as a name that is too long with an ending
            failed = not_writable(document.output, error)
            return DocumentDone(document, "failed", message=str(failed), exit_code=failed.exit_code)

    async def _make(self, folder: Path) -> DocumentDone:
        started = time.monotonic()
        for _ in range(TRIES):
            outcomes, corrections = await self._pages(folder)
            changed = await asyncio.to_thread(self.scans.mixed)
            if changed is None:
                break
        done = None
        if changed is not None:
            done = DocumentDone(
                self.document,
                "failed",
                failures=failures_of(outcomes),
                outcomes=tuple(outcomes),
                message=f"{printable(str(self.document.output))}: not written, as"
                f" {printable(str(changed))} {CHANGING}",
                exit_code=ExitCode.PAGES_FAILED,
                kept=self.document.output.exists(),
            )
        else:
            done = await asyncio.to_thread(
                not_written, self.document, outcomes, self.context.options
            )
        if done is None:
            done = await _uninterrupted(
                lambda: finish_document(
                    self.document,
                    outcomes,
                    folder,
                    self.context.options,
                    self._fingerprint(corrections),
                    self.accepted.faults(outcomes),
                )
            )
            await asyncio.to_thread(self.accepted.forget)
        elif changed is None:
            await asyncio.to_thread(self.accepted.keep, outcomes)
        return replace(done, seconds=time.monotonic() - started)

    async def _pages(self, folder: Path) -> tuple[list[PageOutcome], list[Correction]]:
        """How all pages end, and what a person has corrected of their texts."""
        tasks: list[asyncio.Task[PageOutcome]] = []
        corrections: list[Correction] = []
        try:
            async with self.context.drawing:
                sources = self.scans.sources()
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
        return outcomes, corrections

    def _with_pages(self, skipped: DocumentDone) -> DocumentDone:
        return with_pages(skipped, map(self._job, sources_of(self.document)))

    def _job(self, source: PageSource, spool: Path | None = None) -> PageJob:
        context = self.context
        options = context.options
        content = self.scans.content(source.path)
        return PageJob(
            source,
            options.load,
            engine=context.engine,
            content=content.hash,
            state=content.state,
            key=page_key(content.hash, source.frame, context.recipe)
            if context.recipe and content.hash
            else "",
            store=options.store.folder if options.store is not None else None,
            spool=spool,
            text_file=self._text_file(source) if options.text_dir is not None else None,
            images=options.images,
            output_type=options.output_type,
            verify=options.verify,
        )

    async def _page(self, job: PageJob) -> PageOutcome:
        try:
            self.context.notify(PageStarted(job.source))
            outcome = await self._outcome_of_scan(job)
            if isinstance(outcome, PageFailure) or outcome.missing:
                outcome = await asyncio.to_thread(self.accepted.of_page, outcome)
        finally:
            self.context.slots.release()
        if isinstance(outcome, PageFailure):
            self.context.notify(PageFailed(outcome))
        else:
            self.context.notify(PageDone(outcome))
        return outcome

    async def _outcome_of_scan(self, job: PageJob) -> PageOutcome:
        """How a page ends, of the scan that is there when it is done: made again if replaced."""
        check = self.context.options.cluster is None  # its workers are looked at by themselves
        for _ in range(TRIES):
            outcome = await page_outcome(self.context.runner, job, check)
            if await asyncio.to_thread(self.scans.is_of, job.source.path, job.content):
                return outcome
            assert job.spool is not None
            # Of another scan, the frame may begin elsewhere.
            job = self._job(replace(job.source, offset=0), job.spool)
        message = f"{job.source}: {CHANGING}"
        return await asyncio.to_thread(stand_in_unseen, job, "ScanChangedError", message)

    def _fingerprint_now(self) -> str:
        """The fingerprint of a PDF made from what is there now."""
        sources = sources_of(self.document) if self.context.options.text_dir is not None else []
        return self._fingerprint([self._correction(source) for source in sources])

    def _fingerprint(self, corrections: Sequence[Correction]) -> str:
        context, document = self.context, self.document
        corrected = [correction.in_fingerprint for correction in corrections]
        return fingerprint(
            document,
            [self.scans.content(path).in_fingerprint for path in document.scans],
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

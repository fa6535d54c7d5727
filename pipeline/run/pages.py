"""The pages of one document, each a task: drawn from its scans in order, and made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from ..model.events import Notify, PageDone, PageFailed, PageStarted, Remark
from ..model.options import ConvertOptions
from ..model.outcomes import PageFailure, PageOutcome
from ..model.page import PageSource
from ..ocr.registry import ResolvedEngine
from ..store.spool import Spool
from ..store.texts import page_key
from ..workers.job import PageJob
from ..workers.limit import Limit
from ..workers.page import stand_in_unseen
from ..workers.runner import Runner
from .corrections.document import DocumentCorrections
from .corrections.run import RunCorrections
from .outputs.accepted import AcceptedFaults
from .page_outcome import page_outcome
from .scans import CHANGING, TRIES, DocumentScans


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
        corrections: What people have made of texts.
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
    corrections: RunCorrections
    slots: Limit
    drawing: asyncio.Lock
    notify: Notify


class DocumentPages:
    """Makes the pages of a document.

    Args:
        context: What it shares with the others of the run.
        scans: Its scans.
        corrections: What people have made of its texts.
        accepted: What the user accepts of it.
        text_file: Gives the path of a page's text file; None where the user wants none.
    """

    def __init__(
        self,
        context: RunContext,
        scans: DocumentScans,
        corrections: DocumentCorrections,
        accepted: AcceptedFaults,
        text_file: Callable[[PageSource], Path] | None,
    ) -> None:
        self._context = context
        self._scans = scans
        self._corrections = corrections
        self._accepted = accepted
        self._text_file = text_file

    async def make(
        self, folder: Path, only: Collection[PageSource] | None = None
    ) -> tuple[list[PageOutcome], list[str]]:
        """Makes the pages.

        Args:
            folder: Where they go, each a PDF and a text.
            only: Those that are wanted; None for all.

        Returns:
            How they end, and what stands for their corrections in the fingerprint.
        """
        # Of a page that is done nothing else is kept: a task takes as much as its outcome.
        ended: list[tuple[PageOutcome, str] | None] = []
        at_work: dict[int, asyncio.Task[None]] = {}

        async def make_one(index: int, job: PageJob, corrected: str) -> None:
            ended[index] = await self._page(job, corrected)
            del at_work[index]  # here and not when it is done: then, only failed ones are

        try:
            async with self._context.drawing:
                sources = self._scans.sources()
                # One that could not even be written: then the others need not start.
                while not any(task.done() for task in at_work.values()):
                    source = await asyncio.to_thread(next, sources, None)
                    if source is None:
                        break
                    if only is not None and source not in only:
                        continue
                    index = len(ended)
                    spool = folder / f"{index:08}.pdf"
                    await self._context.slots.acquire()
                    try:
                        # Before the page is made: a text corrected meanwhile is taken next time.
                        job, corrected = await asyncio.to_thread(self._job, source, spool)
                        self.tell()
                        task = asyncio.create_task(make_one(index, job, corrected))
                    except BaseException:
                        self._context.slots.release()
                        raise
                    # Not in the task: one that is cancelled before it has begun does nothing.
                    task.add_done_callback(lambda _: self._context.slots.release())
                    ended.append(None)
                    at_work[index] = task
            await asyncio.gather(*at_work.values())
        except BaseException:
            for task in at_work.values():
                task.cancel()
            await asyncio.gather(*at_work.values(), return_exceptions=True)
            raise
        ends = [end for end in ended if end is not None]
        assert len(ends) == len(ended), "each page has ended"
        return [outcome for outcome, _ in ends], [corrected for _, corrected in ends]

    def job(self, source: PageSource) -> PageJob:
        """A page as it would be made."""
        job, _ = self._job(source, None)
        return job

    def _job(self, source: PageSource, spool: Path | None) -> tuple[PageJob, str]:
        """A page to be made, and what stands for its correction in the fingerprint."""
        context = self._context
        options = context.options
        content = self._scans.content(source.path)
        correction = self._corrections.of(source)
        job = PageJob(
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
            # The text of the engine must not look like that of a person who takes it back.
            text_file=self._text_file(source) if self._text_file and not correction.lost else None,
            corrected=correction.text,
            images=options.images,
            output_type=options.output_type,
            verify=options.verify,
        )
        return job, correction.in_fingerprint

    async def _page(self, job: PageJob, corrected: str) -> tuple[PageOutcome, str]:
        self._context.notify(PageStarted(job.source))
        outcome, corrected = await self._outcome_of_scan(job, corrected)
        # What comes back from a worker has its own copies of both paths.
        pdf = job.spool if outcome.pdf == job.spool and job.spool else outcome.pdf
        outcome = replace(outcome, source=job.source, pdf=pdf)
        if isinstance(outcome, PageFailure) or outcome.missing:
            outcome = await asyncio.to_thread(self._accepted.of_page, outcome)
        if isinstance(outcome, PageFailure):
            self._context.notify(PageFailed(outcome))
        else:
            self._context.notify(PageDone(outcome))
        return outcome, corrected

    async def _outcome_of_scan(self, job: PageJob, corrected: str) -> tuple[PageOutcome, str]:
        """How a page ends, of the scan that is there when it is done: made again if replaced."""
        check = self._context.options.cluster is None  # its workers are looked at by themselves
        for _ in range(TRIES):
            outcome = await page_outcome(self._context.runner, job, check)
            if await asyncio.to_thread(self._scans.is_of, job.source.path, job.content):
                return outcome, corrected
            assert job.spool is not None
            # Of another scan, the frame may begin elsewhere.
            source = replace(job.source, offset=0)
            job, corrected = await asyncio.to_thread(self._job, source, job.spool)
        message = f"{job.source}: {CHANGING}"
        outcome = await asyncio.to_thread(stand_in_unseen, job, "ScanChangedError", message)
        return outcome, corrected

    def tell(self) -> None:
        """Tells what is new of corrections."""
        for remark in self._corrections.new_remarks():
            self._context.notify(Remark(remark))

"""One document: the pages of its scans are made, one task each, and merged to its PDF."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from ..load.scan import sources_of
from ..model.characters import printable
from ..model.errors import (
    OutputError,
    VerificationError,
)
from ..model.events import DocumentDone
from ..model.exit_code import ExitCode
from ..model.page import Document, PageSource
from ..store.atomic import check_folder, not_writable
from ..store.corrections import TextFiles
from ..store.origin import Origin
from .corrections.document import DocumentCorrections
from .finish import failures_of, finish_document
from .outputs.accepted import AcceptedFaults
from .outputs.existing import what_exists
from .outputs.kept import with_pages
from .outputs.refusal import not_written
from .pages import DocumentPages, RunContext
from .scans import CHANGING, TRIES, DocumentScans

Item = TypeVar("Item")


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
        folder = context.options.text_dir
        self.text_files = TextFiles(folder, document, context.root) if folder is not None else None
        place = self.text_files.of if self.text_files is not None else None
        self.corrections = DocumentCorrections(context.corrections, document, self.scans, place)
        self.accepted = AcceptedFaults(
            document, context.root, context.options, lambda path: self.scans.content(path).hash
        )
        self.pages = DocumentPages(context, self.scans, self.corrections, self.accepted, place)

    async def run(self) -> DocumentDone:
        """See `make_document`."""
        done = await self._done()
        if done.outcome == "converted" or (
            done.outcome == "skipped" and self.context.options.existing != "keep"
        ):  # of a PDF that is never touched, nobody has looked what it was made of
            await asyncio.to_thread(self._note_origin)
        self.pages.tell()
        return self.corrections.noted_in(done)

    def _note_origin(self) -> None:
        origin = Origin.of(self.document)
        if origin is not None and Origin.noted(self.document.output) != origin:
            origin.note(self.document.output)

    async def _done(self) -> DocumentDone:
        document, options = self.document, self.context.options
        try:
            existing = await asyncio.to_thread(
                what_exists,
                document,
                options,
                self._fingerprint_now,
                self.text_files,
                self.context.corrections.kept.changed_ns,
                self.accepted,
            )
            self.pages.tell()
            if isinstance(existing, DocumentDone):
                missing = await asyncio.to_thread(self._missing_texts, existing)
                if missing:
                    existing = await self._with_texts(existing, missing)
                if options.details and existing.outcome == "skipped":
                    return await asyncio.to_thread(self._with_pages, existing)
                return existing
            async with self._folder() as folder:
                await asyncio.to_thread(check_folder, document.output.parent)
                return await self._make(folder)
        except (OutputError, VerificationError) as error:
            return DocumentDone(document, "failed", message=str(error), exit_code=error.exit_code)
        except OSError as error:  # such as a name that is too long with an ending
            failed = not_writable(document.output, error)
            return DocumentDone(document, "failed", message=str(failed), exit_code=failed.exit_code)

    def _missing_texts(self, existing: DocumentDone) -> frozenset[PageSource]:
        """The pages whose texts the user wants and are not there, though the PDF is not made.

        What was corrected is taken over, also where nobody else looks at it.
        """
        if self.text_files is None:
            return frozenset()
        if existing.outcome == "skipped" and self.context.options.existing != "keep":
            return frozenset()  # nothing is missing
        failed = {failure.source for failure in existing.failures}
        missing = set()
        for source in sources_of(self.document):
            self.corrections.of(source)
            if source not in failed and not self.text_files.of(source).exists():
                missing.add(source)
        return frozenset(missing)

    async def _with_texts(
        self, existing: DocumentDone, missing: frozenset[PageSource]
    ) -> DocumentDone:
        """A document whose PDF stays; the texts that are missing beside it are made."""
        async with self._folder() as folder:
            outcomes, _ = await self.pages.make(folder, missing)
        return replace(existing, failures=(*existing.failures, *failures_of(outcomes)))

    @asynccontextmanager
    async def _folder(self) -> AsyncIterator[Path]:
        """A folder for the pages, for the length of the block."""
        spool = await asyncio.to_thread(self.context.spool)
        folder = await asyncio.to_thread(spool.new_folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _make(self, folder: Path) -> DocumentDone:
        started = time.monotonic()
        for _ in range(TRIES):
            outcomes, corrected = await self.pages.make(folder)
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
                lambda: not_written(
                    self.document,
                    outcomes,
                    self.context.options,
                    self.corrections.why_kept(),
                    unchanged=self.accepted.covers(self._fingerprint(corrected)),
                )
            )
        if done is None:
            done = await _uninterrupted(
                lambda: finish_document(
                    self.document,
                    outcomes,
                    folder,
                    self.context.options,
                    self._fingerprint(corrected),
                    self.corrections.corrected,
                    self.accepted.faults(outcomes),
                )
            )
            await asyncio.to_thread(self.accepted.forget)
        elif changed is None:
            made_of = self._fingerprint(corrected)
            await asyncio.to_thread(self.accepted.keep, outcomes, made_of)
        return replace(done, seconds=time.monotonic() - started)

    def _with_pages(self, skipped: DocumentDone) -> DocumentDone:
        return with_pages(skipped, map(self.pages.job, sources_of(self.document)))

    def _fingerprint_now(self) -> str:
        """The fingerprint of a PDF made from what is there now."""
        return self._fingerprint(self.corrections.in_fingerprint())

    def _fingerprint(self, corrected: Sequence[str]) -> str:
        return self.scans.fingerprint(corrected, self.context.options, self.context.engine)


async def _uninterrupted(function: Callable[[], Item]) -> Item:
    """`function` in a thread, waited for even when this task is cancelled meanwhile."""
    task = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise

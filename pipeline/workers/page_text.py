"""How the text of a page is known: corrected by a person, kept from before, or recognized."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..load.downscale import blank_copy, downscale
from ..load.page import load_page
from ..load.repair import repair
from ..load.scan import scan_errors
from ..model.errors import EngineError, OcrError
from ..model.outcomes import (
    Origin,
)
from ..model.page import PageImage
from ..model.text import PageText
from ..ocr.recognize import recognize_with
from ..ocr.registry import ResolvedEngine, choose_engine
from ..store.corrections import read_text, write_text
from ..store.texts import Store
from .job import DAMAGED, WHOLE, PageJob


@dataclass(frozen=True, slots=True)
class ReadPage:
    """What was read on a page.

    Attributes:
        text: Its text.
        damage: What is missing of a scan that is cut off; empty of one that is whole.
    """

    text: PageText
    damage: str = ""


def read_page(job: PageJob) -> ReadPage:
    """Loads, downscales and recognises one page.

    Raises:
        OcrError: The scan cannot be read, or not recognised.
    """
    reading = _Reading(job)
    with _repaired_page(job, reading) as page:
        return ReadPage(reading.text_of(page), page.damage)


@contextmanager
def _repaired_page(job: PageJob, reading: _Reading | None = None) -> Iterator[PageImage]:
    """The page, decoded as far as it can be, if it is not known to be whole."""
    with load_page(job.source, job.load) as page:
        if reading is None or not reading.is_known_whole():
            with scan_errors(job.source):
                page = repair(page)
        yield page


class _Reading:
    """Finds the text of one page, and notes how.

    It is kept by whether the scan is cut off (`repair`), so that one that was found whole need not
    be looked through again.
    """

    def __init__(self, job: PageJob) -> None:
        self.job = job
        self.origin: Origin = ""
        self.notes: tuple[str, ...] = ()
        self.load_s = 0.0
        self.recognize_s = 0.0
        self._kept: PageText | None = None

    def is_known_whole(self) -> bool:
        """Whether the scan was found whole when its text was kept."""
        self._kept = self._from_store(WHOLE)
        return self._kept is not None

    def text_of(self, page: PageImage) -> PageText:
        """What a person corrected, or what is known, or what the engine reads."""
        started, load_s = time.monotonic(), self.load_s
        try:
            text = self._known(page)
            if text is None:
                # As it will be read from the store: the same page gives the same bytes then.
                text = PageText.from_json(self._read(page).to_json())
                self.origin = "engine"
                self._keep(text, DAMAGED if page.damage else WHOLE)
                self._write_text_file(text)
            return text
        finally:
            elapsed = time.monotonic() - started
            self.recognize_s = round(elapsed - (self.load_s - load_s), 4)

    def _known(self, page: PageImage) -> PageText | None:
        job = self.job
        if job.text_file is not None:
            try:
                text, made_from = read_text(job.text_file)
            except FileNotFoundError:
                pass
            else:
                if made_from is None or (job.key and made_from == job.key):
                    self.origin = "file"
                    return text
        found = self._kept or (self._from_store(DAMAGED) if page.damage else None)
        if found is None:
            return None
        self.origin = "store"
        self._write_text_file(found)
        return found

    def _from_store(self, state: str) -> PageText | None:
        job = self.job
        if job.store is None or not job.key:
            return None
        return Store(job.store).get(job.key + state)

    def _read(self, page: PageImage) -> PageText:
        job = self.job
        started = time.monotonic()
        engine = job.engine
        if not isinstance(engine, ResolvedEngine):
            engine = choose_engine(engine, job.ocr)
        prepare = downscale if engine.reads_pages else blank_copy
        small = prepare(page, engine.max_side_px)
        self.load_s = round(self.load_s + time.monotonic() - started, 4)
        try:
            return recognize_with(engine, small)
        except EngineError:
            raise
        except OcrError as error:
            raise type(error)(f"{job.source}: {error}") from error

    def _keep(self, text: PageText, state: str) -> None:
        job = self.job
        if job.store is not None and job.key:
            try:
                Store(job.store).put(job.key + state, text)
            except OSError as error:
                self.notes = (f"its text could not be kept for later ({error.strerror})",)

    def _write_text_file(self, text: PageText) -> None:
        job = self.job
        if job.text_file is not None:
            within = job.spool.parent if job.spool is not None else None
            write_text(job.text_file, text, job.key, within)

"""What is done to one page: load, downscale, recognise, render."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from .atomic import not_writable
from .choice import Chosen, choose_engine
from .corrections import read_text, write_text
from .damage import mend
from .engines.protocol import EngineChoice
from .errors import EngineError, OcrError, ScanError
from .load import blank_copy, downscale, load_page, page_size_pt, scan_errors
from .model import PageImage, PageSource, PageText
from .ocr import recognize
from .options import DEFAULT_ENGINE, ImageOptions, LoadOptions, OcrOptions
from .outcomes import Origin, PageFailure, PageOutcome, PageResult, PageStats, Stage, confidences
from .render import RenderedPage, render, render_placeholder
from .store import Store

SIDECAR_ENDING = ".txt"
WHOLE, DAMAGED = "", "-damaged"
"""How the scan was when its text was kept, as endings of the text's key in the store."""


@dataclass(frozen=True, slots=True)
class PageJob:
    """All that a worker must know of a page: small, and picklable where the engine is a name.

    Attributes:
        source: Which page.
        load: How to read the scan.
        ocr: How to recognise it.
        images: How its scan stands in the PDF.
        engine: By whom.
        content: Hash of the scan's bytes; empty where nobody has looked.
        key: Names the text of this page among all texts (`store.page_key`); empty where it
            shall not be known again.
        store: Folder of the texts that are known; None for none.
        spool: File for the page's PDF; its text goes beside it. None to give it back as bytes.
        text_file: Its text as JSON, which a person may have corrected; None for none.
    """

    source: PageSource
    load: LoadOptions = field(default_factory=LoadOptions)
    ocr: OcrOptions = field(default_factory=OcrOptions)
    engine: EngineChoice = DEFAULT_ENGINE
    content: str = ""
    key: str = ""
    store: Path | None = None
    spool: Path | None = None
    text_file: Path | None = None
    images: ImageOptions = field(default_factory=ImageOptions)

    @property
    def store_keys(self) -> tuple[str, ...]:
        """The names that its text may have in a store; none where it is not to be known."""
        return (self.key + WHOLE, self.key + DAMAGED) if self.key else ()


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
    with _mended_page(job, reading) as page:
        return ReadPage(reading.text_of(page), page.damage)


def process_page(job: PageJob) -> PageOutcome:
    """Makes one page: load, downscale, recognise, render. The unit of work of every runner.

    A page that fails is a value, with a page that stands in for it: the scan without text where
    the scan can be shown, or one of its size that says what is missing.

    Raises:
        EngineError: There is no engine: no page could be read.
        OutputError: The page cannot be written where it should be.
    """
    reading = _Reading(job)
    started = time.monotonic()
    try:
        with _mended_page(job, reading) as page:
            reading.load_s = round(time.monotonic() - started, 4)
            try:
                text = reading.text_of(page)
            except (ScanError, EngineError):
                raise
            except OcrError as error:
                message = "; ".join(filter(None, (str(error), page.damage)))
                return stand_in(job, "recognize", type(error).__name__, message)
            started = time.monotonic()
            with scan_errors(job.source):
                rendered = render(page, text, job.images)
            mean, worst = confidences(text)
            stats = PageStats(
                words=text.word_count,
                confidence=mean,
                worst_confidence=worst,
                truncated=text.truncated,
                rotation_deg=text.rotation_deg,
                text_from=reading.origin,
                load_s=reading.load_s,
                recognize_s=reading.recognize_s,
                render_s=round(time.monotonic() - started, 4),
                **_of_picture(rendered),
            )
            notes = (*page.notes, *reading.notes, *rendered.notes)
            if job.spool is None:
                return PageResult(job.source, rendered.pdf, text, notes, stats, page.damage)
            _spool(job.spool, rendered.pdf, text.text)
            return PageResult(job.source, job.spool, None, notes, stats, page.damage)
    except ScanError as error:
        return stand_in(job, "load", "ScanError", str(error))


@contextmanager
def _mended_page(job: PageJob, reading: _Reading | None = None) -> Iterator[PageImage]:
    """The page, decoded as far as it can be, if it is not known to be whole."""
    with load_page(job.source, job.load) as page:
        if reading is None or not reading.is_known_whole():
            with scan_errors(job.source):
                page = mend(page)
        yield page


def stand_in(job: PageJob, stage: Stage, kind: str, message: str) -> PageFailure:
    """A failed page with what takes its place: the scan, if it failed later, or words.

    Raises:
        OutputError: The page cannot be written where it should be.
    """
    rendered = None
    if stage != "load":
        try:
            with _mended_page(job) as page, scan_errors(job.source):
                rendered = render(page, images=job.images)
        except ScanError as error:
            stage, kind, message = "load", "ScanError", str(error)
    if rendered is None:
        size_pt = page_size_pt(job.source, job.load)
        rendered = render_placeholder(job.source, message, size_pt)
    return _failure(job, PageFailure(job.source, stage, kind, message), rendered)


def stand_in_unseen(job: PageJob, kind: str, message: str) -> PageFailure:
    """As `stand_in`, without opening the scan: for one that kills or stalls who opens it.

    Raises:
        OutputError: The page cannot be written where it should be.
    """
    rendered = render_placeholder(job.source, message)
    return _failure(job, PageFailure(job.source, "load", kind, message), rendered)


def _failure(job: PageJob, failure: PageFailure, rendered: RenderedPage) -> PageFailure:
    stats = PageStats(**_of_picture(rendered))
    if job.spool is None:
        return replace(failure, pdf=rendered.pdf, stats=stats)
    _spool(job.spool, rendered.pdf, "")
    return replace(failure, pdf=job.spool, stats=stats)


def _of_picture(rendered: RenderedPage) -> dict[str, Any]:
    """What a page's numbers say of its picture."""
    return {
        "bytes_out": len(rendered.pdf),
        "size_pt": rendered.size_pt,
        "image_px": rendered.image_px,
        "image_filter": rendered.image_filter,
        "image_bytes": rendered.image_bytes,
    }


def _spool(path: Path, pdf: bytes, text: str) -> None:
    try:
        path.write_bytes(pdf)
        path.with_suffix(SIDECAR_ENDING).write_text(text, encoding="utf-8")
    except OSError as error:
        raise not_writable(path.parent, error) from error


class _Reading:
    """Finds the text of one page, and notes how.

    It is kept by whether the scan is cut off (`mend`), so that one that was found whole need not be
    looked through again.
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
        if isinstance(job.engine, str):
            chosen = _chosen(job.engine, job.ocr)
        else:
            chosen = choose_engine(job.engine, job.ocr)
        prepare = downscale if chosen.reads else blank_copy
        small = prepare(page, job.ocr.max_side_px or chosen.best_side_px)
        self.load_s = round(self.load_s + time.monotonic() - started, 4)
        try:
            return recognize(small, chosen.languages, chosen.engine, job.ocr.engine)
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


@cache
def _chosen(engine: str, options: OcrOptions) -> Chosen:
    """`choose_engine`, asked once for all pages of a run."""
    return choose_engine(engine, options)

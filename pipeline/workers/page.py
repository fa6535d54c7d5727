"""What is done to one page: load, downscale, recognise, render."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from ..load.page import page_size_pt
from ..load.scan import scan_errors
from ..model.errors import EngineError, OcrError, ScanError
from ..model.outcomes import (
    PageFailure,
    PageOutcome,
    PageResult,
    PageStats,
    Stage,
    confidences,
)
from ..render import RenderedPage, render, render_placeholder
from ..store.atomic import not_writable
from .job import SIDECAR_ENDING, PageJob
from .page_text import _Reading, _repaired_page


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
        with _repaired_page(job, reading) as page:
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
                rendered = render(page, text, job.images, job.output_type)
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
                rendered=rendered.stats,
            )
            notes = (*page.notes, *reading.notes, *rendered.notes)
            if job.spool is None:
                return PageResult(job.source, rendered.pdf, text, notes, stats, page.damage)
            _spool(job.spool, rendered.pdf, text.text)
            return PageResult(job.source, job.spool, None, notes, stats, page.damage)
    except ScanError as error:
        return stand_in(job, "load", "ScanError", str(error))


def stand_in(job: PageJob, stage: Stage, kind: str, message: str) -> PageFailure:
    """A failed page with what takes its place: the scan, if it failed later, or words.

    Raises:
        OutputError: The page cannot be written where it should be.
    """
    rendered = None
    if stage != "load":
        try:
            with _repaired_page(job) as page, scan_errors(job.source):
                rendered = render(page, None, job.images, job.output_type)
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
    stats = PageStats(rendered=rendered.stats)
    if job.spool is None:
        return replace(failure, pdf=rendered.pdf, stats=stats)
    _spool(job.spool, rendered.pdf, "")
    return replace(failure, pdf=job.spool, stats=stats)


def _spool(path: Path, pdf: bytes, text: str) -> None:
    try:
        path.write_bytes(pdf)
        path.with_suffix(SIDECAR_ENDING).write_text(text, encoding="utf-8")
    except OSError as error:
        raise not_writable(path.parent, error) from error

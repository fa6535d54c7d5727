"""What is done to one page: load, downscale, recognize, render."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ..load.page import load_page, page_size_pt
from ..load.scan import scan_errors
from ..model.characters import reason_of
from ..model.errors import (
    EngineError,
    MachineError,
    OcrError,
    ScanError,
    VerificationError,
    is_shortage,
)
from ..model.outcomes import (
    PageFailure,
    PageOutcome,
    PageResult,
    PageStats,
    Stage,
    confidences,
)
from ..model.text import PageText
from ..pdf.verify import Expected, find_fault
from ..render import RenderedPage, render, render_placeholder
from ..store.atomic import not_writable
from .job import SIDECAR_ENDING, WHOLE, PageJob
from .page_text import kept_text, read_loaded_page


def process_page(job: PageJob) -> PageOutcome:
    """Makes one page: load, downscale, recognize, render. The unit of work of every runner.

    A page that fails is a value, with a page that stands in for it: the scan without text where
    the scan can be shown, or one of its size that says what is missing.

    Raises:
        EngineError: There is no engine: no page could be recognized.
        OutputError: The page cannot be written where it should be.
    """
    job.note_stage("load")
    outcome = _processed(job)
    job.forget_stage()
    return outcome


def _processed(job: PageJob) -> PageOutcome:
    started = time.monotonic()
    whole = kept_text(job, WHOLE)
    store_s, started = time.monotonic() - started, time.monotonic()
    try:
        with load_page(
            job.source, job.load, known_whole=whole is not None, admit=job.ask_for_room
        ) as opened:
            page = opened.decoded()
            load_s = time.monotonic() - started
            job.note_stage("recognize")
            try:
                read = read_loaded_page(job, page, whole)
            except (ScanError, EngineError):
                raise
            except OcrError as error:
                message = "; ".join(filter(None, (str(error), page.damage)))
                return stand_in(job, "recognize", type(error).__name__, message)
            started = time.monotonic()
            job.note_stage("render")
            try:
                rendered = render(page, read.text, job.images, job.output_type)
            except Exception as error:  # Pillow and reportlab raise many kinds
                kind = MachineError if is_shortage(error) else type(error)
                return stand_in(job, "render", kind.__name__, _not_rendered(job, error))
            fault = _fault(job, rendered, read.text) if job.verify else ""
            if fault:
                return stand_in(job, "render", VerificationError.__name__, fault)
    except (ScanError, MachineError) as error:
        return stand_in(job, "load", type(error).__name__, str(error))
    mean, worst = confidences(read.text)
    stats = PageStats(
        words=read.text.word_count,
        confidence=mean,
        worst_confidence=worst,
        truncated=read.text.truncated,
        rotation_deg=read.text.rotation_deg,
        text_from=read.origin,
        load_s=round(load_s + read.downscale_s, 4),
        recognize_s=round(store_s + read.recognize_s, 4),
        render_s=round(time.monotonic() - started, 4),
        rendered=rendered.stats,
    )
    notes = (*page.notes, *read.notes, *rendered.notes)
    damage = page.damage, page.missing
    if job.spool is None:
        return PageResult(job.source, rendered.pdf, read.text, notes, stats, *damage)
    _spool(job.spool, rendered.pdf, read.text.text)
    return PageResult(job.source, job.spool, None, notes, stats, *damage)


def stand_in(job: PageJob, stage: Stage, kind: str, message: str) -> PageFailure:
    """A failed page with what takes its place: the scan without text, or else words.

    Where the scan turns out not to be decodable, that is the failure, whatever came before.

    Raises:
        OutputError: The page cannot be written where it should be.
        RoomNeededError: The page needs more room in memory than it has.
    """
    rendered = None
    missing = 1.0
    if stage != "load":
        try:
            with load_page(job.source, job.load, admit=job.ask_for_room) as page:
                page = page.decoded()
                missing = page.missing
                with scan_errors(job.source):
                    page.image.load()
                with suppress(Exception):  # it may be what failed before: then words must do
                    rendered = render(page, None, job.images, job.output_type)
        except (ScanError, MachineError) as error:
            stage, kind, message = "load", type(error).__name__, str(error)
    if rendered is None:
        size_pt = page_size_pt(job.source, job.load)
        rendered, missing = render_placeholder(job.source, message, size_pt), 1.0
    return _failure(job, PageFailure(job.source, stage, kind, message, missing=missing), rendered)


def stand_in_unseen(job: PageJob, kind: str, message: str) -> PageFailure:
    """As `stand_in`, without opening the scan: for one that kills or stalls its worker.

    Raises:
        OutputError: The page cannot be written where it should be.
    """
    rendered = render_placeholder(job.source, message)
    failure = PageFailure(job.source, "worker", kind, message, missing=1.0)
    return _failure(job, failure, rendered)


def _fault(job: PageJob, rendered: RenderedPage, text: PageText) -> str:
    """Why a reader does not find the page's text in its PDF, in a message; empty if it does.

    The finished document is looked at in the same way: there, one page would cost all others.
    """
    expected = Expected(str(job), rendered.stats, text.text)
    fault = find_fault(rendered.pdf, [expected])
    if not fault:
        return ""
    fault = fault.removeprefix(f"page 1 ({job}) ")
    return (
        f"{job}: its text does not come out of the PDF as it was read ({fault}), so the page has"
        " none; try another engine, or correct the text (--text-dir)"
    )


def _not_rendered(job: PageJob, error: Exception) -> str:
    reason = reason_of(error)
    if is_shortage(error):
        return (
            f"{job}: too large for what this machine has left ({reason}); try fewer pages at a"
            " time (-j), or free memory and disk space"
        )
    return (
        f"{job}: no page can be made of it ({reason}); try other options for its picture, and"
        " report this fault"
    )


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

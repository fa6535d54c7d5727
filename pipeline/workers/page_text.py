"""The text of a page: corrected by a person, kept from an earlier run, or recognized now."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from ..load.downscale import blank_copy, downscale
from ..load.page import load_page
from ..model.errors import EngineError, OcrError
from ..model.outcomes import Origin
from ..model.page import PageImage
from ..model.text import PageText
from ..ocr.recognize import recognize_with
from ..ocr.registry import ResolvedEngine, choose_engine
from ..store.corrections import is_untouched, load_text, write_text
from ..store.texts import Store
from .job import DAMAGED, NOT_KEPT, WHOLE, PageJob


@dataclass(frozen=True, slots=True)
class ReadPage:
    """The text of a page, and where it came from.

    Attributes:
        text: The text.
        origin: Who gave it.
        notes: What a careful person should know.
        damage: What is missing of a scan that is cut off; empty of one that is whole.
        missing: The share of its picture that is missing, 0 to 1.
        downscale_s: Seconds for the copy that was recognized.
        recognize_s: Seconds for all the rest: finding what is kept, recognizing, keeping.
    """

    text: PageText
    origin: Origin
    notes: tuple[str, ...] = ()
    damage: str = ""
    missing: float = 0.0
    downscale_s: float = 0.0
    recognize_s: float = 0.0


def read_page(job: PageJob) -> ReadPage:
    """Loads, downscales and recognizes one page.

    Raises:
        OcrError: The scan cannot be decoded, or not recognized.
    """
    whole = kept_text(job, WHOLE)
    with load_page(
        job.source, job.load, known_whole=whole is not None, admit=job.ask_for_room
    ) as page:
        return read_loaded_page(job, page.decoded(), whole)


def kept_text(job: PageJob, state: str) -> PageText | None:
    """The text of a page in the store, kept when the scan was in this state; None for none.

    Args:
        job: The page.
        state: `WHOLE` or `DAMAGED`: a scan that was found whole is not looked through again.
    """
    if job.store is None or not job.key:
        return None
    return Store(job.store).get(job.key + state)


def read_loaded_page(job: PageJob, page: PageImage, whole: PageText | None) -> ReadPage:
    """The text of a page that is loaded.

    Args:
        job: The page.
        page: Its scan, decoded.
        whole: What the store has of it, if the scan was whole then.

    Raises:
        CorrectionError: What a person has corrected is no text of a page.
        OcrError: It cannot be recognized.
        OutputError: Its text cannot be written where the user wants it.
    """
    started = time.monotonic()
    read = _corrected(job) or _from_text_file(job) or _from_store(job, page, whole)
    read = read or _recognized(job, page)
    seconds = time.monotonic() - started - read.downscale_s
    return replace(read, damage=page.damage, missing=page.missing, recognize_s=round(seconds, 4))


def _corrected(job: PageJob) -> ReadPage | None:
    return None if job.corrected is None else ReadPage(job.corrected, "file")


def _from_text_file(job: PageJob) -> ReadPage | None:
    """A text that this program made from the same page before.

    One that a person has corrected just now is taken next time, and left as it is.
    """
    if job.text_file is None:
        return None
    try:
        loaded = load_text(job.text_file)
    except FileNotFoundError:
        return None
    return ReadPage(loaded.text, "file") if job.key and loaded.made_from == job.key else None


def _from_store(job: PageJob, page: PageImage, whole: PageText | None) -> ReadPage | None:
    text = whole or (kept_text(job, DAMAGED) if page.damage else None)
    if text is None:
        return None
    _write_text_file(job, text)
    return ReadPage(text, "store")


def _recognized(job: PageJob, page: PageImage) -> ReadPage:
    started = time.monotonic()
    engine = job.engine
    if not isinstance(engine, ResolvedEngine):
        engine = choose_engine(engine, job.ocr)
    prepare = downscale if engine.reads_pages else blank_copy
    small = prepare(page, engine.max_side_px)
    downscale_s = round(time.monotonic() - started, 4)
    try:
        text = recognize_with(engine, small)
    except EngineError:
        raise
    except OcrError as error:
        raise type(error)(f"{job.source}: {error}") from error
    # As the store will give it: so the page has the same bytes, whoever gave its text.
    text = PageText.from_json(text.to_json())
    notes = _keep(job, text, DAMAGED if page.damage else WHOLE)
    _write_text_file(job, text)
    return ReadPage(text, "engine", notes, downscale_s=downscale_s)


def _keep(job: PageJob, text: PageText, state: str) -> tuple[str, ...]:
    """Keeps a text in the store; a note where it cannot be kept.

    The text of a scan that was replaced meanwhile would stand there for another one's.
    """
    if job.store is None or not job.key or not job.is_of_same_scan():
        return ()
    try:
        Store(job.store).put(job.key + state, text, job.source.path)
    except OSError as error:
        return (f"{NOT_KEPT} ({error.strerror})",)
    return ()


def _write_text_file(job: PageJob, text: PageText) -> None:
    """Writes a text where the user wants it, but over none that a person works on meanwhile.

    Raises:
        OutputError: It cannot be written.
    """
    if job.text_file is None or not is_untouched(job.text_file):
        return
    within = job.spool.parent if job.spool is not None else None
    scans = [job.source.path]
    write_text(job.text_file, text, job.key, within, content=job.content, scans=scans)

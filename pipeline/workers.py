"""What is done to one page, and where: here, in threads of this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

from .errors import EngineError, OcrError, ScanError
from .load import downscale, load_page, scan_errors
from .model import PageFailure, PageImage, PageResult, PageSource, PageText
from .ocr import Chosen, EngineChoice, choose_engine, recognize
from .options import DEFAULT_ENGINE, LoadOptions, OcrOptions
from .render import render_page, render_placeholder

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class PageJob:
    """All that a worker must know of a page: small, and picklable where the engine is a name.

    Attributes:
        source: Which page.
        load: How to read the scan.
        ocr: How to recognise it.
        engine: By whom.
    """

    source: PageSource
    load: LoadOptions = field(default_factory=LoadOptions)
    ocr: OcrOptions = field(default_factory=OcrOptions)
    engine: EngineChoice = DEFAULT_ENGINE


def read_page(job: PageJob) -> PageText:
    """Loads, downscales and recognises one page.

    Raises:
        OcrError: The scan cannot be read, or not recognised.
    """
    with load_page(job.source, job.load) as page:
        return _recognize(job, page)


def process_page(job: PageJob) -> PageResult | PageFailure:
    """Makes one page: load, downscale, recognise, render. The unit of work of every runner.

    A page that fails is a value, with a page that stands in for it: the scan without text where
    the scan can be shown, or one that says what is missing.

    Raises:
        EngineError: There is no engine: no page could be read.
    """
    try:
        with load_page(job.source, job.load) as page:
            try:
                text = _recognize(job, page)
            except (ScanError, EngineError):
                raise
            except OcrError as error:
                with scan_errors(job.source):
                    pdf = render_page(page)
                return PageFailure(job.source, "recognize", type(error).__name__, str(error), pdf)
            with scan_errors(job.source):
                return PageResult(job.source, render_page(page, text), text, page.notes)
    except ScanError as error:
        pdf = render_placeholder(job.source, str(error))
        return PageFailure(job.source, "load", "ScanError", str(error), pdf)


def _recognize(job: PageJob, page: PageImage) -> PageText:
    if isinstance(job.engine, str):
        chosen = _chosen(job.engine, job.ocr)
    else:
        chosen = choose_engine(job.engine, job.ocr)
    small = downscale(page, job.ocr.max_side_px or chosen.best_side_px)
    try:
        return recognize(small, chosen.languages, chosen.engine, job.ocr.engine)
    except EngineError:
        raise
    except OcrError as error:
        raise type(error)(f"{job.source}: {error}") from error


@cache
def _chosen(engine: str, options: OcrOptions) -> Chosen:
    """`choose_engine`, asked once for all pages of a run."""
    return choose_engine(engine, options)


class ThreadRunner:
    """Runs page functions in threads, so that the event loop stays free.

    Args:
        jobs: Pages at a time.
    """

    def __init__(self, jobs: int) -> None:
        self._threads = ThreadPoolExecutor(max(1, jobs), thread_name_prefix="page")

    async def __call__(self, function: Callable[[PageJob], Result], job: PageJob) -> Result:
        """The result of `function(job)`, once a thread has it."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, function, job)

    def close(self) -> None:
        """Lets the threads go; a page that is in one is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

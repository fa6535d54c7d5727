"""Scans to plain text: `await async_ocr(path)`, and many at once."""

from __future__ import annotations

import asyncio
import sys
import threading
import warnings
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from ..load.scan import page_sources
from ..model.errors import EngineError, OcrError, ScanWarning
from ..model.languages import parse_languages
from ..model.options import DEFAULT_ENGINE, EngineOptions, LoadOptions, OcrOptions, Workers
from ..model.page import PageSource
from ..model.text import PAGE_BREAK
from ..ocr.engine import EngineChoice
from ..ocr.registry import ResolvedEngine, choose_engine
from ..workers.job import PageJob
from ..workers.machine import Share, share
from ..workers.page_text import read_page
from ..workers.runner import Runner, ThreadRunner, open_runner


async def async_ocr(
    path: Path | str,
    language: str | None = None,
    *,
    engine: EngineChoice = DEFAULT_ENGINE,
    engine_options: EngineOptions | Sequence[EngineOptions] = (),
    max_side_px: int | None = None,
    load: LoadOptions | None = None,
) -> str:
    """The text of one scan, without blocking the event loop: in any loop, in a web service too.

    Args:
        path: An image file; of a multi-page TIFF, all pages are read.
        language: Codes such as `eng+swe`; None for what the engine reads without being told.
        engine: A registered name, `auto`, or an engine.
        engine_options: Options of the engine (license, folder of language data); or of several, of
            which it takes its own.
        max_side_px: Longest side of the copy that is recognized; None for the engine's best.
        load: Resolution and size limit of the scan.

    Returns:
        Its lines, one per row; pages are separated by a form feed.

    Warns:
        ScanWarning: The scan is cut off: the text is that of what is there.

    Raises:
        OcrError: The scan cannot be decoded, or the engine cannot read it.
    """
    options = _ocr_options(language, max_side_px, engine_options)
    resolved = await asyncio.to_thread(choose_engine, engine, options)
    runner, shared = await asyncio.to_thread(_shared_runner, resolved)
    resolved = replace(resolved, threads=shared.threads)
    job = PageJob(PageSource(Path(path)), load or LoadOptions(), engine=resolved)
    damage: list[str] = []
    text = await _read(job, runner, damage.append)
    _warn(damage)
    return text


async def batch_ocr(
    paths: Sequence[Path | str],
    language: str | None = None,
    *,
    on_error: Literal["raise", "empty"] = "raise",
    engine: EngineChoice = DEFAULT_ENGINE,
    engine_options: EngineOptions | Sequence[EngineOptions] = (),
    max_side_px: int | None = None,
    load: LoadOptions | None = None,
    jobs: int | None = None,
) -> list[str]:
    """The texts of many scans, in the order of `paths`.

    Args:
        paths: Image files.
        language: As in `async_ocr`.
        on_error: `raise` the first error, or give an `empty` text for that scan.
        engine: As in `async_ocr`.
        engine_options: As in `async_ocr`.
        max_side_px: As in `async_ocr`.
        load: As in `async_ocr`.
        jobs: Pages at a time; None for the cores, or fewer where memory is short.

    Warns:
        ScanWarning: A scan is cut off: its text is that of what is there.

    Raises:
        OcrError: A scan could not be read, and `on_error` is `raise`.
        EngineError: The engine is missing or does not read the language, whatever `on_error`.
    """
    texts = []
    damage: list[str] = []
    async for text in read_texts(
        paths,
        language,
        engine=engine,
        engine_options=engine_options,
        max_side_px=max_side_px,
        load=load,
        jobs=jobs,
        remark_damage=damage.append,
    ):
        _warn(damage)
        if isinstance(text, OcrError):
            if on_error == "raise":
                raise text
            text = ""
        texts.append(text)
    return texts


async def read_texts(
    paths: Sequence[Path | str],
    language: str | None = None,
    *,
    engine: EngineChoice = DEFAULT_ENGINE,
    engine_options: EngineOptions | Sequence[EngineOptions] = (),
    max_side_px: int | None = None,
    load: LoadOptions | None = None,
    jobs: int | None = None,
    workers: Workers = "threads",
    timeout_s: float | None = None,
    verbose: bool = False,
    remark: Callable[[str], None] = lambda note: None,
    remark_damage: Callable[[str], None] = lambda note: None,
) -> AsyncGenerator[str | OcrError]:
    """Like `batch_ocr`, but each text, or the error in its place, comes as soon as it can.

    `remark` is called with each line that a user should know of the choice of the engine, and
    `remark_damage` with one for each page that is cut off;
    `workers`, `timeout_s` and `verbose` are as in `ConvertOptions`.
    """
    options = _ocr_options(language, max_side_px, engine_options)
    resolved = await asyncio.to_thread(choose_engine, engine, options)
    files = [Path(path) for path in paths]
    shared = await asyncio.to_thread(share, resolved, jobs, partial(_pages_up_to, files))
    for note in (*resolved.notes, *filter(None, (shared.note,))):
        remark(note)
    resolved = replace(resolved, threads=shared.threads)
    slots = asyncio.Semaphore(shared.jobs)
    runner = open_runner(workers, shared.jobs, timeout_s, verbose)

    async def read(path: Path) -> str | OcrError:
        job = PageJob(PageSource(path), load or LoadOptions(), engine=resolved)
        async with slots:
            try:
                return await _read(job, runner, remark_damage)
            except EngineError:
                raise
            except OcrError as error:
                return error

    tasks = [asyncio.create_task(read(path)) for path in files]
    try:
        for task in tasks:
            yield await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        runner.close()


async def _read(file: PageJob, run: Runner[PageJob], remark: Callable[[str], None]) -> str:
    """The text of all pages of the file that `file.source` names."""
    sources = await asyncio.to_thread(lambda: list(page_sources(file.source.path)))
    jobs = [replace(file, source=source) for source in sources]
    pages = await asyncio.gather(*(run(read_page, job) for job in jobs))
    for source, page in zip(sources, pages, strict=True):
        if page.damage:
            remark(f"{source}: {page.damage}")
    return PAGE_BREAK.join(page.text.text for page in pages)


def _warn(notes: list[str]) -> None:
    """Warns of damaged scans at the line that called this library; `notes` is emptied.

    To be called in the coroutine that the user awaits: other tasks know nothing of the user's
    line. Where the user made a task of the coroutine, it is the line that runs the event loop.
    """
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and _is_between(str(frame.f_globals.get("__name__", ""))):
        level, frame = level + 1, frame.f_back
    for note in notes:
        warnings.warn(note, ScanWarning, stacklevel=level)
    notes.clear()


def _is_between(module: str) -> bool:
    """Whether a module is this package or asyncio: not the user's."""
    return module.partition(".")[0] in (__package__.partition(".")[0], "asyncio")


def _ocr_options(
    language: str | None,
    max_side_px: int | None,
    engine_options: EngineOptions | Sequence[EngineOptions],
) -> OcrOptions:
    if isinstance(engine_options, EngineOptions):
        engine_options = (engine_options,)
    return OcrOptions(parse_languages(language), max_side_px, tuple(engine_options))


def _pages_up_to(files: Sequence[Path], enough: int) -> int:
    """How many pages there are, counted no further than `enough`."""
    if len(files) >= enough:
        return enough
    count = 0
    for path in files:
        for _ in page_sources(path):
            count += 1
            if count >= enough:
                return count
    return count


_shared_runners: dict[str, tuple[ThreadRunner, Share]] = {}
_sharing = threading.Lock()


def _shared_runner(engine: ResolvedEngine) -> tuple[ThreadRunner, Share]:
    """The threads of this process for scans that come one by one, as in a web service.

    How many calls there will be at a time is not known, so the machine is shared once for each
    engine, at the first call. Threads and engines stay warm.
    """
    with _sharing:
        if engine.name not in _shared_runners:
            shared = share(engine)
            _shared_runners[engine.name] = ThreadRunner(shared.jobs), shared
        return _shared_runners[engine.name]

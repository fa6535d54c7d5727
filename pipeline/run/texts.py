"""Scans to plain text: `await async_ocr(path)`, and many at once."""

from __future__ import annotations

import asyncio
import sys
import warnings
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Literal

from ..load.scan import page_sources
from ..model.errors import EngineError, OcrError, ScanWarning
from ..model.languages import parse_languages
from ..model.options import DEFAULT_ENGINE, EngineOptions, LoadOptions, OcrOptions, Workers
from ..model.page import PageSource
from ..model.text import PAGE_BREAK
from ..ocr.engine import EngineChoice
from ..ocr.registry import choose_engine
from ..workers.job import PageJob
from ..workers.machine import cpu_count
from ..workers.page_text import read_page
from ..workers.runner import Runner, ThreadRunner, open_runner


async def async_ocr(
    path: Path | str,
    language: str | None = None,
    *,
    engine: EngineChoice = DEFAULT_ENGINE,
    engine_options: EngineOptions | None = None,
    max_side_px: int | None = None,
    load: LoadOptions | None = None,
) -> str:
    """The text of one scan, without blocking the event loop: in any loop, in a web service too.

    Args:
        path: An image file; of a multi-page TIFF, all pages are read.
        language: Codes such as `eng+swe`; None for what the engine reads without being told.
        engine: A registered name, `auto`, or an engine.
        engine_options: What the engine must know (licence, folder of language data).
        max_side_px: Longest side of the copy that is recognized; None for the engine's best.
        load: Resolution and size limit of the scan.

    Returns:
        Its lines, one per row; pages are separated by a form feed.

    Warns:
        ScanWarning: The scan is cut off: the text is that of what is there.

    Raises:
        OcrError: The scan cannot be decoded, or the engine cannot read it.
    """
    options = OcrOptions(parse_languages(language), max_side_px, engine_options or EngineOptions())
    chosen = await asyncio.to_thread(choose_engine, engine, options)
    job = PageJob(PageSource(Path(path)), load or LoadOptions(), options, chosen.engine)
    damage: list[str] = []
    text = await _read(job, _runner(), damage.append)
    _warn(damage)
    return text


async def batch_ocr(
    paths: Sequence[Path | str],
    language: str | None = None,
    *,
    on_error: Literal["raise", "empty"] = "raise",
    engine: EngineChoice = DEFAULT_ENGINE,
    engine_options: EngineOptions | None = None,
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
        jobs: Scans at a time; None for the cores.

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
    engine_options: EngineOptions | None = None,
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
    options = OcrOptions(parse_languages(language), max_side_px, engine_options or EngineOptions())
    chosen = await asyncio.to_thread(choose_engine, engine, options)
    for note in chosen.notes:
        remark(note)
    at_a_time = max(1, min(jobs or cpu_count(), len(paths)))
    slots = asyncio.Semaphore(at_a_time)
    threads = max(1, cpu_count() // at_a_time)
    options = replace(
        options, languages=chosen.languages, engine=replace(options.engine, threads=threads)
    )

    async def read(path: Path | str) -> str | OcrError:
        source = PageSource(Path(path))
        async with slots:
            try:
                job = PageJob(source, load or LoadOptions(), options, chosen.engine)
                return await _read(job, runner, remark_damage)
            except EngineError:
                raise
            except OcrError as error:
                return error

    shared = workers == "threads"
    runner = _runner() if shared else open_runner(workers, jobs or cpu_count(), timeout_s, verbose)
    tasks = [asyncio.create_task(read(path)) for path in paths]
    try:
        for task in tasks:
            yield await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if not shared:
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


@cache
def _runner() -> ThreadRunner:
    """The threads of this process for single scans; they, and their engines, stay warm."""
    return ThreadRunner(cpu_count())

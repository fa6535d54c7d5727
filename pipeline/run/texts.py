"""Scans to plain text: `await async_ocr(path)`, and many at once."""

from __future__ import annotations

import asyncio
import sys
import threading
import warnings
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from ..load.scan import page_sources
from ..model.errors import EngineError, OcrError, ScanWarning, UnforeseenError
from ..model.languages import Languages, parse_languages
from ..model.options import DEFAULT_ENGINE, EngineOptions, LoadOptions, OcrOptions, Workers
from ..model.page import PageSource
from ..model.paths import Paths, as_paths
from ..model.text import PAGE_BREAK
from ..ocr.engine import EngineChoice
from ..ocr.registry import ResolvedEngine, choose_engine
from ..workers.contained import contained, unforeseen
from ..workers.job import PageJob
from ..workers.machine import Share, share
from ..workers.page_text import read_page
from ..workers.runner import Runner, ThreadRunner, open_runner
from ..workers.sandbox import Sandbox

RemarkDamage = Callable[[str, float], None]
"""Called with what is missing of a page, in words and as a share."""


async def async_ocr(
    path: Paths,
    language: Languages = None,
    *,
    engine: EngineChoice = DEFAULT_ENGINE,
    engine_options: EngineOptions | Sequence[EngineOptions] = (),
    max_side_px: int | None = None,
    load: LoadOptions | None = None,
) -> str:
    """The text of a scan, without blocking the event loop: in any loop, in a web service too.

    Args:
        path: An image file, or several that are one text; of a multi-page TIFF, all pages are read.
        language: Codes such as `eng+swe`, or a tuple of them; None for what the engine reads
            without being told.
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
    damage: list[str] = []
    files = await asyncio.gather(
        *(
            _read(
                PageJob(PageSource(file), load or LoadOptions(), engine=resolved),
                runner,
                lambda note, _: damage.append(note),
            )
            for file in as_paths(path)
        )
    )
    _warn(damage)
    for file in files:
        for error in file.errors:
            raise error
    return PAGE_BREAK.join(file.text() for file in files)


async def batch_ocr(
    paths: Paths,
    language: Languages = None,
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
        paths: Image files, one or several.
        language: As in `async_ocr`.
        on_error: `raise` the first error, or give an `empty` text for that page.
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
    async for file in read_texts(
        paths,
        language,
        engine=engine,
        engine_options=engine_options,
        max_side_px=max_side_px,
        load=load,
        jobs=jobs,
        remark_damage=lambda note, _: damage.append(note),
    ):
        _warn(damage)
        for error in file.errors:
            if on_error == "raise":
                raise error
        texts.append(file.text())
    return texts


async def read_texts(
    paths: Paths,
    language: Languages = None,
    *,
    engine: EngineChoice = DEFAULT_ENGINE,
    engine_options: EngineOptions | Sequence[EngineOptions] = (),
    max_side_px: int | None = None,
    load: LoadOptions | None = None,
    jobs: int | None = None,
    workers: Workers = "threads",
    timeout_s: float | None = None,
    verbose: bool = False,
    sandbox: bool = True,
    remark: Callable[[str], None] = lambda note: None,
    remark_damage: RemarkDamage = lambda note, missing: None,
) -> AsyncGenerator[FileText]:
    """Like `batch_ocr`, but what is read of each file comes as soon as it can, with its errors.

    `remark` is called with each line that a user should know of the choice of the engine, and
    `remark_damage` with one for each page that is cut off, and the share that is missing of it;
    `workers`, `timeout_s`, `verbose` and `sandbox` are as in `ConvertOptions`.
    """
    options = _ocr_options(language, max_side_px, engine_options)
    resolved = await asyncio.to_thread(choose_engine, engine, options)
    files = as_paths(paths)
    shared = await asyncio.to_thread(share, resolved, jobs, partial(_pages_up_to, files))
    for note in (*resolved.notes, *filter(None, (shared.note,))):
        remark(note)
    resolved = replace(resolved, threads=shared.threads)
    slots = asyncio.Semaphore(shared.jobs)
    confined = Sandbox(network=resolved.needs_network) if sandbox else None
    runner = open_runner(workers, shared.jobs, timeout_s, verbose, confined)

    async def read(path: Path) -> FileText:
        job = PageJob(PageSource(path), load or LoadOptions(), engine=resolved)
        async with slots:
            return await _read(job, runner, remark_damage)

    tasks = [asyncio.create_task(read(path)) for path in files]
    try:
        for task in tasks:
            yield await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        runner.close()


@dataclass(frozen=True, slots=True)
class FileText:
    """What was read of a file.

    Attributes:
        pages: The text of each page, or why there is none.
    """

    pages: tuple[str | OcrError, ...]

    @property
    def errors(self) -> tuple[OcrError, ...]:
        """Of the pages that failed."""
        return tuple(page for page in self.pages if isinstance(page, OcrError))

    def text(self, instead: str = "") -> str:
        """The texts of all pages, with `instead` in the place of those that failed."""
        return PAGE_BREAK.join(page if isinstance(page, str) else instead for page in self.pages)


async def _read(file: PageJob, run: Runner[PageJob], remark: RemarkDamage) -> FileText:
    """The text of all pages of the file that `file.source` names.

    Raises:
        EngineError: No page of any file could be read.
    """

    async def read(job: PageJob) -> str | OcrError:
        try:
            page = await run(read_page, job)
        except EngineError:
            raise
        except OcrError as error:
            return error
        except Exception as error:
            return unforeseen(job, error)
        if page.damage:
            damage[job.source] = page.damage, page.missing
        return page.text.text

    damage: dict[PageSource, tuple[str, float]] = {}
    try:
        sources = await asyncio.to_thread(contained, _sources, file)
    except UnforeseenError as error:
        return FileText((error,))
    jobs = [replace(file, source=source) for source in sources]
    pages = await asyncio.gather(*map(read, jobs))
    for source in sorted(damage):
        note, missing = damage[source]
        remark(f"{source}: {note}", missing)
    return FileText(tuple(pages))


def _sources(file: PageJob) -> list[PageSource]:
    return list(page_sources(file.source.path))


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
    language: Languages,
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

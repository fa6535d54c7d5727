"""Engines: what one is, which one reads, and how a page is given to it and its answer checked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, cast

from PIL import Image

from .characters import nfc, printable
from .engines.status import EngineStatus
from .errors import EngineError, LanguageError, OcrError, RecognitionError
from .languages import LANGUAGES, in_words
from .model import PageText
from .options import DEFAULT_ENGINE, EngineOptions, OcrOptions

ENTRY_POINT_GROUP = "pipeline.engines"
AUTO = DEFAULT_ENGINE
FIRST_CHOICE = "rapid"
BEST_SIDE_PX = 2000
SLACK_PX = 1.0
"""Boxes may stick out of the page by this much: engines round."""


class Engine(Protocol):
    """Reads pages. Plain and blocking: engine authors write no async code.

    Attributes:
        name: What users call it.
    """

    name: str

    def recognize(self, image: Image.Image, languages: tuple[str, ...]) -> PageText:
        """Reads one page.

        Args:
            image: Upright, square pixels, mode L or RGB; `image.info["dpi"]` where it is known.
            languages: Codes of what to read; empty for what it reads without being told.

        Returns:
            The page's text, in pixels of `image`.
        """
        ...


EngineFactory = Callable[[EngineOptions], Engine]
"""Makes an engine. May have attributes, as classes do: `languages` (codes that it reads),
`best_side_px` (longest side of an image at which it reads best), `default_languages` (what it
reads where none is named) and `status(options)`, which gives an `EngineStatus`."""

EngineChoice = str | Engine
"""A registered name, or an engine of one's own, which must bear calls from several threads."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who reads a run's pages.

    Attributes:
        engine: A registered name, or an engine.
        languages: What it is told to read.
        best_side_px: The longest side of an image at which it reads best.
        notes: What the user should know of the choice, a line each.
    """

    engine: EngineChoice
    languages: tuple[str, ...]
    best_side_px: int
    notes: tuple[str, ...] = ()


def parse_languages(value: str | None) -> tuple[str, ...]:
    """`eng+swe` as a tuple of codes; nothing as an empty one."""
    return tuple(code for code in (value or "").strip().split("+") if code)


@cache
def engine_factory(name: str) -> EngineFactory:
    """The class or function registered under `name`.

    Raises:
        EngineError: None is, or it cannot be imported.
    """
    found = _registered()
    if name not in found:
        known = ", ".join((AUTO, *found))
        raise EngineError(f"no engine is called {name}; there are: {known}")
    try:
        return cast(EngineFactory, found[name].load())
    except Exception as error:
        raise EngineError(
            f"engine {name} cannot be loaded ({printable(str(error))}); install it anew"
        ) from error


def engine_statuses(options: EngineOptions) -> list[EngineStatus]:
    """What each registered engine says of itself."""
    return [engine_status(name, options) for name in _registered()]


def engine_status(name: str, options: EngineOptions) -> EngineStatus:
    """What one engine says of itself; those that say nothing are taken to be there."""
    try:
        factory: Any = engine_factory(name)
    except EngineError as error:
        return EngineStatus(name, False, str(error))
    if hasattr(factory, "status"):
        return cast(EngineStatus, factory.status(options))
    version = getattr(_registered()[name].dist, "version", "")
    languages = tuple(sorted(getattr(factory, "languages", ())))
    return EngineStatus(name, True, version=version, languages=languages)


def choose_engine(engine: EngineChoice, options: OcrOptions) -> Chosen:
    """Settles who reads, before any work is done.

    `auto` is Aspose where it is installed and a licence is given, otherwise `rapid`; and
    `tesseract` where `rapid` cannot read a language and it can. An explicit engine is never
    replaced.

    Raises:
        EngineError: The engine is not there.
        LanguageError: It does not read a language; the message names engines that do.
    """
    languages = options.languages
    notes: list[str] = []
    if engine == AUTO:
        engine, note = _automatic(options)
        notes += note
    if not isinstance(engine, str):
        _check_languages(engine.name, getattr(engine, "languages", ()), options)
        return Chosen(engine, languages, getattr(engine, "best_side_px", BEST_SIDE_PX))
    status = engine_status(engine, options.engine)
    factory = engine_factory(engine)
    if not status.available:
        remedy = f": {status.remedy}" if status.remedy else ""
        raise EngineError(f"engine {engine}: {status.reason}{remedy}")
    default: tuple[str, ...] = getattr(factory, "default_languages", ())
    if default and not languages:
        languages = default
        notes.append(f"engine {engine} reads {in_words(default)}; name others with -l")
    _check_languages(engine, status.languages, replace(options, languages=languages))
    if status.warning:
        notes.append(status.warning)
    side = getattr(factory, "best_side_px", BEST_SIDE_PX)
    return Chosen(engine, languages, side, tuple(notes))


def _automatic(options: OcrOptions) -> tuple[str, list[str]]:
    aspose = engine_status("aspose", options.engine)
    if aspose.version and not aspose.warning:  # installed, and a licence was given
        return "aspose", []
    unread = _unread(engine_status(FIRST_CHOICE, options.engine).languages, options.languages)
    if not unread:
        return FIRST_CHOICE, []
    tesseract = engine_status("tesseract", options.engine)
    if tesseract.available and not _unread(tesseract.languages, options.languages):
        return "tesseract", [
            f"engine {FIRST_CHOICE} does not read {in_words(unread)}: tesseract does it"
        ]
    return FIRST_CHOICE, []


def _unread(readable: tuple[str, ...], asked: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code for code in asked if code not in readable)


def _check_languages(name: str, readable: Any, options: OcrOptions) -> None:
    unread = _unread(tuple(readable), options.languages)
    if not unread:
        return
    if unread[0] not in LANGUAGES:
        raise LanguageError(
            f"no language has the code {unread[0]!r}: they are ISO 639-2/3 as Tesseract writes"
            " them (eng, deu, chi_sim), joined by +; `searchable-pdf engines` lists them"
        )
    able = [
        status.name
        for status in engine_statuses(options.engine)
        if status.available
        and status.name not in (name, "none")
        and not _unread(status.languages, options.languages)
    ]
    if able:
        remedy = "; ".join(f"--engine {each} does" for each in able)
    else:
        from .engines.tesseract import how_to_get

        remedy = f"Tesseract can, once its data is there: {how_to_get(unread)}"
    raise LanguageError(f"engine {name} does not read {in_words(unread)}; {remedy}")


@cache
def _registered() -> dict[str, EntryPoint]:
    """The entry points by name, ours first."""
    found = {entry.name: entry for entry in entry_points(group=ENTRY_POINT_GROUP)}
    ours = [name for name in ("rapid", "tesseract", "aspose", "none") if name in found]
    return {name: found[name] for name in (*ours, *sorted(set(found) - set(ours)))}


class _Pool:
    """Warm engines that are not in use, by name and options."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[tuple[str, EngineOptions], list[Engine]] = {}

    @contextmanager
    def lend(self, name: str, options: EngineOptions) -> Iterator[Engine]:
        with self._lock:
            idle = self._idle.setdefault((name, options), [])
            engine = idle.pop() if idle else None
        if engine is None:
            factory = engine_factory(name)
            try:
                engine = factory(options)
            except OcrError:
                raise
            except Exception as error:
                reason = printable(str(error))
                raise EngineError(f"engine {name} does not start: {reason}") from error
        yield engine  # one that failed on a page is not kept
        with self._lock:
            idle.append(engine)


_pool = _Pool()


def recognize(
    image: Image.Image,
    languages: tuple[str, ...] | str = (),
    engine: EngineChoice = DEFAULT_ENGINE,
    options: EngineOptions | None = None,
) -> PageText:
    """Reads one image; blocking. Engines stay loaded for the next call.

    Args:
        image: Upright, square pixels, as `downscale` gives it.
        languages: Codes, as a tuple or as `eng+swe`.
        engine: A registered name, `auto`, or an engine.
        options: What the engine must know.

    Raises:
        EngineError: The engine is not there or does not start.
        RecognitionError: It failed on this image, or what it gave cannot be true.
    """
    options = options or EngineOptions()
    codes = parse_languages(languages) if isinstance(languages, str) else languages
    if engine == AUTO:
        engine = choose_engine(engine, OcrOptions(codes, engine=options)).engine
    if isinstance(engine, str):
        with _pool.lend(engine, options) as warm:
            return _recognize(warm, image, codes)
    return _recognize(engine, image, codes)


def _recognize(engine: Engine, image: Image.Image, languages: tuple[str, ...]) -> PageText:
    try:
        page = engine.recognize(image, languages)
    except OcrError:
        raise
    except Exception as error:
        reason = printable(str(error).strip()) or type(error).__name__
        raise RecognitionError(f"engine {engine.name} failed: {reason}") from error
    fault = find_fault(page)
    if fault:
        raise RecognitionError(f"engine {engine.name} is faulty: {fault}; report it to its authors")
    return page


def find_fault(page: object) -> str:
    """What is wrong with an engine's answer; empty where nothing is."""
    if not isinstance(page, PageText):
        return f"it gave {type(page).__name__}, not PageText"
    if page.width_px < 1 or page.height_px < 1:
        return f"its page is {page.width_px} x {page.height_px} pixels large"
    for line in page.lines:
        if not line.height > 0:
            return f"the line {line.text!r} is {line.height} pixels high"
        for word in line.words:
            box = word.box
            if not (
                -SLACK_PX <= box.left <= box.right <= page.width_px + SLACK_PX
                and -SLACK_PX <= box.top <= box.bottom <= page.height_px + SLACK_PX
            ):
                return f"the box of {word.text!r} is not within the page: {box}"
            if word.text != nfc(word.text):
                return f"{word.text!r} is not in Unicode form NFC"
            if word.confidence is not None and not 0 <= word.confidence <= 1:
                return f"the confidence of {word.text!r} is {word.confidence}, not 0 to 1"
    return ""

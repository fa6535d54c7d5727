"""Engines: what one is, how it is found by name, and how a page is given to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol, cast

from PIL import Image

from .errors import EngineError, LanguageError, OcrError, RecognitionError
from .model import PageText
from .options import DEFAULT_ENGINE

ENTRY_POINT_GROUP = "pipeline.engines"


class Engine(Protocol):
    """Reads pages. Plain and blocking: engine authors write no async code.

    Attributes:
        name: What users call it.
        languages: ISO 639-2/3 codes (as Tesseract uses them) of what it reads.
        best_side_px: The longest side of an image at which it reads best.
    """

    name: str
    languages: Collection[str]
    best_side_px: int

    def recognize(self, image: Image.Image, languages: tuple[str, ...]) -> PageText:
        """Reads one page.

        Args:
            image: Upright, square pixels, mode L or RGB.
            languages: What to read; empty for what it reads without being told.

        Returns:
            The page's text, in pixels of `image`.
        """
        ...


EngineFactory = Callable[..., Engine]
"""Makes an engine; called as `factory(threads=n)`, n being the threads one page may use."""

EngineChoice = str | Engine
"""A registered name, or an engine of one's own, which must bear calls from several threads."""


@cache
def engine_factory(name: str) -> EngineFactory:
    """The class or function registered under `name`.

    Raises:
        EngineError: None is, or it cannot be imported.
    """
    found = entry_points(group=ENTRY_POINT_GROUP)
    for entry in found:
        if entry.name == name:
            try:
                return cast(EngineFactory, entry.load())
            except Exception as error:
                raise EngineError(
                    f"engine {name} cannot be loaded ({error}); install searchable-pdf anew"
                ) from error
    known = ", ".join(sorted(entry.name for entry in found)) or "none"
    raise EngineError(f"no engine is called {name}; installed: {known}")


def parse_languages(value: str | None) -> tuple[str, ...]:
    """`eng+swe` as a tuple of codes; nothing as an empty one."""
    return tuple(code for code in (value or "").strip().split("+") if code)


def check_engine(engine: EngineChoice, languages: tuple[str, ...]) -> int:
    """Makes sure that the engine is there and reads `languages`, before any work is done.

    Returns:
        The longest side of an image at which it reads best, in pixels.

    Raises:
        EngineError: It is not there.
        LanguageError: It does not read one of the languages.
    """
    maker = engine_factory(engine) if isinstance(engine, str) else engine
    readable = cast(Collection[str], getattr(maker, "languages", ()))
    name = getattr(maker, "name", engine)
    for code in languages:
        if code not in readable:
            raise LanguageError(
                f"engine {name} does not read language {code!r}; it reads"
                f" {', '.join(sorted(readable)) or 'none by name'}"
            )
    return cast(int, getattr(maker, "best_side_px", 2000))


class _Pool:
    """Warm engines that are not in use, by name and threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[tuple[str, int], list[Engine]] = {}

    @contextmanager
    def lend(self, name: str, threads: int) -> Iterator[Engine]:
        with self._lock:
            idle = self._idle.setdefault((name, threads), [])
            engine = idle.pop() if idle else None
        if engine is None:
            factory = engine_factory(name)
            try:
                engine = factory(threads=threads)
            except OcrError:
                raise
            except Exception as error:
                raise EngineError(f"engine {name} does not start: {error}") from error
        yield engine  # one that failed on a page is not kept
        with self._lock:
            idle.append(engine)


_pool = _Pool()


def recognize(
    image: Image.Image,
    languages: tuple[str, ...] | str = (),
    engine: EngineChoice = DEFAULT_ENGINE,
    *,
    threads: int = 1,
) -> PageText:
    """Reads one image; blocking. Engines stay loaded for the next call.

    Args:
        image: Upright, square pixels, as `downscale` gives it.
        languages: Codes, as a tuple or as `eng+swe`.
        engine: A registered name, or an engine.
        threads: Threads that this page may use.

    Raises:
        EngineError: The engine is not there or does not start.
        RecognitionError: It failed on this image.
    """
    codes = parse_languages(languages) if isinstance(languages, str) else languages
    if isinstance(engine, str):
        with _pool.lend(engine, threads) as warm:
            return _recognize(warm, image, codes)
    return _recognize(engine, image, codes)


def _recognize(engine: Engine, image: Image.Image, languages: tuple[str, ...]) -> PageText:
    try:
        return engine.recognize(image, languages)
    except OcrError:
        raise
    except Exception as error:
        reason = str(error).strip() or type(error).__name__
        raise RecognitionError(f"engine {engine.name} failed: {reason}") from error

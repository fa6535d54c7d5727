"""A page is given to an engine, and its answer is checked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from ..model.characters import printable
from ..model.errors import EngineError, OcrError, RecognitionError
from ..model.languages import parse_languages
from ..model.options import DEFAULT_ENGINE, EngineOptions, OcrOptions
from ..model.text import PageText
from .engine import Engine, EngineChoice
from .registry import AUTO, choose_engine, engine_factory


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
    wrong_kind = f"it gave {type(page).__name__}, not PageText"
    fault = page.fault if isinstance(page, PageText) else wrong_kind
    if fault:
        raise RecognitionError(f"engine {engine.name} is faulty: {fault}; report it to its authors")
    return page

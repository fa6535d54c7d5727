"""A page is given to an engine, and what the engine answers is checked."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PIL import Image

from ..model.characters import reason_of
from ..model.errors import (
    EngineError,
    MachineError,
    OcrError,
    RecognitionError,
    is_interrupt,
    is_shortage,
)
from ..model.languages import Languages, parse_languages
from ..model.options import DEFAULT_ENGINE, EngineOptions, OcrOptions
from ..model.text import PageText
from .engine import Engine, EngineChoice
from .registry import AUTO, ResolvedEngine, choose_engine, engine_plugin, options_of_class
from .surroundings import same_surroundings


class _IdleEngines:
    """Started engines that no thread uses at present, by what they were started with."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._starting = threading.Lock()
        self._idle: dict[tuple[str, EngineOptions, int], list[Engine]] = {}

    @contextmanager
    def lend(self, name: str, options: EngineOptions, threads: int) -> Iterator[Engine]:
        """An engine for one thread, for the length of the block.

        Raises:
            EngineError: It does not start.
        """
        with self._lock:
            idle = self._idle.setdefault((name, options, threads), [])
            engine = idle.pop() if idle else None
        if engine is None:
            plugin = engine_plugin(name)
            try:
                # One after the other: two threads that build a model at once stop each other for
                # good in OpenVINO, where one has Python's lock and the other has the model's.
                with self._starting:
                    engine = plugin(options, threads)
            except OcrError:
                raise
            except BaseException as error:
                if is_interrupt(error):
                    raise
                raise EngineError(f"engine {name} does not start: {reason_of(error)}") from error
        yield engine  # one that failed on a page does not come back
        with self._lock:
            idle.append(engine)


_idle_engines = _IdleEngines()


def recognize(
    image: Image.Image,
    languages: Languages = (),
    engine: EngineChoice = DEFAULT_ENGINE,
    options: EngineOptions | Sequence[EngineOptions] = (),
) -> PageText:
    """Recognizes one image; blocking. Engines stay loaded for the next call.

    Args:
        image: Upright, square pixels, as `downscale` gives it.
        languages: Codes, as a tuple or as `eng+swe`.
        engine: A registered name, `auto`, or an engine.
        options: Options of the engine; or of several, of which it takes its own.

    Raises:
        EngineError: The engine cannot be used here.
        RecognitionError: It failed on this image, or its answer cannot be true.
    """
    codes = parse_languages(languages)
    engines = (options,) if isinstance(options, EngineOptions) else tuple(options)
    if engine == AUTO:
        return recognize_with(choose_engine(engine, OcrOptions(codes, engines=engines)), image)
    if not isinstance(engine, str):
        return _checked(engine, image, codes)
    own_options = options_of_class(engine_plugin(engine).options_class, engines)
    with _idle_engines.lend(engine, own_options, threads=1) as started:
        return _checked(started, image, codes)


def recognize_with(resolved: ResolvedEngine, image: Image.Image) -> PageText:
    """Recognizes one image with the engine of a run. See `recognize`."""
    if not isinstance(resolved.engine, str):
        return _checked(resolved.engine, image, resolved.languages)
    with _idle_engines.lend(resolved.engine, resolved.options, resolved.threads) as started:
        return _checked(started, image, resolved.languages)


def start_engine(resolved: ResolvedEngine) -> None:
    """Starts the engine of a run, if it is one that is started; it is kept for the next page.

    Raises:
        EngineError: It does not start.
    """
    if isinstance(resolved.engine, str):
        with _idle_engines.lend(resolved.engine, resolved.options, resolved.threads):
            pass


def _checked(engine: Engine, image: Image.Image, languages: tuple[str, ...]) -> PageText:
    """What the engine recognizes.

    Raises:
        RecognitionError: It failed, or its answer cannot be true.
    """
    try:
        with same_surroundings():
            page = engine.recognize(image, languages)
    except OcrError:
        raise
    except BaseException as error:  # engines raise SystemExit and the panics of their libraries
        if is_interrupt(error):
            raise
        kind, remedy = RecognitionError, ""
        if is_shortage(error):
            kind, remedy = MachineError, "; free memory and disk space, or try -j 1 or --max-side"
        raise kind(f"engine {engine.name} failed: {reason_of(error)}{remedy}") from error
    fault = f"it gave {type(page).__name__}, not PageText"
    if isinstance(page, PageText):
        try:
            fault = page.fault
        except Exception as error:  # its parts are not what they should be
            fault = f"its text cannot be looked at ({reason_of(error)})"
    if fault:
        raise RecognitionError(f"engine {engine.name} is faulty: {fault}; report it to its authors")
    return page

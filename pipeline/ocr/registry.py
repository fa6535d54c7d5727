"""Which engine reads: those that are registered, what they say of themselves, and the choice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from typing import Any, cast

from ..model.characters import printable
from ..model.errors import EngineError, LanguageError
from ..model.languages import LANGUAGES, in_words
from ..model.options import DEFAULT_ENGINE, EngineOptions, OcrOptions
from .engine import EngineChoice, EngineFactory, EngineStatus

ENTRY_POINT_GROUP = "pipeline.engines"
AUTO = DEFAULT_ENGINE
FIRST_CHOICE = "rapid"
BEST_SIDE_PX = 2000
MEMORY_MB = 500
OURS = "searchable-pdf"
BROUGHT_BY = {
    "rapid": ("rapidocr", "openvino"),
    "tesseract": ("tesserocr",),
    "aspose": ("aspose-ocr-python-java",),
}
"""The distributions on which our engines stand."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who reads a run's pages.

    Attributes:
        engine: A registered name, or an engine.
        languages: What it is told to read.
        best_side_px: The longest side of an image at which it reads best.
        notes: What the user should know of the choice, a line each.
        memory_mb: What one worker needs.
        version: Of the engine, as it says.
        identity: The engine, its version and its data: what it reads depends on nothing else
            of it. Empty where that cannot be told.
        reads: Whether it looks at the pages at all.
    """

    engine: EngineChoice
    languages: tuple[str, ...]
    best_side_px: int
    notes: tuple[str, ...] = ()
    memory_mb: float = MEMORY_MB
    version: str = ""
    identity: str = ""
    reads: bool = True

    @property
    def name(self) -> str:
        """What users call the engine."""
        return self.engine if isinstance(self.engine, str) else self.engine.name


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
    data = factory.data(options.engine, languages) if hasattr(factory, "data") else ""
    identity = " ".join((engine, status.version, status.licence, _distribution(engine), data))
    reads = engine != "none"
    return Chosen(
        engine,
        languages,
        getattr(factory, "best_side_px", BEST_SIDE_PX),
        tuple(notes),
        getattr(factory, "memory_mb", MEMORY_MB),
        status.version,
        identity if reads else "",  # nothing is read: nothing need be known again
        reads,
    )


def how_to_install(engine: str) -> str:
    """The command that installs an engine on another machine as it is here."""
    names = BROUGHT_BY.get(engine, (_distribution(engine).partition(" ")[0] or OURS,))
    pinned = []
    for name in names:
        with suppress(PackageNotFoundError):
            pinned.append(f"'{name}=={version(name)}'")
    return f"pip install {' '.join(pinned)}"


def _distribution(engine: str) -> str:
    """The distribution that brings an engine from elsewhere, and its version."""
    distribution = _registered()[engine].dist
    if distribution is None or distribution.name == OURS:
        return ""
    return f"{distribution.name} {distribution.version}"


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

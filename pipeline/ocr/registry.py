"""Which engines are registered, and which one of them recognizes the pages of a run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from typing import TypeVar

from ..model.characters import reason_of
from ..model.errors import (
    EngineError,
    LanguageError,
    SearchablePdfError,
    is_interrupt,
)
from ..model.languages import check_known, in_words
from ..model.options import DEFAULT_ENGINE, EngineOptions, OcrOptions
from .engine import EngineChoice, EnginePlugin, EngineStatus, describe
from .install import install_elsewhere

Options = TypeVar("Options", bound=EngineOptions)

ENTRY_POINT_GROUP = "pipeline.engines"
AUTO = DEFAULT_ENGINE
AUTO_ENGINE = "rapid"
"""What `auto` stands for, unless another engine is better for this run (`choose_engine`)."""
OUR_DISTRIBUTION = "searchable-pdf"
OUR_ENGINES = f"{__package__}.engines."


@dataclass(frozen=True, slots=True)
class ResolvedEngine:
    """The engine of a run, with all that was settled about it before the first page.

    Workers get it with each page, and have nothing more to decide: it is small, and picklable where
    `engine` is a name.

    Attributes:
        engine: A registered name, never `auto`; or an engine.
        options: What it is started with.
        languages: What it is told to read.
        max_side_px: Longest side of the images that it is given.
        threads: How many threads it may use for one page.
        reads_pages: Whether it looks at the pages at all.
        memory_mb: What one worker process takes, in millions of bytes.
        needs_network: Whether it asks a service for what it reads.
        notes: What the user should know of the choice, a line each.
        version: Of the engine, as it says.
        identity: The engine, its version, license and data: what it reads depends on nothing else
            of it. Empty where that cannot be told.
    """

    engine: EngineChoice
    options: EngineOptions
    languages: tuple[str, ...]
    max_side_px: int
    threads: int = 1
    reads_pages: bool = True
    memory_mb: float = EnginePlugin.memory_mb
    needs_network: bool = False
    notes: tuple[str, ...] = ()
    version: str = ""
    identity: str = ""

    @property
    def name(self) -> str:
        """What users call the engine."""
        return self.engine if isinstance(self.engine, str) else self.engine.name


@cache
def engine_plugin(name: str) -> EnginePlugin:
    """What the engine registered under `name` tells of itself.

    Raises:
        EngineError: There is none, or it cannot be imported.
    """
    entries = _entry_points()
    if name not in entries:
        raise EngineError(
            f"no engine is called {name}; there are: {', '.join((AUTO, *engine_names()))}"
        )
    entry = entries[name]
    try:
        return describe(name, entry.load(), lambda: getattr(entry.dist, "version", ""))
    except BaseException as error:
        if is_interrupt(error):
            raise
        raise EngineError(
            f"engine {name} cannot be loaded ({reason_of(error)}); install it anew"
        ) from error


def engine_plugins() -> tuple[EnginePlugin, ...]:
    """All registered engines that can be imported; ours first, in the order `auto` takes them."""
    plugins, entries = [], _entry_points()
    for name in entries:
        with suppress(EngineError):
            plugins.append(engine_plugin(name))
    return tuple(
        sorted(
            plugins,
            key=lambda plugin: (
                not entries[plugin.name].module.startswith(OUR_ENGINES),
                plugin.name != AUTO_ENGINE,
                not plugin.auto_fallback,
                not plugin.reads_pages,
                plugin.name,
            ),
        )
    )


def engine_names() -> tuple[str, ...]:
    """The names of all registered engines; an engine that cannot be imported comes last."""
    names = [plugin.name for plugin in engine_plugins()]
    return (*names, *sorted(set(_entry_points()) - set(names)))


def engine_statuses(options: Sequence[EngineOptions] = ()) -> list[EngineStatus]:
    """What each registered engine says of itself.

    Args:
        options: Options of engines; each takes the one of its class.
    """
    return [engine_status(name, options) for name in engine_names()]


def engine_status(name: str, options: Sequence[EngineOptions] = ()) -> EngineStatus:
    """What one engine says of itself. See `engine_statuses`."""
    try:
        plugin = engine_plugin(name)
    except EngineError as error:
        return EngineStatus(name, False, str(error))
    own_options = options_of_class(plugin.options_class, options)
    try:
        with _answering(name):
            return plugin.status(own_options)
    except EngineError as error:
        return EngineStatus(name, False, str(error))


def options_of_class(options_class: type[Options], options: Sequence[EngineOptions]) -> Options:
    """Of several engines' options those of one class; its defaults where there are none."""
    for engine_options in options:
        if type(engine_options) is options_class:
            return engine_options
    return options_class()


def choose_engine(engine: EngineChoice, options: OcrOptions) -> ResolvedEngine:
    """Settles who recognizes the pages of a run, before any work is done.

    `auto` is an engine that asks to be first (`EnginePlugin.auto_first`), otherwise the default
    engine; and where that does not read a language, an engine that takes over (`auto_fallback`). An
    engine that is named is never replaced by another.

    Args:
        engine: `auto`, a registered name, or an engine.
        options: Languages, size, and options of engines.

    Raises:
        EngineError: The engine cannot be used here.
        LanguageError: It does not read a language; the message names engines that do.
    """
    if not isinstance(engine, str):
        plugin = describe(engine.name, engine)
        _check_languages(engine.name, plugin.languages, options)
        return ResolvedEngine(
            engine,
            EngineOptions(),
            options.languages,
            options.max_side_px or plugin.best_side_px,
            reads_pages=plugin.reads_pages,
            memory_mb=plugin.memory_mb,
            needs_network=plugin.needs_network,
        )
    name, notes = _automatic(options) if engine == AUTO else (engine, [])
    plugin = engine_plugin(name)
    own_options = options_of_class(plugin.options_class, options.engines)
    with _answering(name):
        status = plugin.status(own_options)
    if not status.available:
        remedy = f": {status.remedy}" if status.remedy else ""
        raise EngineError(f"engine {name}: {status.reason}{remedy}")
    languages = options.languages
    if plugin.default_languages and not languages:
        languages = plugin.default_languages
        notes.append(f"engine {name} reads {in_words(languages)}; name others with -l")
    _check_languages(name, status.languages, replace(options, languages=languages))
    if status.warning:
        notes.append(status.warning)
    with _answering(name):
        data = plugin.data(own_options, languages)
    identity = " ".join((name, status.version, status.license, _distribution(name), data))
    return ResolvedEngine(
        name,
        own_options,
        languages,
        options.max_side_px or plugin.best_side_px,
        reads_pages=plugin.reads_pages,
        memory_mb=plugin.memory_mb,
        needs_network=plugin.needs_network,
        notes=tuple(notes),
        version=status.version,
        # What is not read need not be known again.
        identity=identity if plugin.reads_pages else "",
    )


def how_to_install(name: str) -> str:
    """The command that installs an engine on another machine as it is here."""
    brings_it = _distribution(name).partition(" ")[0]
    pinned = []
    for distribution in engine_plugin(name).distributions or (brings_it,):
        with suppress(PackageNotFoundError, ValueError):  # of an empty name: ours brings it
            pinned.append(f"'{distribution}=={version(distribution)}'")
    return f"pip install {' '.join(pinned)}" if pinned else install_elsewhere()


@contextmanager
def _answering(name: str) -> Iterator[None]:
    """Turns whatever an engine raises when it is asked about itself into an `EngineError`."""
    try:
        yield
    except SearchablePdfError:
        raise
    except BaseException as error:
        if is_interrupt(error):
            raise
        reason = reason_of(error)
        raise EngineError(
            f"engine {name} cannot be used: it fails when it is asked about itself ({reason});"
            " report it to its authors"
        ) from error


def _automatic(options: OcrOptions) -> tuple[str, list[str]]:
    """The engine that `auto` stands for, and notes on it."""
    plugins = engine_plugins()
    for plugin in plugins:
        if plugin.auto_first(options_of_class(plugin.options_class, options.engines)):
            return plugin.name, []
    default = engine_status(AUTO_ENGINE, options.engines)
    unread = _unread(default.languages, options.languages)
    if unread:
        for plugin in plugins:
            if plugin.auto_fallback and _reads(plugin.name, options):
                note = f"engine {AUTO_ENGINE} does not read {in_words(unread)}"
                return plugin.name, [f"{note}: {plugin.name} does it"]
    return AUTO_ENGINE, []


def _reads(name: str, options: OcrOptions) -> bool:
    """Whether an engine can be used here, and reads all languages."""
    status = engine_status(name, options.engines)
    return status.available and not _unread(status.languages, options.languages)


def _unread(readable: Collection[str], languages: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code for code in languages if code not in readable)


def _check_languages(name: str, readable: Collection[str], options: OcrOptions) -> None:
    """Sees that an engine reads all languages.

    Raises:
        LanguageError: It does not; with what the user can do about it.
    """
    unread = _unread(readable, options.languages)
    if not unread:
        return
    check_known(unread, options.languages, readable)
    readers = [plugin for plugin in engine_plugins() if plugin.reads_pages]
    able = [other.name for other in readers if other.name != name and _reads(other.name, options)]
    remedies = [f"--engine {other} does" for other in able] or [
        remedy for other in readers if (remedy := other.language_remedy(unread))
    ]
    raise LanguageError("; ".join((f"engine {name} does not read {in_words(unread)}", *remedies)))


def _distribution(name: str) -> str:
    """Name and version of the distribution that brings an engine; empty for ours."""
    distribution = _entry_points()[name].dist
    if distribution is None or distribution.name == OUR_DISTRIBUTION:
        return ""
    return f"{distribution.name} {distribution.version}"


@cache
def _entry_points() -> dict[str, EntryPoint]:
    """By the engine's name."""
    return {entry.name: entry for entry in entry_points(group=ENTRY_POINT_GROUP)}

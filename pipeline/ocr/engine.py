"""What an engine is: the whole contract, for authors of engines and for this program.

An engine is a class with a name and a blocking `recognize` (`Engine`). It is registered as an entry
point of the group `pipeline.engines`; the engines of this project come in by the same door. What
else an engine can tell of itself is optional and has a default (`EnginePlugin`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from ..model.options import EngineOptions
from ..model.text import PageText

if TYPE_CHECKING:  # engines are listed by commands that open no image
    import click
    from PIL import Image


class Engine(Protocol):
    """Recognizes pages. Plain and blocking: authors of engines write no async code.

    An instance made by this program serves one thread at a time, and is kept for the next page. An
    object that a user passes as `engine=` is called from several threads at once.

    Attributes:
        name: What users call it.
    """

    name: str

    def recognize(self, image: Image.Image, languages: tuple[str, ...]) -> PageText:
        """Recognizes one page.

        Args:
            image: Square pixels, mode L or RGB; `image.info["dpi"]` where it is known. It is
                upright if the scan's file says so correctly.
            languages: Codes of the languages to read; empty for what the engine reads without
                being told.

        Returns:
            The page's text, in pixels of `image`: boxes within it, text in Unicode form NFC,
            confidences from 0 to 1 or None.

        Raises:
            RecognitionError: It cannot read this page. Any other exception fails the page, too.
        """
        ...


class EnginePlugin(Protocol):
    """What an entry point names: a class of engines, or anything that is called like one.

    Only the call, and the two members of `Engine`, must be there. Every other member may be left
    out: then the value, or the method, that stands here is taken. Methods are called on the class,
    so they are static or class methods. No instance is made to ask them: they must be quick, and
    the module that holds the class should import what takes time when it is needed.
    """

    def __call__(self, options: Any, threads: int) -> Engine:
        """Starts an engine.

        Args:
            options: An instance of `options_class`.
            threads: How many threads it may use for one page.

        Raises:
            EngineError: It cannot start here; the message says what to do about it.
        """
        ...

    name: str = ""
    """What users call it. The name of the entry point counts."""
    options_class: type[EngineOptions] = EngineOptions
    """What a user can choose of it: a frozen dataclass derived from `EngineOptions`."""
    languages: Collection[str] = ()
    """Codes of the languages that it reads: ISO 639-2/3 as Tesseract writes them."""
    default_languages: tuple[str, ...] = ()
    """What it reads where the user names no language; empty if it needs none named."""
    best_side_px: int = 2000
    """Longest side of an image at which it reads best; larger pages are given to it no larger. The
    default is 170 dpi for a page of A4, where letters of 8 points are 19 pixels high."""
    memory_mb: float = 500
    """What one worker process takes, in millions of bytes, with a page of A4 at 600 dpi in color:
    this decides how many there are where memory is short. For the engines of this project it was
    measured (peak PSS). The default is what the largest of those without a Java machine takes with
    A4 at 300 dpi (476 MB), rounded up."""
    reads_pages: bool = True
    """Whether it looks at the pages at all. If not, it is given blank images, and is not proposed
    to users who need a language read."""
    needs_network: bool = False
    """Whether it asks a service for what it reads: worker processes have no network otherwise."""
    auto_fallback: bool = False
    """Whether `auto` may take it where the default engine does not read a language."""
    distributions: tuple[str, ...] = ()
    """Names of the distributions it stands on, for the command that installs it elsewhere. Default:
    the one that brings it."""

    def click_options(self) -> Sequence[click.Option]:
        """Its options of the command, for the fields of `options_class`.

        The name of each is that of its field (`--blocks-sign` for `blocks_sign`), and begins with
        the engine's, so that it is not the name of another option. An option that the user leaves
        out has the value None, and the field has its default.
        """
        return ()

    def status(self, options: Any) -> EngineStatus:
        """Whether it can be used here.

        Default: it can, in the version of the distribution that brings it; it reads `languages`.
        """
        return EngineStatus(self.name, True, languages=tuple(sorted(self.languages)))

    def data(self, options: Any, languages: tuple[str, ...]) -> str:
        """Names the data that it reads with, such as a hash of its models.

        Texts that were stored under other data are not used again.
        """
        return ""

    def auto_first(self, options: Any) -> bool:
        """Whether `auto` takes it before the default engine: it is here, and the user wants it."""
        return False

    def language_remedy(self, codes: tuple[str, ...]) -> str:
        """What the user does to have these languages read by it; empty where nothing helps."""
        return ""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """Whether an engine can be used here.

    Attributes:
        name: What users call it.
        available: Whether it can read a page now.
        reason: Why not.
        remedy: What to do about it: a command, if there is one.
        version: Of the engine itself.
        license: Its state, where the engine needs one.
        languages: Codes of what it reads here.
        warning: What a user of it must know, in one line.
    """

    name: str
    available: bool
    reason: str = ""
    remedy: str = ""
    version: str = ""
    license: str = ""
    languages: tuple[str, ...] = ()
    warning: str = ""


EngineChoice = str | Engine
"""How a user says which engine: `auto`, a registered name, or an object."""


def describe(name: str, engine: object, version: Callable[[], str] = str) -> EnginePlugin:
    """All that an engine tells of itself, with the defaults for what it leaves out.

    Args:
        name: What users call it.
        engine: What an entry point names; or an engine itself.
        version: Gives that of the distribution that brings it; called when it is needed, since
            it stands in a file.
    """
    return _Description(name, engine, version)


class _Description(EnginePlugin):
    """Inherits the defaults of `EnginePlugin`; what the engine has takes their place."""

    def __init__(self, name: str, engine: Any, version: Callable[[], str]) -> None:
        for member in vars(EnginePlugin):
            if not member.startswith("_") and hasattr(engine, member):
                setattr(self, member, getattr(engine, member))
        self.name = name
        self._factory = engine
        self._version = version

    def __call__(self, options: Any, threads: int) -> Engine:
        engine: Engine = self._factory(options, threads)
        return engine

    def status(self, options: Any) -> EngineStatus:
        return replace(super().status(options), version=self._version())

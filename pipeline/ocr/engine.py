"""What an engine is: the whole contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from ..model.options import EngineOptions
from ..model.text import PageText


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
`best_side_px` (longest side of an image at which it reads best), `memory_mb` (what one worker
needs), `default_languages` (what it reads where none is named), `status(options)`, which gives an
`EngineStatus`, and `data(options, languages)`, which names the data that it reads with."""

EngineChoice = str | Engine
"""A registered name, or an engine of one's own, which must bear calls from several threads."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """Whether an engine can be used here.

    Attributes:
        name: What users call it.
        available: Whether it can read a page now.
        reason: Why not.
        remedy: The command that mends it.
        version: Of the engine itself.
        licence: Its state, where the engine needs one.
        languages: Codes of what it reads here.
        warning: What a user of it must know, in one line.
    """

    name: str
    available: bool
    reason: str = ""
    remedy: str = ""
    version: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()
    warning: str = ""

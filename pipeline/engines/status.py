"""What an engine says of itself."""

from __future__ import annotations

from dataclasses import dataclass


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

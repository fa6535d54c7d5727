"""Paths as users give them: one or several, as `str` or as `Path`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

PathLike = str | os.PathLike[str]
Paths = PathLike | Iterable[PathLike]
"""One path, or several. A `str` is one path, not a sequence of letters."""


def as_paths(paths: Paths) -> tuple[Path, ...]:
    """One path or several as a tuple."""
    if isinstance(paths, str | os.PathLike):
        return (Path(paths),)
    return tuple(Path(path) for path in paths)


def absolute(path: Path) -> Path:
    """An absolute path without dots, as people read it; the last link is not followed."""
    if ".." in path.parts:  # what is above a link is told by the disk alone
        return path.parent.resolve() / path.name if path.name != ".." else path.resolve()
    return path.absolute()


def hold_paths(value: Any) -> None:
    """Makes a `Path` of each `str` in the fields of a frozen dataclass that hold one.

    To be called in its `__post_init__`: so its attributes are what its annotations say, whatever
    a user has passed.
    """
    for part in fields(value):
        if "Path" in str(part.type):
            path = getattr(value, part.name)
            if isinstance(path, str):
                object.__setattr__(value, part.name, Path(path))

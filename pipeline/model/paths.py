"""Paths as users give them: one or several, as `str` or as `Path`; with slips of the pen."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from dataclasses import fields
from itertools import islice
from pathlib import Path
from typing import Any

from .characters import printable
from .errors import UsageError

PathLike = str | os.PathLike[str]
Paths = PathLike | Iterable[PathLike]
"""One path, or several. A `str` is one path, not a sequence of letters."""

MOST_NAMES = 5_000
"""Of a folder with more, only so many names are looked at: comparing takes some 10 us each."""
ALIKE = 0.75
"""How like it a name is that may have been meant (`difflib`): one letter of five may be another, or
missing; `page1` and `page12` are 0.91, `scans` and `pages` 0.6."""


def as_paths(paths: Paths) -> tuple[Path, ...]:
    """One path or several as a tuple.

    Raises:
        UsageError: One of them is empty.
    """
    if isinstance(paths, str | os.PathLike):
        return (as_path(paths),)
    return tuple(map(as_path, paths))


def as_path(path: PathLike) -> Path:
    """A path as a `Path`.

    Raises:
        UsageError: It is empty: `Path` takes that for the current folder.
    """
    if path == "":
        raise UsageError("a path is empty; give the path, or . for the current folder")
    return Path(path)


def missing_remedy(path: Path) -> str:
    """What to do about a path at which nothing is: another name may have been meant."""
    folder = path
    while folder != folder.parent:
        name, folder = folder.name, folder.parent
        try:
            names = [entry.name for entry in islice(folder.iterdir(), MOST_NAMES)]
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            break
        by_letters = {each.casefold(): each for each in names}
        alike = difflib.get_close_matches(name.casefold(), by_letters, 1, ALIKE)
        if alike:
            return f"did you mean {printable(str(folder / by_letters[alike[0]]))}?"
        break
    return "check the path"


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

"""Where a correction that is kept came from: its scan, and the file in which it was made."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from ..model.characters import printable
from ..model.page import PageSource
from .atomic import CANNOT_BE_THERE
from .content import FileState, content_hash
from .spool import is_in_spool


@dataclass(frozen=True, slots=True)
class CorrectionOrigin:
    """Where a correction came from.

    Attributes:
        scan: The file of the scan; None where that is not known, or the scan came from stdin.
        page: The page in it, from 1.
        content: Hash of its bytes; empty where that is not known.
        size: Of the scan, in bytes.
        changed_ns: When the scan was last written to then.
        text_file: The file in which a person has corrected it; None where that is not known.
    """

    scan: Path | None = None
    page: int = 1
    content: str = ""
    size: int = -1
    changed_ns: int = -1
    text_file: Path | None = None

    @classmethod
    def from_json(cls, data: object) -> Self:
        """The origin as its JSON says it; what makes no sense there counts as not known."""
        members = data if isinstance(data, dict) else {}

        def text(name: str) -> str:
            value = members.get(name)
            if not isinstance(value, str) or "\0" in value:
                return ""
            try:
                return os.fsdecode(os.fsencode(value))
            except ValueError:  # of no path
                return ""

        def number(name: str) -> int:
            value = members.get(name)
            return value if isinstance(value, int) and 0 <= value < 2**63 else -1

        return cls(
            Path(text("scan")) if text("scan") else None,
            number("page"),
            text("sha256"),
            number("size"),
            number("changed_ns"),
            Path(text("text_file")) if text("text_file") else None,
        )

    @classmethod
    def of(cls, content: str, source: PageSource, text_file: Path | None) -> Self:
        """The origin of a correction that is made now.

        Args:
            content: Hash of the scan's bytes.
            source: The page.
            text_file: The file with its text, if there is one.
        """
        text_file = text_file and text_file.absolute()
        if is_in_spool(source.path):  # a copy of stdin, which is gone after the run
            return cls(None, source.frame + 1, content, text_file=text_file)
        scan = source.path.absolute()
        state = FileState.of(scan)
        size, changed_ns = (state.size, state.changed_ns) if state is not None else (-1, -1)
        return cls(scan, source.frame + 1, content, size, changed_ns, text_file)

    def to_json(self) -> dict[str, Any]:
        """The members of its JSON."""
        return {
            "scan": str(self.scan or ""),
            "page": self.page,
            "sha256": self.content,
            "size": self.size,
            "changed_ns": self.changed_ns,
            "text_file": str(self.text_file or ""),
        }

    def what_became_of_scan(self) -> str:
        """Why no page of its scan could be met, in words; empty where it is there, or was stdin."""
        if self.scan is None:
            return "" if self.content else "it does not say of which scan it is"
        state = FileState.of(self.scan)
        if state is None:
            return f"the scan {printable(str(self.scan))} cannot be found any more"
        if (state.size, state.changed_ns) == (self.size, self.changed_ns):
            return ""
        with suppress(OSError):
            if content_hash(self.scan) == self.content:
                return ""
        return f"the scan {printable(str(self.scan))} is another one now"

    def moved_to(self, now: CorrectionOrigin) -> CorrectionOrigin:
        """The origin with the files where they are `now`, if they are gone from where they were."""
        moved = self
        if now.scan != self.scan and not (self.scan and _exists(self.scan)):
            moved = replace(now, text_file=self.text_file)
        if now.text_file and not (self.text_file and _exists(self.text_file)):
            moved = replace(moved, text_file=now.text_file)
        return moved


def _exists(path: Path) -> bool:
    """Whether something is at a path, be it that it cannot be looked at."""
    try:
        path.lstat()
    except OSError as error:
        return error.errno not in CANNOT_BE_THERE
    return True

"""The exit codes of the command, and which of several is given."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """What the command says to the shell; `meaning` is the line in its help.

    The usual numbers where there are such: 2 is what `click` and most commands give for wrong
    usage, 70 is `EX_SOFTWARE` of BSD's sysexits.h, and 128 plus the number of a signal is what
    shells give for a command that a signal ended (SIGINT 2, SIGTERM 15).
    """

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """A member with its line of help."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    DONE = 0, "all pages done"
    NO = 1, "the answer no of check: a page has no text"
    WRONG_USAGE = 2, "wrong usage"
    NO_SCANS = 3, "no scan found, or no PDF made or kept"
    NO_ENGINE = 4, "engine missing, or it does not read the language"
    NOT_WRITABLE = 5, "an output cannot be written, or the cluster is gone for good"
    CHECK_FAILED = 6, "a finished PDF failed its own check, and was not put in its place"
    PAGES_FAILED = 10, "finished, but some pages failed or are damaged (they are named)"
    FAULT = 70, "a fault of the program; run it again with -v and report it"
    INTERRUPTED = 130, "interrupted; what is done is kept, run again to go on"
    TERMINATED = 143, "terminated (SIGTERM); the same"

    @classmethod
    def gravest(cls, codes: Iterable[ExitCode]) -> ExitCode:
        """The one of several that is given, the first in `SEVERITY`; `DONE` for none."""
        return min(codes, key=SEVERITY.index, default=cls.DONE)


SEVERITY = (
    ExitCode.INTERRUPTED,
    ExitCode.TERMINATED,
    ExitCode.FAULT,
    ExitCode.NOT_WRITABLE,
    ExitCode.CHECK_FAILED,
    ExitCode.NO_ENGINE,
    ExitCode.WRONG_USAGE,
    ExitCode.NO_SCANS,
    ExitCode.PAGES_FAILED,
    ExitCode.NO,
    ExitCode.DONE,
)
"""From the gravest on: first what ended the run, then outputs that are missing, then what kept
scans from being read, and last what the outputs themselves tell."""

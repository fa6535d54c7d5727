"""Events: what a run tells those who watch it, through the `notify` function of `convert`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .exit_code import ExitCode
from .outcomes import PageDamage, PageFailure, PageOutcome, PageResult
from .page import Document, PageSource

Outcome = Literal["converted", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class RunPlanned:
    """The inputs were looked through; nothing was written yet.

    Attributes:
        documents: How many PDFs there will be.
        scans: How many files hold their pages; a TIFF of many pages counts for one, as it is not
            opened yet.
        passed_over: How many files in the folders are no images.
        kinds_passed_over: How many of each kind that is, by its name for one, such as `PDF`.
    """

    documents: int
    scans: int
    passed_over: int
    kinds_passed_over: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file in the folders is no image."""

    path: Path


@dataclass(frozen=True, slots=True)
class ScansGone:
    """The scans of a PDF are gone.

    Attributes:
        pdf: Which one.
        removed: Whether it was removed, too: only where `ConvertOptions.prune` asks for it.
        why: Why it stays, where that was asked for.
    """

    pdf: Path
    removed: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class EngineChosen:
    """The engine is known.

    Attributes:
        engine: Its name.
        version: Its version, as it tells it.
        languages: What it is told to read; empty for all that it reads without being told.
        jobs: How many pages are made at a time.
        notes: What a user should know, such as why this engine was taken.
    """

    engine: str
    version: str
    languages: tuple[str, ...]
    jobs: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a user should know at once, such as that the cluster is gone."""

    text: str


@dataclass(frozen=True, slots=True)
class PageStarted:
    """A page was handed to a worker."""

    source: PageSource


@dataclass(frozen=True, slots=True)
class PageDone:
    """A page is ready to be merged."""

    result: PageResult

    @property
    def source(self) -> PageSource:
        """Which page."""
        return self.result.source

    @property
    def words(self) -> int:
        """How many words were read."""
        return self.result.stats.words

    @property
    def notes(self) -> tuple[str, ...]:
        """What a careful person should know."""
        return self.result.notes

    @property
    def truncated(self) -> bool:
        """Whether the engine read only a part of it."""
        return self.result.stats.truncated


@dataclass(frozen=True, slots=True)
class PageFailed:
    """A page could not be read; its failure is in the document all the same."""

    failure: PageFailure


@dataclass(frozen=True, slots=True)
class DocumentDone:
    """A document came to its end.

    Attributes:
        document: Which one.
        outcome: `converted`, `skipped` (nothing to do) or `failed` (no PDF written).
        pages: Pages in the PDF; of a skipped document, if `ConvertOptions.details`.
        words: Words read; likewise.
        failures: Pages that could not be done; of a skipped document, those that failed when its
            PDF was made.
        damaged: Pages that are done and lack a part of their picture; of a skipped document, too.
        kept: No PDF was written, and the one of an earlier run is still in its place.
        outcomes: How each page ended, in order; of a skipped document, if `ConvertOptions.details`.
            Empty in a `Report`, whose memory would grow with the pages.
        bytes_in: Size of the scans; as `pages`.
        bytes_out: Size of the PDF; as `pages`.
        seconds: From the document's first page to its end.
        message: Why it was skipped or failed, or why it is larger than its scans.
        exit_code: What this document alone would make the command's exit code.
    """

    document: Document
    outcome: Outcome
    pages: int = 0
    words: int = 0
    failures: tuple[PageFailure, ...] = ()
    outcomes: tuple[PageOutcome, ...] = ()
    bytes_in: int = 0
    bytes_out: int = 0
    seconds: float = 0.0
    message: str = ""
    exit_code: ExitCode = ExitCode.DONE
    damaged: tuple[PageDamage, ...] = ()
    kept: bool = False

    @property
    def accepted(self) -> int:
        """How many of its pages failed or are damaged, and are accepted."""
        faulty: tuple[PageFailure | PageDamage, ...] = (*self.failures, *self.damaged)
        return sum(bool(page.accepted) for page in faulty)


Event = (
    RunPlanned
    | PassedOver
    | ScansGone
    | EngineChosen
    | Remark
    | PageStarted
    | PageDone
    | PageFailed
    | DocumentDone
)
Notify = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The default for `notify`: does nothing."""

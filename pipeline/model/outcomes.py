"""How a page ends: done, or failed with something that stands in for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .errors import ScanError
from .page import PageSource
from .text import PageText

Stage = Literal["load", "recognize", "render", "worker"]
"""What a page failed in: a stage of its own work, or `worker`, where whoever did that work was
stopped (time-out, crash) or failed in another way. PDFs and reports of earlier versions have
`load` and `recognize` for these, too."""
Origin = Literal["engine", "store", "file", ""]
Accepted = Literal["", "now", "before"]
"""Whether a user accepts that a page failed or is damaged (`ConvertOptions.accept_failed`): no, in
this run, or since an earlier one."""

NOT_READ = "This page could not be read."
"""How a page begins that stands in the place of a scan that cannot be shown."""
WORST_SHARE = 0.1
"""Of a page's words, for `worst_confidence`: a few words that are no words at all show in the worst
tenth of a page, and vanish in the mean of all."""


@dataclass(frozen=True, slots=True)
class RenderedStats:
    """A page as a PDF of one page, in a few numbers: what a reader of the PDF should see.

    Attributes:
        pdf_bytes: Size of that PDF.
        size_pt: Width and height of the page, in points.
        image_px: Width and height of its picture in pixels, as stored.
        image_filter: The picture's compression, as PDF names it (`DCTDecode`, ...).
        image_bytes: The picture's share of the PDF.
    """

    pdf_bytes: int = 0
    size_pt: tuple[float, float] = (0.0, 0.0)
    image_px: tuple[int, int] = (0, 0)
    image_filter: str = ""
    image_bytes: int = 0


@dataclass(frozen=True, slots=True)
class PageStats:
    """What can be said of a page in a few numbers.

    Attributes:
        words: Words on it.
        confidence: Mean of the confidences of its words, 0 to 1; None where the engine gives none.
        worst_confidence: The same of the worst tenth of its words (of one word at least).
        truncated: The engine read only a part of the page, and said so.
        rotation_deg: Clockwise turn that makes the page upright, as the engine found it.
        text_from: Where the text is from: the engine, the store, or a file that a person may have
            corrected; empty where there is none.
        load_s: Seconds for opening the scan and making the copy that is recognized.
        recognize_s: Seconds for recognizing it, or for finding a text that was kept.
        render_s: Seconds for making the page.
        rendered: The page as a PDF of one page.
    """

    words: int = 0
    confidence: float | None = None
    worst_confidence: float | None = None
    truncated: bool = False
    rotation_deg: int = 0
    text_from: Origin = ""
    load_s: float = 0.0
    recognize_s: float = 0.0
    render_s: float = 0.0
    rendered: RenderedStats = RenderedStats()


@dataclass(frozen=True, slots=True)
class PageResult:
    """A page that is done.

    Attributes:
        source: Which page.
        pdf: The page as a PDF of one page: its bytes, or the file that holds them.
        text: What was read; None where the page is in a file, as the texts of a long document
            are not held in memory.
        notes: What a careful person should know, in plain words, such as a guessed resolution.
        stats: The page in numbers.
        damage: What is missing of its picture, in words (also in `notes`); empty for nothing.
        missing: The share of the picture that is missing, 0 to 1.
        accepted: Whether the user accepts the damage.
    """

    source: PageSource
    pdf: bytes | Path
    text: PageText | None = None
    notes: tuple[str, ...] = ()
    stats: PageStats = field(default_factory=PageStats)
    damage: str = ""
    missing: float = 0.0
    accepted: Accepted = ""


@dataclass(frozen=True, slots=True)
class PageFailure:
    """A page that could not be done.

    A value and no exception: `asyncio.gather` goes on with the other pages.

    Attributes:
        source: Which page.
        stage: What it failed in.
        kind: Name of the error's class.
        message: What went wrong and what to do, in one line that names the page.
        pdf: What stands in for it: the scan without text, or a page that says what is missing;
            its bytes, or the file that holds them.
        stats: The page in numbers.
        missing: The share of the scan's picture that does not show in `pdf`: 1 for a page of words
            that stands in its place, 0 for the whole scan without text.
        accepted: Whether the user accepts it.
    """

    source: PageSource
    stage: Stage
    kind: str
    message: str
    pdf: bytes | Path = b""
    stats: PageStats = field(default_factory=PageStats)
    missing: float = 0.0
    accepted: Accepted = ""

    @property
    def is_placeholder(self) -> bool:
        """Whether nothing of the scan shows, but words in its place."""
        return self.missing >= 1

    @property
    def reason(self) -> str:
        """The message without the name of the page."""
        return self.message.removeprefix(f"{self.source}: ")

    @property
    def is_of_scan(self) -> bool:
        """Whether the scan cannot be decoded: the page fails again as long as it is the same."""
        return self.stage == "load" and self.kind == ScanError.__name__


PageOutcome = PageResult | PageFailure


@dataclass(frozen=True, slots=True)
class PageDamage:
    """A page in a PDF that lacks a part of its picture.

    Attributes:
        source: Which page.
        missing: The share that is missing, above 0 and below 1.
        accepted: Whether the user accepts it.
    """

    source: PageSource
    missing: float
    accepted: Accepted = ""

    @property
    def reason(self) -> str:
        """What is wrong, without the name of the page."""
        share = max(1, round(100 * self.missing))
        return f"{share} % of the picture is missing; scan the page again if you can"

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


def are_accepted(pages: Iterable[PageOutcome | PageDamage]) -> bool:
    """Whether every page that failed or is damaged is accepted."""
    faulty = (page for page in pages if isinstance(page, PageFailure) or page.missing)
    return all(page.accepted for page in faulty)


def confidences(text: PageText) -> tuple[float | None, float | None]:
    """Mean of the confidences of a page's words, and mean of the worst tenth of them."""
    known = sorted(
        word.confidence for line in text.lines for word in line.words if word.confidence is not None
    )
    if not known:
        return None, None
    worst = known[: max(1, round(len(known) * WORST_SHARE))]
    return round(sum(known) / len(known), 4), round(sum(worst) / len(worst), 4)

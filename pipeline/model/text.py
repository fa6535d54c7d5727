"""What was read on a page: words, lines, and the page's text as JSON.

Coordinates are pixels of the recognition copy of a page: origin top left, x to the right, y down,
after the scan's orientation is applied. The copy has square pixels, so one scale turns pixels into
points; points appear only in `render` and `pdf`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from typing import Any

from .characters import needs_space, nfc
from .geometry import Baseline, Box
from .version import PAGE_TEXT_VERSION

ROTATIONS_DEG = (0, 90, 180, 270)
"""Turns that make a page upright, clockwise."""

SLACK_PX = 1.0
"""Boxes may stick out of the page by this much: engines round."""

PAGE_BREAK = "\n\f"
"""Between the pages of a plain text: a form feed that begins the next page, as pdftotext writes."""


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without a space between them.

    Attributes:
        text: In logical order, normalised to NFC.
        box: The upright rectangle around the word, in pixels.
        confidence: 0 to 1, or None where the engine gives none.
    """

    text: str
    box: Box
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of print.

    Attributes:
        words: In logical (reading) order.
        baseline: From the left end of the print to its right end (as the characters stand),
            so that a tilted or turned line keeps its angle.
        height: Distance from the baseline to the top of the line's tallest letters, in pixels.
    """

    words: tuple[Word, ...]
    baseline: Baseline
    height: float

    @property
    def text(self) -> str:
        """The line's words, with a space where a reader would put one."""
        parts: list[str] = []
        for index, word in enumerate(self.words):
            if index and self._is_spaced(self.words[index - 1], word):
                parts.append(" ")
            parts.append(word.text)
        return "".join(parts)

    def _is_spaced(self, before: Word, after: Word) -> bool:
        if needs_space(before.text, after.text):
            return True
        one, other = (self.baseline.extent(word.box) for word in (before, after))
        gap = max(other[0] - one[1], one[0] - other[1])  # whichever comes first along the line
        return needs_space(before.text, after.text, gap / self.height if self.height > 0 else 0)


@dataclass(frozen=True, slots=True)
class PageText:
    """All that was read on a page.

    Attributes:
        width_px: Width of the recognition copy that the coordinates refer to.
        height_px: Height of it.
        lines: In reading order.
        rotation_deg: Clockwise turn that makes the page upright, as the engine found it
            (0 where it does not look): 0, 90, 180 or 270.
        engine: Name of the engine.
        truncated: The engine read only a part of the page, and said so.
    """

    width_px: int
    height_px: int
    lines: tuple[Line, ...] = ()
    rotation_deg: int = 0
    engine: str = ""
    truncated: bool = False

    @property
    def text(self) -> str:
        """The page's lines, one per row."""
        return "\n".join(line.text for line in self.lines)

    @property
    def word_count(self) -> int:
        """How many words were read."""
        return sum(len(line.words) for line in self.lines)

    @property
    def fault(self) -> str:
        """What in it cannot be true; empty where nothing is wrong."""
        if self.width_px < 1 or self.height_px < 1:
            return f"its page is {self.width_px} x {self.height_px} pixels large"
        if self.rotation_deg not in ROTATIONS_DEG:
            return f"its page is to be turned by {self.rotation_deg} degrees, not 0, 90, 180 or 270"
        for line in self.lines:
            if not (line.height > 0 and math.isfinite(line.height)):
                return f"the line {line.text!r} is {line.height} pixels high"
            if not all(map(math.isfinite, astuple(line.baseline))):
                return f"the line {line.text!r} stands nowhere: {line.baseline}"
            for word in line.words:
                box = word.box
                if not (
                    -SLACK_PX <= box.left <= box.right <= self.width_px + SLACK_PX
                    and -SLACK_PX <= box.top <= box.bottom <= self.height_px + SLACK_PX
                ):
                    return f"the box of {word.text!r} is not within the page: {box}"
                if word.text != nfc(word.text):
                    return f"{word.text!r} is not in Unicode form NFC"
                if word.confidence is not None and not 0 <= word.confidence <= 1:
                    return f"the confidence of {word.text!r} is {word.confidence}, not 0 to 1"
        return ""

    def to_json(self) -> str:
        """The page as JSON: the attributes by name, lines and words nested, and `version`."""
        return json.dumps({"version": PAGE_TEXT_VERSION, **asdict(self)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, data: str) -> PageText:
        """The page that `to_json` wrote, perhaps corrected by a person in between.

        Raises:
            ValueError: Not such a page, or of another version.
        """
        try:
            page = json.loads(data)
            if page["version"] != PAGE_TEXT_VERSION:
                raise ValueError(
                    f"page text of version {page['version']}, not {PAGE_TEXT_VERSION}; make it anew"
                )
            if page["rotation_deg"] not in ROTATIONS_DEG:
                raise ValueError(f"rotation_deg is {page['rotation_deg']!r}, no quarter turn")
            return cls(
                width_px=int(page["width_px"]),
                height_px=int(page["height_px"]),
                lines=tuple(_line(line) for line in page["lines"]),
                rotation_deg=int(page["rotation_deg"]),
                engine=str(page["engine"]),
                truncated=bool(page.get("truncated", False)),
            )
        except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
            raise ValueError(f"not a page text: {error!r}") from error


def _line(data: Mapping[str, Any]) -> Line:
    baseline = Baseline(**_numbers(data["baseline"]))
    return Line(tuple(map(_word, data["words"])), baseline, float(data["height"]))


def _word(data: Mapping[str, Any]) -> Word:
    confidence = data["confidence"]
    return Word(
        nfc(data["text"]),
        Box(**_numbers(data["box"])),
        None if confidence is None else float(confidence),
    )


def _numbers(data: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in data.items()}

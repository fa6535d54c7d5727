"""What was read on a page: words, lines, and the text of the page as JSON.

Coordinates are pixels of the copy of the page that was recognized: origin top left, x to the right,
y down, after the orientation of the scan is applied. The copy has square pixels, so that one scale
turns them into points (`render.place_lines`).
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
"""Boxes may stick out of the page by this much, as engines round to whole pixels."""

MAX_SIDE_PX = 2**31 - 1
"""PNG, the format with the largest pictures, holds no more."""

SHORT_LINE = 1000
"""Characters that any line may have, on however small a page."""

SHOWN = 200
"""Characters of a line in a message."""

PAGE_BREAK = "\n\f"
"""Between the pages of a plain text: the end of a line, and a form feed, as pdftotext writes it."""


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without a space between them.

    Attributes:
        text: In logical order, normalized to NFC.
        box: The upright rectangle around the word, in pixels.
        confidence: How sure the engine is, 0 to 1; None where it does not say.
    """

    text: str
    box: Box
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of print.

    Attributes:
        words: In logical (reading) order.
        baseline: From the left end of the print to its right end, as one holds the page to read
            the line, so that a tilted or turned line keeps its angle.
        height: Distance from the baseline to the top of the line's tallest letters, in pixels.
    """

    words: tuple[Word, ...]
    baseline: Baseline
    height: float

    @property
    def text(self) -> str:
        """The words of the line, with a space where one belongs (`needs_space`)."""
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
        width_px: Width of the copy of the page that the coordinates refer to.
        height_px: Height of that copy.
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
        """The lines of the page, each in a row of its own."""
        return "\n".join(line.text for line in self.lines)

    @property
    def word_count(self) -> int:
        """How many words were read."""
        return sum(len(line.words) for line in self.lines)

    @property
    def fault(self) -> str:
        """The first thing in it that cannot be true, in words; empty for none."""
        if not (1 <= self.width_px <= MAX_SIDE_PX and 1 <= self.height_px <= MAX_SIDE_PX):
            return f"its page is {self.width_px} x {self.height_px} pixels large"
        if self.rotation_deg not in ROTATIONS_DEG:
            return f"its page is to be turned by {self.rotation_deg} degrees, not 0, 90, 180 or 270"
        diagonal = math.hypot(self.width_px, self.height_px)
        for line in self.lines:
            length = sum(len(word.text) for word in line.words)
            if length > max(diagonal, SHORT_LINE):  # letters are a pixel wide, or wider
                return f"the line {_beginning(line)} has {length:,} characters"
            if not 0 < line.height <= diagonal:
                return f"the line {_beginning(line)} is {line.height} pixels high"
            base = line.baseline
            if not all(map(math.isfinite, astuple(base))):
                return f"the line {_beginning(line)} stands nowhere: {base}"
            if not (
                all(-diagonal <= x <= self.width_px + diagonal for x in (base.x0, base.x1))
                and all(-diagonal <= y <= self.height_px + diagonal for y in (base.y0, base.y1))
            ):
                return f"the line {_beginning(line)} stands outside of the page: {base}"
            for word in line.words:
                if any("\ud800" <= character <= "\udfff" for character in word.text):
                    return f"{word.text!r} cannot be written as UTF-8"
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
        """The page as JSON: an object with the attributes by name, nested alike, and `version`."""
        return json.dumps({"version": PAGE_TEXT_VERSION, **asdict(self)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, data: str) -> PageText:
        """The page that `to_json` wrote, which a person may have corrected since.

        Raises:
            ValueError: The JSON is no such page, or of another version.
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
        except RecursionError as error:
            raise ValueError("not a page text: it is nested too deeply") from error
        except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
            raise ValueError(f"not a page text: {error!r}") from error


def _beginning(line: Line) -> str:
    """A line, or how a long one begins, for messages."""
    if sum(len(word.text) for word in line.words) <= SHOWN:
        return repr(line.text)
    text = " ".join(word.text[:SHOWN] for word in line.words[:SHOWN])
    return repr(f"{text[:SHOWN]}...")


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

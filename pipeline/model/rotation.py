"""The text of a page that is turned by quarters."""

from __future__ import annotations

from dataclasses import replace

from .geometry import Baseline, Box
from .text import Line, PageText, Word


def turned(text: PageText, clockwise_deg: int) -> PageText:
    """The text of a page, its boxes and baselines turned with the page.

    Args:
        text: Of the page as it is.
        clockwise_deg: By how much the page is turned: a multiple of 90, negative to the left.

    Returns:
        The same words at their new places. `rotation_deg` becomes the turn that then still makes
        the page upright.
    """
    for _ in range(clockwise_deg // 90 % 4):
        text = _turned_right(text)
    return text


def _turned_right(text: PageText) -> PageText:
    """Turned by a quarter, clockwise: what was at the bottom is at the left then."""
    lines = tuple(_line(line, text.height_px) for line in text.lines)
    return replace(
        text,
        width_px=text.height_px,
        height_px=text.width_px,
        lines=lines,
        rotation_deg=(text.rotation_deg - 90) % 360,
    )


def _line(line: Line, height_px: int) -> Line:
    base = line.baseline
    baseline = Baseline(height_px - base.y0, base.x0, height_px - base.y1, base.x1)
    words = tuple(_word(word, height_px) for word in line.words)
    return Line(words, baseline, line.height)


def _word(word: Word, height_px: int) -> Word:
    box = word.box
    box = Box(height_px - box.bottom, box.left, height_px - box.top, box.right)
    return Word(word.text, box, word.confidence)

"""Lines that an engine recognized as one, across the gutter between two columns, are cut in two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..model.geometry import Baseline
from ..model.text import Line, Word

# The numbers below were chosen together with those of `order`, on the same scans. Heights are
# those of a line's letters.
MIN_ROWS = 4
"""A gutter is seen in at least this many rows: as many as a column has (`order.MIN_ROWS`)."""
WIDE_HEIGHTS = 1.1
"""Least width of a gap that may be a gutter, in heights."""
WIDE_GAPS = 2.2
"""Least width of such a gap in median gaps of its line, because a line may have wide spaces."""
NARROW_SHARE = 0.6
"""A gap may be narrower by this factor if wide gaps of other lines show the gutter."""
SAME_EDGE = 0.5
"""Gaps whose right edges differ by at most this, in heights, may be of one gutter: the lines of a
column begin at one edge."""


@dataclass(frozen=True, slots=True)
class _Gap:
    """A gap between two words of a line that may be part of a gutter.

    Attributes:
        line: Index of the line.
        word: Index of the word behind the gap.
        left, right: Where it begins and ends, in pixels along the direction of the page's lines.
        height: Of the line's letters, in pixels.
        is_wide: Whether it is wide enough to show a gutter (`WIDE_HEIGHTS`, `WIDE_GAPS`).
    """

    line: int
    word: int
    left: float
    right: float
    height: float
    is_wide: bool


def is_level(line: Line) -> bool:
    """Whether a line runs from left to right, at less than 45 degrees to the horizontal."""
    return line.baseline.direction[0] > math.sqrt(0.5)


def tilt_of(lines: Sequence[Line]) -> float:
    """The tilt of a page: the median angle of its level lines, weighted by their length.

    Args:
        lines: Level lines, at least one.

    Returns:
        Radians, clockwise.
    """
    directions = [line.baseline.direction for line in lines]
    angles = np.asarray([math.atan2(y, x) for x, y in directions])
    order = np.argsort(angles)
    total = np.cumsum(np.asarray([line.baseline.length for line in lines])[order])
    return float(angles[order][np.searchsorted(total, total[-1] / 2)])


def split_at_gutters(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Cuts lines where their gaps, one above the other, make a gutter.

    Args:
        lines: Of one page, each with its words from left to right.

    Returns:
        The lines; the parts of a line that was cut follow each other.
    """
    level = [line for line in lines if line.words and is_level(line)]
    if len(level) < MIN_ROWS:
        return tuple(lines)
    tilt = tilt_of(level)
    gaps = [gap for index, line in enumerate(lines) for gap in _gaps(index, line, tilt)]
    wide = [gap for gap in gaps if gap.is_wide]
    cuts: dict[int, list[int]] = {}
    for gap in gaps:
        tolerance = SAME_EDGE * gap.height
        gutter = [other for other in wide if abs(other.right - gap.right) <= tolerance]
        if len({other.line for other in gutter}) < MIN_ROWS:
            continue
        shared = min(other.right for other in gutter) - max(other.left for other in gutter)
        if shared >= WIDE_HEIGHTS * gap.height / 2:  # half of a gap's width is free in all of them
            cuts.setdefault(gap.line, []).append(gap.word)
    return tuple(
        part for index, line in enumerate(lines) for part in _cut(line, cuts.get(index, []))
    )


def _gaps(index: int, line: Line, tilt: float) -> list[_Gap]:
    """The gaps of a line that may be part of a gutter."""
    if len(line.words) < 2 or not is_level(line):
        return []
    cos, sin = math.cos(tilt), math.sin(tilt)

    def along(x: float, word: Word) -> float:
        return x * cos + (word.box.top + word.box.bottom) / 2 * sin

    edges = [(along(a.box.right, a), along(b.box.left, b)) for a, b in pairwise(line.words)]
    median = float(np.median([right - left for left, right in edges]))
    wide = WIDE_HEIGHTS * line.height
    if len(edges) > 2:  # of one or two gaps, the median tells nothing of the spaces
        wide = max(wide, WIDE_GAPS * median)
    return [
        _Gap(index, word, left, right, line.height, right - left >= wide)
        for word, (left, right) in enumerate(edges, start=1)
        if right - left >= NARROW_SHARE * wide
    ]


def _cut(line: Line, words: list[int]) -> list[Line]:
    """The parts of a line cut before these words, each with its own part of the baseline."""
    if not words:
        return [line]
    base = line.baseline
    ux, uy = base.direction
    parts = []
    for first, last in pairwise((0, *sorted(words), len(line.words))):
        own = line.words[first:last]
        start = base.extent(own[0].box)[0] if first else 0.0
        end = base.extent(own[-1].box)[1] if last < len(line.words) else base.length
        part = Baseline(
            base.x0 + ux * start, base.y0 + uy * start, base.x0 + ux * end, base.y0 + uy * end
        )
        parts.append(Line(own, part, line.height))
    return parts

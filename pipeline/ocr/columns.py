"""Lines that an engine recognized as one across the gutter between two columns, cut in two."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..model.geometry import Baseline
from ..model.text import Line, Word

# The numbers below were tried out together with those of `order`, on the same scans.
MIN_ROWS = 4
"""A gutter is seen in at least this many rows: as many as a column has (`order.MIN_ROWS`)."""
WIDE_HEIGHTS = 1.1
"""A gap that may be a gutter is at least this wide, in heights of the line's letters."""
WIDE_GAPS = 2.2
"""It is also at least this wide in median gaps of its line, which may be set with wide spaces."""
NARROW_SHARE = 0.6
"""Where wide gaps of other lines show a gutter, a gap may be narrower by this factor."""
SAME_EDGE = 0.5
"""Columns begin at one edge, give or take this many heights of letters."""


@dataclass(frozen=True, slots=True)
class _Gap:
    """A wide gap before a word of a line; x along the page's own rows."""

    line: int
    word: int
    left: float
    right: float
    height: float
    is_wide: bool


def is_level(line: Line) -> bool:
    """Whether a line runs from left to right, more or less."""
    return line.baseline.direction[0] > math.sqrt(0.5)


def tilt_of(lines: Sequence[Line]) -> float:
    """The usual angle of level lines, clockwise in radians; long lines count for more."""
    ways = [line.baseline.direction for line in lines]
    angles = np.asarray([math.atan2(y, x) for x, y in ways])
    order = np.argsort(angles)
    total = np.cumsum(np.asarray([line.baseline.length for line in lines])[order])
    return float(angles[order][np.searchsorted(total, total[-1] / 2)])


def split_at_gutters(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Cuts lines where a wide gap and those of other lines make a gutter.

    Args:
        lines: Of one page, each with its words from left to right.

    Returns:
        The lines; the parts of one that was cut follow each other.
    """
    level = [line for line in lines if line.words and is_level(line)]
    if len(level) < MIN_ROWS:
        return tuple(lines)
    tilt = tilt_of(level)
    gaps = [gap for index, line in enumerate(lines) for gap in _gaps(index, line, tilt)]
    cuts: dict[int, list[int]] = {}
    for gap in gaps:
        reach = SAME_EDGE * gap.height
        same = [each for each in gaps if each.is_wide and abs(each.right - gap.right) <= reach]
        if len({each.line for each in same}) < MIN_ROWS:
            continue
        shared = min(each.right for each in same) - max(each.left for each in same)
        if shared >= WIDE_HEIGHTS * gap.height / 2:
            cuts.setdefault(gap.line, []).append(gap.word)
    return tuple(
        part for index, line in enumerate(lines) for part in _cut(line, cuts.get(index, []))
    )


def _gaps(index: int, line: Line, tilt: float) -> list[_Gap]:
    if len(line.words) < 2 or not is_level(line):
        return []
    cos, sin = math.cos(tilt), math.sin(tilt)

    def along(x: float, word: Word) -> float:
        return x * cos + (word.box.top + word.box.bottom) / 2 * sin

    edges = [(along(a.box.right, a), along(b.box.left, b)) for a, b in pairwise(line.words)]
    usual = float(np.median([right - left for left, right in edges]))
    least = max(WIDE_HEIGHTS * line.height, WIDE_GAPS * usual if len(edges) > 2 else 0.0)
    return [
        _Gap(index, word, left, right, line.height, right - left >= least)
        for word, (left, right) in enumerate(edges, start=1)
        if right - left >= NARROW_SHARE * least
    ]


def _cut(line: Line, before: list[int]) -> list[Line]:
    """The line's parts, each on its own part of the baseline."""
    if not before:
        return [line]
    base = line.baseline
    ux, uy = base.direction
    parts = []
    for first, last in pairwise((0, *sorted(before), len(line.words))):
        words = line.words[first:last]
        start = base.extent(words[0].box)[0] if first else 0.0
        end = base.extent(words[-1].box)[1] if last < len(line.words) else base.length
        part = Baseline(
            base.x0 + ux * start, base.y0 + uy * start, base.x0 + ux * end, base.y0 + uy * end
        )
        parts.append(Line(words, part, line.height))
    return parts

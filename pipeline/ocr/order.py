"""Reading order: columns of text one after the other, tables, forms and receipts row by row.

The page is cut recursively, as in the XY-cut (Nagy and Seth, Hierarchical representation of
optically scanned documents, 1984), with two differences. A gutter, the white strip between two
columns, need not run through the whole page: it ends at lines that cross it, such as headings. The
tallest gutter is cut first. And a cut is made only if there is running text on both sides: cells of
a table, fields of a form and prices on a receipt are read along their rows.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..model.text import Line
from .columns import is_level, split_at_gutters, tilt_of

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]

# The numbers below were chosen on eleven sets of scans with true texts; no set was held back to
# check them. Of the runs of three words in the true text, the share that is in the text of the page
# rises from .548 (lines sorted by their tops) to .826 on pages with columns, from .659 to .665 on
# forms, and from .786 to .789 on typescripts. On receipts, catalogs, old books and reports it stays
# the same.
MIN_GUTTER = 0.6
"""Least width of a gutter, in median line heights."""
MIN_ROWS = 4
"""Least number of rows of a column. Fewer may as well be an address beside a date."""
MIN_FILL, MIN_LETTERS = 0.55, 26.0
"""A column is running text if its median row fills at least this share of the column's width, and
has at least this many characters. Cells of tables fill less, and have fewer."""
FULL, MIN_LETTERS_FULL = 0.85, 18.0
"""The same for narrow columns, as in a newspaper: rows that fill more may have fewer characters."""
SAME_ROW = 0.5
"""Lines are in one row if their middles are less than this apart from top to bottom, in line
heights."""


def reading_order(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines of a page in reading order, cut where they run across a gutter.

    Args:
        lines: Of one page, each with its words from left to right.

    Returns:
        Lines with all words of `lines`. Vertical notes along a margin come last, in their order
        in `lines`. If most lines are vertical or upside down, the order is not changed.
    """
    lines = split_at_gutters(lines)
    level = [line for line in lines if line.words and is_level(line)]
    if len(level) < 2 or 2 * len(level) <= len(lines):
        return tuple(lines)
    limits = min(_left(line) for line in level), max(_right(line) for line in level)
    sortable = [line.words != () and (is_level(line) or _is_within(line, limits)) for line in lines]
    body = [line for line, is_sortable in zip(lines, sortable, strict=True) if is_sortable]
    rest = [line for line, is_sortable in zip(lines, sortable, strict=True) if not is_sortable]
    order = _ordered(_Places.of(body, level), np.arange(len(body)))
    return (*(body[index] for index in order), *rest)


def _left(line: Line) -> float:
    return min(word.box.left for word in line.words)


def _right(line: Line) -> float:
    return max(word.box.right for word in line.words)


def _is_within(line: Line, limits: tuple[float, float]) -> bool:
    """Whether a line is between these left and right limits.

    Vertical lines are, for example, if they are a single tall "1" in a table.
    """
    return limits[0] <= _left(line) and _right(line) <= limits[1]


@dataclass(frozen=True, slots=True)
class _Places:
    """Where lines are on the page without its tilt: arrays with one value for each line.

    Attributes:
        left, right: Ends of the line, in pixels.
        middle: Height of its middle on the page, in pixels from the top.
        height: Of its letters, in pixels.
        letters: Its number of characters; wide ones count twice.
    """

    left: Floats
    right: Floats
    middle: Floats
    height: Floats
    letters: Floats

    @classmethod
    def of(cls, lines: Sequence[Line], level: Sequence[Line]) -> _Places:
        """The places of `lines`, without the tilt of the `level` lines among them."""
        tilt = tilt_of(level)
        cos, sin = math.cos(tilt), math.sin(tilt)
        median = float(np.median([line.height for line in level]))
        rows = []
        for line in lines:
            xs = [
                x * cos + (word.box.top + word.box.bottom) / 2 * sin
                for word in line.words
                for x in (word.box.left, word.box.right)
            ]
            base, height = line.baseline, line.height
            x, y = (base.x0 + base.x1) / 2, (base.y0 + base.y1) / 2 - height / 2
            if not is_level(line):
                height = median
                y = min(word.box.top for word in line.words) + height / 2
            rows.append((min(xs), max(xs), y * cos - x * sin, height, _letters(line.text)))
        return cls(*np.asarray(rows, float).T)

    def beside(self, index: int, row: list[int]) -> bool:
        """Whether a line is beside all lines of a row, and not above or below one of them."""
        shared = np.minimum(self.right[index], self.right[row]) - np.maximum(
            self.left[index], self.left[row]
        )
        width = np.minimum(self.right[row] - self.left[row], self.right[index] - self.left[index])
        return bool((shared < width / 2).all())


def _letters(text: str) -> int:
    """Number of characters of a text; wide ones (Chinese, Japanese) count twice."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _ordered(places: _Places, lines: Numbers) -> list[int]:
    """Indexes of lines in reading order: cut at the tallest gutter; row by row if there is none."""
    parts = _tallest_gutter(places, lines)
    if parts is None:
        return _by_rows(places, lines)
    return [index for part in parts for index in _ordered(places, part)]


def _by_rows(places: _Places, lines: Numbers) -> list[int]:
    """Indexes of lines row by row, from left to right within a row."""
    return [
        int(index)
        for row in _rows(places, lines)
        for index in sorted(row, key=lambda index: float(places.left[index]))
    ]


def _rows(places: _Places, lines: Numbers) -> list[list[int]]:
    """Indexes of the lines of each row, from top to bottom."""
    rows: list[list[int]] = []
    middle = 0.0  # of the last row: the mean of its lines
    for index in lines[np.argsort(places.middle[lines], kind="stable")]:
        at, height = float(places.middle[index]), float(places.height[index])
        if rows:
            smaller = min(height, max(float(places.height[other]) for other in rows[-1]))
            if at - middle < SAME_ROW * smaller and places.beside(index, rows[-1]):
                rows[-1].append(int(index))
                middle += (at - middle) / len(rows[-1])
                continue
        rows.append([int(index)])
        middle = at
    return rows


def _tallest_gutter(
    places: _Places, lines: Numbers
) -> tuple[Numbers, Numbers, Numbers, Numbers] | None:
    """The lines above the tallest gutter, left of it, right of it and below; None without any."""
    if len(lines) < 2 * MIN_ROWS:
        return None
    lines = lines[np.argsort(places.middle[lines], kind="stable")]
    left, right, middle = places.left[lines], places.right[lines], places.middle[lines]
    median = float(np.median(places.height[lines]))
    width = MIN_GUTTER * median
    best, best_height = None, 0.0
    # A column begins where one of its lines does, so a gutter is tried just before every line; one
    # for all lines that begin within the same half of a line height.
    for x in np.unique(np.floor(2 * left / median)) * median / 2 - width / 2:
        crossing = np.flatnonzero((left < x) & (right > x))
        borders = (-1, *(int(index) for index in crossing), len(lines))
        for above, below in pairwise(borders):
            if below - above <= 2 * MIN_ROWS:
                continue
            band = np.arange(above + 1, below)
            on_left = right[band] <= x
            first, second = band[on_left], band[~on_left]
            if min(len(first), len(second)) < MIN_ROWS:
                continue
            top = max(middle[first[0]], middle[second[0]])
            height = float(min(middle[first[-1]], middle[second[-1]]) - top)
            if height <= best_height or left[second].min() - right[first].max() < width:
                continue
            if _is_text(places, lines[first]) and _is_text(places, lines[second]):
                best_height = height
                best = lines[: above + 1], lines[first], lines[second], lines[below:]
    return best


def _is_text(places: _Places, lines: Numbers) -> bool:
    """Whether lines are a column of running text, or several columns side by side."""
    rows = _rows(places, lines)
    if len(rows) < MIN_ROWS:
        return False
    width = float(places.right[lines].max() - places.left[lines].min())
    fills = [float((places.right[row] - places.left[row]).sum()) / width for row in rows]
    letters = [float(places.letters[row].sum()) for row in rows]
    median_fill, median_letters = float(np.median(fills)), float(np.median(letters))
    if median_fill >= FULL:
        return median_letters >= MIN_LETTERS_FULL
    return median_fill >= MIN_FILL and median_letters >= MIN_LETTERS

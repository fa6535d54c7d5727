"""The order in which a person reads the lines of a page: columns first, tables row by row.

A recursive cut, as in an XY-cut (Nagy and Seth 1984), with two differences. A gutter need not
run through the whole page: it ends at the lines that cross it, such as headings, and the tallest
gutter is cut first. And only print that looks like running text on both sides is cut: cells of
a table, fields of a form and prices of a receipt are read along their rows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .model import Line

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]

MIN_GUTTER = 0.6
"""Width of a gutter, in line heights."""
MIN_ROWS = 4
"""Rows that a column has at least; shorter ones are as likely an address beside a date."""
MIN_LETTERS = 11.0
"""Characters in a usual row of a column; the cells of tables have fewer."""
MIN_FILL = 0.6
"""Part of the column's width that a usual row fills; the cells of tables fill less."""
SAME_ROW = 0.5
"""Lines nearer than this, in line heights, stand in one row."""


def reading_order(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The same lines, in the order of reading.

    Args:
        lines: Of one page, from left to right within each.

    Returns:
        All of `lines`. Turned ones (notes along a margin) come last, as they came; where most
        lines are turned, or stand on the head, nothing is moved.
    """
    flat = [line for line in lines if _is_flat(line)]
    if len(flat) < 2 or 2 * len(flat) <= len(lines):
        return tuple(lines)
    turned = [line for line in lines if not _is_flat(line)]
    places = _Places.of(flat)
    order = _ordered(places, np.arange(len(flat)))
    return (*(flat[index] for index in order), *turned)


def _is_flat(line: Line) -> bool:
    x, _ = line.baseline.direction
    return x > math.sqrt(0.5)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where lines lie once the page's tilt is taken off; arrays with one value per line."""

    left: Floats
    right: Floats
    middle: Floats
    height: Floats
    letters: Floats

    @classmethod
    def of(cls, lines: Sequence[Line]) -> _Places:
        slopes = [math.atan2(line.baseline.direction[1], line.baseline.direction[0]) for line in lines]
        tilt = _weighted_median(
            np.asarray(slopes), np.asarray([line.baseline.length for line in lines])
        )
        cos, sin = math.cos(tilt), math.sin(tilt)
        rows = []
        for line in lines:
            base = line.baseline
            ux, uy = base.direction
            extents = [base.extent(word.box) for word in line.words] or [(0.0, base.length)]
            start, end = min(e[0] for e in extents), max(e[1] for e in extents)
            xs = [(base.x0 + ux * at) * cos + (base.y0 + uy * at) * sin for at in (start, end)]
            ys = [(base.y0 + uy * at) * cos - (base.x0 + ux * at) * sin for at in (start, end)]
            rows.append(
                (xs[0], xs[1], sum(ys) / 2 - line.height / 2, line.height, len(line.text))
            )
        columns = np.asarray(rows, float).T
        return cls(*columns)


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def _ordered(places: _Places, some: Numbers) -> list[int]:
    """Those lines in order: cut at the tallest gutter, or row by row where there is none."""
    cut = _tallest_gutter(places, some)
    if cut is None:
        return _by_rows(places, some)
    return [index for part in cut for index in _ordered(places, part)]


def _by_rows(places: _Places, some: Numbers) -> list[int]:
    return [
        int(index)
        for row in _rows(places, some)
        for index in sorted(row, key=lambda index: float(places.left[index]))
    ]


def _rows(places: _Places, some: Numbers) -> list[list[int]]:
    """Lines side by side, from top to bottom."""
    rows: list[list[int]] = []
    middle = 0.0
    for index in some[np.argsort(places.middle[some], kind="stable")]:
        at, height = float(places.middle[index]), float(places.height[index])
        if rows:
            smaller = min(height, max(float(places.height[other]) for other in rows[-1]))
            beside = all(
                places.left[index] >= places.right[other] - height / 2
                or places.right[index] <= places.left[other] + height / 2
                for other in rows[-1]
            )
            if at - middle < SAME_ROW * smaller and beside:
                rows[-1].append(int(index))
                middle += (at - middle) / len(rows[-1])
                continue
        rows.append([int(index)])
        middle = at
    return rows


def _tallest_gutter(
    places: _Places, some: Numbers
) -> tuple[Numbers, Numbers, Numbers, Numbers] | None:
    """The lines above a gutter, left of it, right of it and below; None where there is none."""
    if len(some) < 2 * MIN_ROWS:
        return None
    some = some[np.argsort(places.middle[some], kind="stable")]
    left, right, middle = places.left[some], places.right[some], places.middle[some]
    usual = float(np.median(places.height[some]))
    air = MIN_GUTTER * usual
    best, best_worth = None, 0.0
    # A column begins where one of its lines does: cut just before it.
    for x in np.unique(np.round(left / (usual / 2))) * (usual / 2) - air / 2:
        crossing = (left < x - air / 2) & (right > x + air / 2) | (
            (left < x) & (right > x)
        )
        borders = np.concatenate(([-1], np.flatnonzero(crossing), [len(some)]))
        for above, below in zip(borders, borders[1:], strict=False):
            band = np.arange(above + 1, below)
            if len(band) < 2 * MIN_ROWS:
                continue
            on_left = right[band] <= x
            first, second = band[on_left], band[~on_left]
            if min(len(first), len(second)) < MIN_ROWS:
                continue
            tall = min(middle[first[-1]], middle[second[-1]]) - max(
                middle[first[0]], middle[second[0]]
            )
            if tall <= best_worth or left[second].min() - right[first].max() < air:
                continue
            if _is_text(places, some[first]) and _is_text(places, some[second]):
                best_worth = float(tall)
                best = some[: above + 1], some[first], some[second], some[below:]
    return best


def _is_text(places: _Places, some: Numbers) -> bool:
    """Whether these lines are a column (or several) of running text."""
    rows = _rows(places, some)
    if len(rows) < MIN_ROWS:
        return False
    width = float(places.right[some].max() - places.left[some].min())
    fill = [float((places.right[row] - places.left[row]).sum()) / width for row in rows]
    letters = [float(places.letters[row].sum()) for row in rows]
    return float(np.median(fill)) >= MIN_FILL and float(np.median(letters)) >= MIN_LETTERS

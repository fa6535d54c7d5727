"""Words placed on a line of print: expected where the reader saw them, moved to their ink.

The reader of lines (CTC) says near which of its columns it saw a character, no more: the column
is a sixth of a line's height wide, and mostly lies behind the character's middle. So words are
cut at the widest gap in the ink between the last character of one and the first of the next.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ....model.characters import nfc
from ....model.geometry import Baseline, Box
from ....model.text import Line, Word
from .line_reader import Reading
from .network import Floats, Pixels

Mask = npt.NDArray[np.bool_]

WORD = re.compile(r"\S+")
ASCENT_SHARE, DESCENT_SHARE = 0.6, 0.22
"""Parts of a found line's height above and below the baseline; the rest is air."""
LATE_COLUMNS = 0.7
"""How far behind a character's middle its column lies; mean over pages with true places."""
RULE_RATIO = 4.0
"""A mark this many times wider than a line is high, and thin, is a rule and no letter."""
CORE = 0.3, 0.7
"""Part of a line's height that letters reach into; marks that keep out of it and touch the
edge belong to the lines above and below."""
AIR = 0.08
"""What a word's box is larger than its ink on each side, in heights of the found line."""
MIN_WIDTH_SHARE = 0.3
"""A word whose ink is narrower than this part of what was expected keeps what was expected."""
MIN_INK_SHARE = 0.2
"""Words whose ink is lower than this part of the line (dashes, dots) keep the line's height."""


@dataclass(frozen=True, slots=True)
class Span:
    """A rectangle in a line, as shares of the line's length and height from its top left."""

    start: float
    end: float
    top: float = 0.0
    bottom: float = 1.0


def flat_line(page: Pixels, quad: Floats) -> Pixels:
    """The print in a quadrilateral (corners clockwise from the top left), laid flat.

    One that stands upright, as high as one and a half times its width, is turned to the left.
    """
    sides = np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1).astype(int)
    width, height = max(1, sides[0], sides[2]), max(1, sides[1], sides[3])
    left, top = quad[0]
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    if np.array_equal(quad - quad[0], flat) and np.array_equal(quad, quad.round()):
        line = page[int(top) : int(top) + height, int(left) : int(left) + width]
    else:
        way = cv2.getPerspectiveTransform(quad, flat)
        line = cv2.warpPerspective(
            page, way, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
    return np.ascontiguousarray(np.rot90(line) if height >= 1.5 * width else line, np.uint8)


def line_from_reading(
    quad: Floats, reading: Reading, crop: Pixels, head_down: bool = False
) -> Line:
    """A line of words from the characters read in a quadrilateral.

    Args:
        quad: Corners in pixels, clockwise from the top left.
        reading: What was read there.
        crop: The print, laid flat, [height, width, channels].
        head_down: It was turned by half, once laid flat.

    Returns:
        The line, its words placed along it.
    """
    corners = quad.astype(float)
    if is_upright_strip(corners):
        corners = corners[[1, 2, 3, 0]]  # read from top to bottom, turned to the left
    if head_down:
        corners = corners[[2, 3, 0, 1]]
    top_left, top_right, bottom_right, bottom_left = corners
    matches = list(WORD.finditer(reading.text))
    ends = [(match.start(), match.end() - 1) for match in matches]
    spans = word_spans(crop, ends, reading.columns, reading.used)
    words = []
    for match, span in zip(matches, spans, strict=True):
        confidence = sum(reading.scores[match.start() : match.end()]) / len(match[0])
        words.append(Word(nfc(match[0]), _box(corners, span), round(confidence, 4)))
    height = float(
        np.linalg.norm(bottom_left - top_left) + np.linalg.norm(bottom_right - top_right)
    )
    height /= 2
    drop = DESCENT_SHARE
    start_x, start_y = (float(v) for v in bottom_left + (top_left - bottom_left) * drop)
    end_x, end_y = (float(v) for v in bottom_right + (top_right - bottom_right) * drop)
    baseline = Baseline(start_x, start_y, end_x, end_y)
    return Line(tuple(words), baseline, height * ASCENT_SHARE)


def is_upright_strip(corners: npt.NDArray[np.float64]) -> bool:
    """Whether `flat_line` turns this strip to lie flat."""
    width = max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[2] - corners[3]))
    height = max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2]))
    return bool(int(height) >= 1.5 * int(width))


def word_spans(
    crop: Pixels, words: Sequence[tuple[int, int]], columns: Sequence[int], used: float
) -> list[Span]:
    """Where words lie in a line, by the reader's columns and by the ink near them.

    Args:
        crop: The line, laid flat, [height, width, channels].
        words: Index of the first and the last character of each.
        columns: For each character, the reader's column where it was seen.
        used: How many columns the print fills.

    Returns:
        A span for each word; by the columns alone where there is no gap in the ink.
    """
    width = crop.shape[1]
    pixels_per_column = width / used
    middles = [(column + 0.5 - LATE_COLUMNS) * pixels_per_column for column in columns]
    ink = letters(crop)
    gaps = _gaps(np.any(ink, axis=0)) if ink.any() else []
    reach = (columns[-1] - columns[0] + 1) * pixels_per_column / len(columns)
    ends = [_expected(middles, first, last, reach) for first, last in words]
    starts, stops = [end[0] for end in ends], [end[1] for end in ends]

    # Before the first word and behind the last one, as much is looked at as a letter is wide.
    cuts = [(starts[0] - reach, middles[words[0][0]])]
    cuts += [(middles[a[1]], middles[b[0]]) for a, b in pairwise(words)]
    cuts += [(middles[words[-1][1]], stops[-1] + reach)]
    for number, (left, right) in enumerate(cuts):
        gap = _widest(gaps, left, right)
        if gap is None:
            continue
        air = min(AIR * ink.shape[0], (gap[1] - gap[0]) / 3)
        if number:
            stops[number - 1] = gap[0] + air
        if number < len(words):
            starts[number] = gap[1] - air
    for number, (start, stop) in enumerate(ends):
        if stops[number] - starts[number] < MIN_WIDTH_SHARE * (stop - start):
            starts[number], stops[number] = start, stop  # it is too faint to be seen as ink
    return [_span(ink, start, stop) for start, stop in zip(starts, stops, strict=True)]


def letters(crop: Pixels) -> Mask:
    """The ink of a line, without rules and without what hangs in from its neighbours."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) if crop.ndim == 3 else crop
    height = grey.shape[0]
    _, dark = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    if dark.mean() > 0.5:  # light print on dark
        dark = 1 - dark
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), None, None, 8)
    keep = np.zeros(count, bool)
    tops, heights, widths = stats[:, 1], stats[:, 3], stats[:, 2]
    bottoms = tops + heights
    rule = (widths > RULE_RATIO * height) & (heights < 0.3 * height)
    outside = ((tops == 0) & (bottoms < CORE[0] * height)) | (
        (bottoms == height) & (tops > CORE[1] * height)
    )
    keep[1:] = ~(rule | outside)[1:]
    return np.asarray(keep[labels], bool)


def _gaps(inked: npt.NDArray[Any]) -> list[tuple[int, int]]:
    """Runs of columns without ink, the margins before and behind all ink included."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], inked, [True]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _widest(gaps: list[tuple[int, int]], left: float, right: float) -> tuple[int, int] | None:
    """The gap of which most lies between two places."""

    def within(gap: tuple[int, int]) -> float:
        return min(gap[1], right) - max(gap[0], left)

    best = max(gaps, key=within, default=None)
    return best if best is not None and within(best) > 0 else None


def _expected(middles: Sequence[float], first: int, last: int, usual: float) -> tuple[float, float]:
    """Where characters `first` to `last` begin and end: half their distance is their half width."""
    pitch = (middles[last] - middles[first]) / (last - first) if last > first else 0.0
    pitch = pitch or usual
    return middles[first] - pitch / 2, middles[last] + pitch / 2


def _span(ink: Mask, start: float, stop: float) -> Span:
    """A word's span between two places, as high as its ink."""
    height, width = ink.shape
    start, stop = max(0.0, start), min(float(width), stop)
    if stop - start < 1:
        middle = min(max((start + stop) / 2, 0.5), width - 0.5)
        start, stop = middle - 0.5, middle + 0.5
    rows = np.flatnonzero(ink[:, int(start) : max(int(start) + 1, round(stop))].any(axis=1))
    if len(rows) and rows[-1] + 1 - rows[0] >= MIN_INK_SHARE * height:
        top, bottom = rows[0] / height - AIR, (rows[-1] + 1) / height + AIR
        return Span(start / width, stop / width, max(0.0, float(top)), min(1.0, float(bottom)))
    return Span(start / width, stop / width)


def _box(corners: npt.NDArray[np.float64], span: Span) -> Box:
    """The upright rectangle around a span of a quadrilateral."""
    top_left, top_right, bottom_right, bottom_left = corners
    points = []
    for along in (span.start, span.end):
        upper = top_left + (top_right - top_left) * along
        lower = bottom_left + (bottom_right - bottom_left) * along
        points += [upper + (lower - upper) * across for across in (span.top, span.bottom)]
    xs, ys = [float(point[0]) for point in points], [float(point[1]) for point in points]
    return Box(min(xs), min(ys), max(xs), max(ys))

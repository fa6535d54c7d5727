"""Words placed on a line of print: expected where the model saw them, moved to their ink.

The recognition model (CTC) tells in which of its columns a character begins, and no more. A column
is a fifth of the line's height wide, and mostly lies behind the character's middle. So words are
cut apart at the widest gap in the ink between the last character of one and the first of the next.
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
from .network import Floats, Pixels
from .recognizer import Reading

Mask = npt.NDArray[np.bool_]

WORD = re.compile(r"\S+")
VERTICAL_ASPECT = 1.5
"""A quadrilateral that is this many times higher than wide is a vertical line, as in RapidOCR and
PaddleOCR (`get_rotate_crop_image`)."""
# The shares below are of the height of a crop, in which there is air above and below the letters.
# They were chosen together. Of the words read right on forms, 95.6 % have a box that overlaps the
# true one by half or more (intersection over union), and 96.3 % on receipts. When words were placed
# by columns alone, it was 81.3 % and 93.4 %.
ASCENT_SHARE, DESCENT_SHARE = 0.6, 0.22
"""From the baseline up to the top of the tallest letters, and down to the crop's bottom. Means on
30 pages: .63 (66 words with a capital) and .21 (120 words without descenders)."""
LATE_COLUMNS = 0.7
"""How far behind a character's middle its column is. Chosen as the mean over pages with true
places. It is 0.4 on the fixtures (974 words), and 0.6 on forms, receipts and catalogs (388 words).
Cuts at gaps in the ink make up for the difference: a test places words right from 0 to 1.2."""
RULE_RATIO, RULE_SHARE = 4.0, 0.3
"""A connected mark is a rule, and no letter, if it is wider than this many heights of the line, and
lower than this share of it. In the fixtures, which have no rules, the widest letters that touch are
1.4 heights wide."""
CORE_TOP, CORE_BOTTOM = 0.3, 0.7
"""Every letter has ink between these shares of the height. A mark that has none, and touches the
edge of the crop, belongs to the line above or below. Chosen by judgment: letters without ascenders
reach from .4 to .8."""
AIR_SHARE = 0.08
"""By how much a word's box is larger than its ink on each side. Chosen by judgment."""
MIN_WIDTH_SHARE = 0.3
"""A word whose ink is narrower than this share of the width expected from its columns is too faint
to be seen as ink, and keeps what is expected. All other words on 30 pages have half of that width
and more."""
MIN_INK_SHARE = 0.2
"""A word whose ink is lower than this share (dashes, dots) gets the height of the line. On 30
pages, letters and digits have .25 and more, dashes .03 to .09."""


@dataclass(frozen=True, slots=True)
class Span:
    """A rectangle in a line, as shares of the line's length and height from its top left."""

    start: float
    end: float
    top: float = 0.0
    bottom: float = 1.0


def crop_line(page: Pixels, quad: Floats) -> Pixels:
    """Cuts a line out of its page, and makes it horizontal.

    Args:
        page: [height, width, 3].
        quad: The line's corners in pixels, clockwise from the top left, [4, 2].

    Returns:
        [height, width, 3]; a vertical line (`VERTICAL_ASPECT`) is rotated to the left.
    """
    sides = np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1).astype(int)
    width, height = max(1, sides[0], sides[2]), max(1, sides[1], sides[3])
    left, top = quad[0]
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    if np.array_equal(quad - quad[0], target) and np.array_equal(quad, quad.round()):
        line = page[int(top) : int(top) + height, int(left) : int(left) + width]
    else:
        transform = cv2.getPerspectiveTransform(quad, target)
        line = np.asarray(
            cv2.warpPerspective(
                page,
                transform,
                (width, height),
                flags=cv2.INTER_CUBIC,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.uint8,
        )
    vertical = height >= VERTICAL_ASPECT * width
    return np.ascontiguousarray(np.rot90(line) if vertical else line, np.uint8)


def line_from_reading(
    quad: Floats, reading: Reading, crop: Pixels, upside_down: bool = False
) -> Line:
    """A line of words from the characters read in a quadrilateral.

    Args:
        quad: Corners in pixels, clockwise from the top left, [4, 2].
        reading: What was read there.
        crop: The line, horizontal, [height, width, channels], as it was read.
        upside_down: Whether it was read rotated by 180 degrees.

    Returns:
        The line, its words placed along it, in pixels of the page.
    """
    corners = quad.astype(float)
    if is_vertical(corners):
        corners = corners[[1, 2, 3, 0]]  # `crop_line` rotates it to the left
    if upside_down:
        corners = corners[[2, 3, 0, 1]]
    top_left, top_right, bottom_right, bottom_left = corners
    matches = list(WORD.finditer(reading.text))
    ends = [(match.start(), match.end() - 1) for match in matches]
    spans = word_spans(crop, ends, reading.columns, reading.column_count)
    words = []
    for match, span in zip(matches, spans, strict=True):
        confidence = sum(reading.scores[match.start() : match.end()]) / len(match[0])
        words.append(Word(nfc(match[0]), _box(corners, span), round(confidence, 4)))
    height = float(
        np.linalg.norm(bottom_left - top_left) + np.linalg.norm(bottom_right - top_right)
    )
    height /= 2
    start_x, start_y = (float(v) for v in bottom_left + (top_left - bottom_left) * DESCENT_SHARE)
    end_x, end_y = (float(v) for v in bottom_right + (top_right - bottom_right) * DESCENT_SHARE)
    baseline = Baseline(start_x, start_y, end_x, end_y)
    return Line(tuple(words), baseline, height * ASCENT_SHARE)


def is_vertical(corners: npt.NDArray[np.float64]) -> bool:
    """Whether a line is vertical, so that `crop_line` rotates it.

    Args:
        corners: In pixels, clockwise from the top left, [4, 2].
    """
    width = max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[2] - corners[3]))
    height = max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2]))
    return bool(int(height) >= VERTICAL_ASPECT * int(width))


def word_spans(
    crop: Pixels, words: Sequence[tuple[int, int]], columns: Sequence[int], column_count: float
) -> list[Span]:
    """Where words are in a line, by the model's columns and by the ink near them.

    Args:
        crop: The line, horizontal, [height, width, channels].
        words: Index of the first and the last character of each word.
        columns: For each character, the column of the model's output in which it begins.
        column_count: Width of the line in columns.

    Returns:
        A span for each word; by the columns alone where there is no gap in the ink.
    """
    width = crop.shape[1]
    pixels_per_column = width / column_count
    middles = [(column + 0.5 - LATE_COLUMNS) * pixels_per_column for column in columns]
    ink = letters(crop)
    gaps = _gaps(np.any(ink, axis=0)) if ink.any() else []
    letter_width = (columns[-1] - columns[0] + 1) * pixels_per_column / len(columns)
    expected = [_expected(middles, first, last, letter_width) for first, last in words]
    starts, stops = [start for start, _ in expected], [stop for _, stop in expected]

    # The gaps around words are looked for between these places. Before the first word and behind
    # the last one, the width of one letter is room enough.
    places = [(starts[0] - letter_width, middles[words[0][0]])]
    places += [(middles[a[1]], middles[b[0]]) for a, b in pairwise(words)]
    places += [(middles[words[-1][1]], stops[-1] + letter_width)]
    for number, (left, right) in enumerate(places):
        gap = _widest(gaps, left, right)
        if gap is None:
            continue
        air = min(AIR_SHARE * ink.shape[0], (gap[1] - gap[0]) / 3)  # a third of it stays empty
        if number:
            stops[number - 1] = gap[0] + air
        if number < len(words):
            starts[number] = gap[1] - air
    for number, (start, stop) in enumerate(expected):
        if stops[number] - starts[number] < MIN_WIDTH_SHARE * (stop - start):
            starts[number], stops[number] = start, stop
    return [_span(ink, start, stop) for start, stop in zip(starts, stops, strict=True)]


def letters(crop: Pixels) -> Mask:
    """The ink of a line, without rules, and without letters of the lines above and below.

    Args:
        crop: The line, horizontal, [height, width] or [height, width, 3]; dark on light or light
            on dark.

    Returns:
        [height, width]; True where there is ink.
    """
    gray = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) if crop.ndim == 3 else crop
    height = gray.shape[0]
    _, dark = cv2.threshold(gray, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    if dark.mean() > 0.5:  # ink covers less than half: it is light on dark
        dark = 1 - dark
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), None, None, 8)
    keep = np.zeros(count, bool)
    tops, heights, widths = stats[:, 1], stats[:, 3], stats[:, 2]
    bottoms = tops + heights
    rule = (widths > RULE_RATIO * height) & (heights < RULE_SHARE * height)
    outside = ((tops == 0) & (bottoms < CORE_TOP * height)) | (
        (bottoms == height) & (tops > CORE_BOTTOM * height)
    )
    keep[1:] = ~(rule | outside)[1:]
    return np.asarray(keep[labels], bool)


def _gaps(inked: npt.NDArray[Any]) -> list[tuple[int, int]]:
    """Runs of pixel columns without ink, with the margins before and behind all ink."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], inked, [True]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _widest(gaps: list[tuple[int, int]], left: float, right: float) -> tuple[int, int] | None:
    """The gap that has the greatest part between two places; None if none has any."""

    def within(gap: tuple[int, int]) -> float:
        return min(gap[1], right) - max(gap[0], left)

    best = max(gaps, key=within, default=None)
    return best if best is not None and within(best) > 0 else None


def _expected(
    middles: Sequence[float], first: int, last: int, letter_width: float
) -> tuple[float, float]:
    """Where the characters `first` to `last` of a line begin and end.

    A character is as wide as the middles of the word's characters are apart. The only character of
    a word is as wide as `letter_width`.
    """
    pitch = (middles[last] - middles[first]) / (last - first) if last > first else 0.0
    pitch = pitch or letter_width
    return middles[first] - pitch / 2, middles[last] + pitch / 2


def _span(ink: Mask, start: float, stop: float) -> Span:
    """The span of a word between two places along the line, as high as its ink."""
    height, width = ink.shape
    start, stop = max(0.0, start), min(float(width), stop)
    if stop - start < 1:
        middle = min(max((start + stop) / 2, 0.5), width - 0.5)
        start, stop = middle - 0.5, middle + 0.5
    rows = np.flatnonzero(ink[:, int(start) : max(int(start) + 1, round(stop))].any(axis=1))
    if len(rows) and rows[-1] + 1 - rows[0] >= MIN_INK_SHARE * height:
        top, bottom = rows[0] / height - AIR_SHARE, (rows[-1] + 1) / height + AIR_SHARE
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

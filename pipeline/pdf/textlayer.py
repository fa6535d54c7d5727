"""Lines of words as invisible text, each word as wide as its print.

What readers force, and the tests that hold it (`tests/pdf/test_textlayer.py`, `test_corpus.py` and,
with pdf.js in a browser, `test_viewer.py`):

- one text object for each line: poppler forgets the horizontal scale at its end
  (`test_lines_are_read_whole`);
- a real space after each word, drawn with it: pypdf and mupdf infer none in several scripts
  (`test_lines_are_read_whole`, `test_words_are_kept_apart`); none between Chinese or Japanese signs
  that touch (`test_no_space_between_signs_that_touch`);
- at least a small gap between words: poppler joins words that are nearer, whatever is drawn
  (`test_words_are_kept_apart`);
- right-to-left words stand from left to right with their letters reversed, digits in order: readers
  turn that back (`test_right_to_left_is_found_in_logical_order`);
- lines that are slightly tilted are drawn as flat words that climb like stairs: poppler breaks long
  tilted lines from 1 degree on, and pdf.js breaks every word of a line with a scale for each word
  from 0.3 degrees on (`test_tilted_lines_are_read_whole`);
- steeper lines are drawn tilted, with one scale for the line and a character spacing for each word
  (`test_steep_lines_keep_their_words`);
- letters are drawn taller than they are printed: poppler puts smaller text together wrongly
  (`test_lines_do_not_run_into_each_other`);
- a mark without width after a hyphen at a line's end: readers drop the hyphen and join the halves
  (`test_hyphens_at_line_ends_stay`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from ..model.characters import needs_space, visual_order
from .glyphless import ASCENT, DESCENT, FONT_NAME, UNITS_PER_EM, register

INVISIBLE = 3
"""Text render mode: neither fill nor stroke (ISO 32000-1, table 106)."""
MAX_STEPPED_DEG = 12.0
"""Lines tilted by no more than this are drawn as flat words, steeper ones tilted.

Measured on a page tilted by 10 degrees: poppler finds 90 % of the words that are drawn flat and
43 % of those in tilted lines, pdf.js 100 % and 86 %.
"""
MIDDLE, MIDDLE_TALL = 0.40, 0.46
"""Where the boxes of a line have their middle, above its baseline, in heights of its tallest
letters; the second for lines in which all words have tall letters.

Words without tall letters, as the default engine places them, have it at 0.37 (median of 235),
capitals at 0.45. With all air above the letters it was 0.51, and words like "a" were left easily.
"""
MAX_SHIFT_EM = 0.25
"""How far a word may be moved off its print to make the stairs of its line flatter.

poppler puts the words of a line together while the whole line rises by less than 0.45 em. A line
that is made flat about its middle is moved by half of its rise at each end.
"""
LOWEST, HIGHEST = 0.10, 0.64
"""Where the middle of a box may come to lie by that, measured as `MIDDLE`: not lower for words
without tails, not higher for words without tall letters. Their print reaches from 0 to 0.7.

Of four pages at eight tilts up to 4 degrees, the middle of 2 % of the boxes lay off the print
when all words were moved by up to 0.22 em; now 0.01 %. poppler gives back as many of the true
runs of three words: 96.0 and 86.8 % of 16 pages of books turned by 1 and 2 degrees (before: 96.0
and 86.5 %), 98.0, 89.6 and 74.5 % of the four pages at 0.5, 1, 2 (before: 99.8, 89.8, 74.8 %).
At 0.12 em for all words they were 8 to 15 points fewer.
"""
TALL = re.compile(r"[^acegmnopqrstuvwxyzавгежзиклмнопрстухцчшщъыьэюя.,:;_-]")
TAIL = re.compile(r"[gjpqyQдруфцщ]")
"""What reaches clearly above small letters (a "t" does not), or below the baseline. Signs of other
scripts count as tall."""
MAX_FLATTENED_DEG = 8.0
"""Words of lines tilted by more than this stay on their print: such lines, flatter by 0.22 em, are
not put together either."""
AIR = 1.35
"""How much taller than its letters a line is drawn, so that lines fill the space between them.

Measured on 60 pages read by Tesseract: poppler gave back 93.1 % of the true runs of three words at
1.0, 96.2 % at 1.25, and at 1.35 the 96.8 % that had been read.
"""
AIR_BESIDE = 1.15
"""The same for lines beside others, as in columns and tables: taller ones, poppler runs together
across a gutter that is narrow for the size of the letters.

Measured on two newspaper pages read by Tesseract: of the true runs of three words, of which 82 %
had been read, poppler gave back 76 % at 1.15 and 70 % at 1.35; without any air 68 %.
"""
BESIDE_REACH, BESIDE_LENGTH = 20.0, 3.0
"""A line is beside another one that is no farther than 20 and no shorter than 3 heights of its
letters: wider than the gutters of columns, and longer than a bullet or a page number."""
MIN_GAP_EM = 0.15
"""Least space between words: poppler joins words that are nearer, whatever spaces are drawn.

Its own limit is 0.1 em (`minWordBreakSpace` in TextOutputDev.cc), and half of that is a margin.
Known: `pdftotext -raw` keeps 88 % of the words apart at 0.15, and all of them at 0.16.
"""
MAX_SPACING_EM = 0.06
"""Most character spacing in the words of a tilted line: poppler splits words at 0.1 em; the rest is
a margin."""
MIN_SCALE, MAX_SCALE = 1.0, 10_000.0
"""Horizontal scale of a word, in per cent: a guard against boxes that are empty or absurd."""
PLACES = 2
"""Decimals of a position in points: 1/7,200 inch, finer than any scan; reportlab would write 6."""
AFTER_HYPHEN = "\u200e"
"""Stands after a hyphen at a line's end, so that it stays in what is copied.

A left-to-right mark, which has neither width nor meaning here.
"""


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word and where it begins and ends along its line's baseline, in points."""

    text: str
    start_pt: float
    end_pt: float


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line of words on the page.

    Attributes:
        x_pt: Where the baseline starts, from the left edge of the page.
        y_pt: The same, from the bottom edge.
        angle_deg: Direction of the baseline, counter-clockwise from the x axis.
        ascent_pt: From the baseline to the top of the tallest letters.
        words: In any order; they are drawn from left to right along the baseline.
    """

    x_pt: float
    y_pt: float
    angle_deg: float
    ascent_pt: float
    words: tuple[PlacedWord, ...]


def draw_lines(canvas: Canvas, lines: Iterable[PlacedLine]) -> None:
    """Draws lines invisibly on the page of a canvas, whose state is the same afterwards."""
    register()
    canvas.saveState()
    placed = list(lines)
    for line, beside in zip(placed, _have_neighbors(placed), strict=True):
        _draw_line(canvas, line, AIR_BESIDE if beside else AIR)
    canvas.restoreState()


def _have_neighbors(lines: list[PlacedLine]) -> list[bool]:
    """For each line, whether another one stands at the same height, near to its left or right."""
    if not lines:
        return []
    tops, bottoms, starts, ends, ascents = np.asarray([_extent(line) for line in lines], float).T
    shared = np.minimum.outer(bottoms, bottoms) - np.maximum.outer(tops, tops)
    apart = np.maximum.outer(starts, starts) - np.minimum.outer(ends, ends)
    near = (shared > ascents / 2) & (apart > 0) & (apart < BESIDE_REACH * ascents)
    near &= (ends - starts > BESIDE_LENGTH * ascents)[:, np.newaxis]
    return [bool(beside) for beside in near.any(axis=0)]


def _extent(line: PlacedLine) -> tuple[float, float, float, float, float]:
    """The lowest, highest, leftmost and rightmost place of a line, and its ascent, in points."""
    cos, sin = math.cos(math.radians(line.angle_deg)), math.sin(math.radians(line.angle_deg))
    along = [at for word in line.words for at in (word.start_pt, word.end_pt)] or [0.0]
    up = line.ascent_pt
    xs = [line.x_pt + at * cos - rise * sin for at in (min(along), max(along)) for rise in (0, up)]
    ys = [line.y_pt + at * sin + rise * cos for at in (min(along), max(along)) for rise in (0, up)]
    return min(ys), max(ys), min(xs), max(xs), up


def _draw_line(canvas: Canvas, line: PlacedLine, air: float) -> None:
    """Draws one line, `air` times as tall as its letters."""
    words = sorted(
        (word for word in line.words if word.text.strip() and word.end_pt > word.start_pt),
        key=lambda word: word.start_pt,
    )
    if not words or line.ascent_pt <= 0:
        return
    size = round(line.ascent_pt * air * UNITS_PER_EM / ASCENT, PLACES)
    middle = MIDDLE_TALL if all(TALL.search(word.text) for word in words) else MIDDLE
    drop = (ASCENT + DESCENT) / 2 / UNITS_PER_EM * size - middle * line.ascent_pt
    axis = round(line.angle_deg / 90) * 90
    slope = math.radians(line.angle_deg - axis)
    text = canvas.beginText()
    text.setTextRenderMode(INVISIBLE)
    text.setFont(FONT_NAME, size, size)
    if abs(math.degrees(slope)) <= MAX_STEPPED_DEG:
        down, up = (middle - LOWEST) * line.ascent_pt, (HIGHEST - middle) * line.ascent_pt
        _begin(text, line, axis, drop)
        _show_stepped(text, words, size, slope, (down, up))
    else:
        _begin(text, line, line.angle_deg, drop)
        _show_tilted(text, words, size)
    canvas.drawText(text)


def _begin(text: PDFTextObject, line: PlacedLine, angle_deg: float, drop_pt: float) -> None:
    """Sets the text matrix to the start of a line, `drop_pt` below its baseline."""
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    x_pt, y_pt = line.x_pt + drop_pt * sin, line.y_pt - drop_pt * cos
    text.setTextTransform(cos, sin, -sin, cos, round(x_pt, PLACES), round(y_pt, PLACES))


def _show_stepped(
    text: PDFTextObject,
    words: list[PlacedWord],
    size: float,
    slope: float,
    room_pt: tuple[float, float],
) -> None:
    """Each word flat and stretched to its own width; the words climb like a staircase.

    The stairs are made as low as `MAX_SHIFT_EM` allows, unless the line is too steep. A word
    without tails goes no further down than the first of `room_pt`, one without tall letters no
    further up than the second.
    """
    font = register()
    rise = (words[-1].end_pt - words[0].start_pt) * math.sin(slope)
    limit = MAX_SHIFT_EM * size
    shift = limit if abs(math.degrees(slope)) <= MAX_FLATTENED_DEG else 0.0
    flattened = max(0.0, 1 - 2 * shift / abs(rise)) if rise else 0.0
    middle = (words[0].start_pt + words[-1].end_pt) / 2
    at_x = at_y = 0.0
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else None
        width = word.end_pt - word.start_pt
        if following and _is_spaced(word, following, size):
            room = following.start_pt - word.start_pt - MIN_GAP_EM * size
            width = max(width / 2, min(width, room))
        elif following:  # close the gap, or readers put a space there
            width = max(width, following.start_pt - word.start_pt)
        shown = visual_order(word.text)
        true_y = (word.start_pt + word.end_pt) / 2 * math.sin(slope)
        flat_y = middle * math.sin(slope) * (1 - flattened) + true_y * flattened
        raised = limit if TALL.search(word.text) else min(limit, room_pt[1])
        lowered = limit if TAIL.search(word.text) else min(limit, room_pt[0])
        y = true_y + max(-lowered, min(raised, flat_y - true_y))
        moved = _move(text, word.start_pt * math.cos(slope) - at_x, y - at_y)
        at_x, at_y = at_x + moved[0], at_y + moved[1]
        text.setHorizScale(_percent(width * math.cos(slope), font.stringWidth(shown, size)))
        text.textOut(shown + _after(word, following, size))


def _is_spaced(word: PlacedWord, following: PlacedWord, size: float) -> bool:
    """Whether a space belongs between two words that are drawn one after the other."""
    height = size * ASCENT / UNITS_PER_EM / AIR
    return needs_space(word.text, following.text, (following.start_pt - word.end_pt) / height)


def _after(word: PlacedWord, following: PlacedWord | None, size: float) -> str:
    """What is drawn with a word, behind it."""
    if following:
        return " " if _is_spaced(word, following, size) else ""
    return f"{AFTER_HYPHEN} " if word.text.endswith("-") else " "


def _show_tilted(text: PDFTextObject, words: list[PlacedWord], size: float) -> None:
    """One scale for the whole line, and a small character spacing for each word."""
    font = register()
    shown = [visual_order(word.text) for word in words]
    natural = [font.stringWidth(letters, size) for letters in shown]
    printed = sum(word.end_pt - word.start_pt for word in words)
    percent = _percent(printed, sum(natural))
    text.setHorizScale(percent)
    at = 0.0
    limit = MAX_SPACING_EM * size
    for index, word in enumerate(words):
        at += _move(text, word.start_pt - at, 0)[0]
        missing = (word.end_pt - word.start_pt) * 100 / percent - natural[index]
        text.setCharSpace(round(max(-limit, min(limit, missing / len(shown[index]))), 4))
        following = words[index + 1] if index + 1 < len(words) else None
        text.textOut(shown[index] + _after(word, following, size))
    text.setCharSpace(0)


def _move(text: PDFTextObject, along_pt: float, up_pt: float) -> tuple[float, float]:
    """Moves on from the last place.

    Returns:
        The move as it is written, so that the rounding of one move is made good by the next.
    """
    along_pt, up_pt = round(along_pt, PLACES), round(up_pt, PLACES)
    if along_pt or up_pt:
        text.moveCursor(along_pt, -up_pt)
    return along_pt, up_pt


def _percent(width: float, natural: float) -> float:
    """The horizontal scale that makes text of the natural width this wide."""
    if not natural:
        return 100.0
    return round(max(MIN_SCALE, min(MAX_SCALE, 100 * width / natural)), 1)

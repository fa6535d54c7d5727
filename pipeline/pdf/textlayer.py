"""Lines of words as invisible text, each word as wide as its print.

What is done here was found by trying it on readers (poppler, pdfium, pdf.js, mupdf, pypdf):
one text object per line, since poppler forgets the horizontal scale at its end; a real space
after each word, drawn with it, since some readers infer none; right-to-left words drawn from
left to right with their letters reversed, since that is what readers turn back.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from ..characters import needs_space, visual_order
from .glyphless import ASCENT, DESCENT, FONT_NAME, UNITS_PER_EM, register

INVISIBLE = 3
"""Text render mode: neither fill nor stroke (ISO 32000-1, table 106)."""
MAX_STEPPED_DEG = 12.0
"""Lines tilted more are drawn tilted; others as flat words, which readers do not break.

Of a page's words at 10 degrees, poppler found 90 % as flat words, and 43 % in tilted lines;
pdf.js 100 % and 86 %.
"""
MIDDLE, MIDDLE_TALL = 0.40, 0.46
"""Where the boxes of a line have their middle, above its baseline, in heights of its tallest
letters; the second of lines in which all words have tall letters.

Words without tall letters, as the default engine places them, have it at 0.37 (median of 235),
capitals at 0.45. With all air above the letters it was 0.51, and words like "a" were left easily.
"""
MAX_SHIFT_EM = 0.25
"""How far a word may be moved off its print to make its line flatter, which poppler wants."""
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
"""Words of lines tilted more stay on their print: flatter lines are no longer put together."""
AIR = 1.35
"""How much taller than its letters a line is drawn, so that lines fill the space between them.

poppler puts smaller text together wrongly: of 60 pages read by Tesseract it gave back 93.1 % of
the true runs of three words at 1.0, 96.2 % at 1.25, and at 1.35 the 96.8 % that had been read.
"""
AIR_BESIDE = 1.15
"""The same for lines beside others (columns, tables), which poppler otherwise runs together
across a gutter that is narrow for the size of the letters: on two newspaper pages it gave back
70 % of the true runs of three words at 1.35, and 76 % so (read by Tesseract: 68 %, and 82 %).
"""
BESIDE_REACH, BESIDE_LENGTH = 20.0, 3.0
"""How near such another line is at most, and how long at least, in heights of its letters."""
MIN_GAP_EM = 0.15
"""Least space between words; poppler joins words that are nearer, whatever spaces are drawn."""
MAX_SPACING_EM = 0.06
"""Character spacing of words on a tilted line; poppler splits words from 0.1 em on."""
MIN_SCALE, MAX_SCALE = 1.0, 10_000.0
"""Horizontal scale of a word, in per cent: a guard against empty or absurd boxes."""
PLACES = 2
"""Decimals of a position in points: far finer than a pixel; reportlab would write 6."""
AFTER_HYPHEN = "\u200e"
"""Stands after a hyphen at a line's end, or readers drop it and join the halves of the word.

A mark without width or meaning here (left-to-right mark): what is copied stays as printed.
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
        x_pt: Start of the baseline.
        y_pt: Start of the baseline.
        angle_deg: Direction of the baseline, counter-clockwise from the x axis.
        ascent_pt: From the baseline to the top of the tallest letters.
        words: In any order; they are drawn from left to right.
    """

    x_pt: float
    y_pt: float
    angle_deg: float
    ascent_pt: float
    words: tuple[PlacedWord, ...]


def draw_lines(canvas: Canvas, lines: Iterable[PlacedLine]) -> None:
    """Draws `lines` invisibly; the canvas's state is as before afterwards."""
    register()
    canvas.saveState()
    placed = list(lines)
    for line, beside in zip(placed, _have_neighbours(placed), strict=True):
        _draw_line(canvas, line, AIR_BESIDE if beside else AIR)
    canvas.restoreState()


def _have_neighbours(lines: list[PlacedLine]) -> list[bool]:
    """For each line, whether another one stands at the same height, to its left or right."""
    if not lines:
        return []
    tops, bottoms, starts, ends, ascents = np.asarray([_extent(line) for line in lines], float).T
    shared = np.minimum.outer(bottoms, bottoms) - np.maximum.outer(tops, tops)
    apart = np.maximum.outer(starts, starts) - np.minimum.outer(ends, ends)
    near = (shared > ascents / 2) & (apart > 0) & (apart < BESIDE_REACH * ascents)
    near &= (ends - starts > BESIDE_LENGTH * ascents)[:, np.newaxis]
    return [bool(beside) for beside in near.any(axis=0)]


def _extent(line: PlacedLine) -> tuple[float, float, float, float, float]:
    """Lowest and highest, leftmost and rightmost place of a line, in points; its ascent."""
    cos, sin = math.cos(math.radians(line.angle_deg)), math.sin(math.radians(line.angle_deg))
    along = [at for word in line.words for at in (word.start_pt, word.end_pt)] or [0.0]
    up = line.ascent_pt
    xs = [line.x_pt + at * cos - rise * sin for at in (min(along), max(along)) for rise in (0, up)]
    ys = [line.y_pt + at * sin + rise * cos for at in (min(along), max(along)) for rise in (0, up)]
    return min(ys), max(ys), min(xs), max(xs), up


def _draw_line(canvas: Canvas, line: PlacedLine, air: float) -> None:
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
    """Starts a line, so much below its baseline."""
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

    The stairs are made as low as `MAX_SHIFT_EM` allows, where they are not too steep for it; a
    word without tails goes no further down than the first of `room_pt`, one without tall letters no
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
    height = size * ASCENT / UNITS_PER_EM / AIR
    return needs_space(word.text, following.text, (following.start_pt - word.end_pt) / height)


def _after(word: PlacedWord, following: PlacedWord | None, size: float) -> str:
    """What is drawn with a word, behind it."""
    if following:
        return " " if _is_spaced(word, following, size) else ""
    return f"{AFTER_HYPHEN} " if word.text.endswith("-") else " "


def _show_tilted(text: PDFTextObject, words: list[PlacedWord], size: float) -> None:
    """One scale for the line, and a small spacing per word: pdf.js breaks it at other scales."""
    font = register()
    shown = [visual_order(word.text) for word in words]
    natural = [font.stringWidth(each, size) for each in shown]
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
    """Moves from the last place; gives the move as written, so that rounding does not add up."""
    along_pt, up_pt = round(along_pt, PLACES), round(up_pt, PLACES)
    if along_pt or up_pt:
        text.moveCursor(along_pt, -up_pt)
    return along_pt, up_pt


def _percent(width: float, natural: float) -> float:
    if not natural:
        return 100.0
    return round(max(MIN_SCALE, min(MAX_SCALE, 100 * width / natural)), 1)

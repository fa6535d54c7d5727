"""Lines of words as invisible text, each word as wide as its print.

What is done here was found by trying it on readers (poppler, pdfium, pdf.js, mupdf, pypdf):
one text object per line, since poppler forgets the horizontal scale at its end; a real space
after each word, drawn with it, since some readers infer none; right-to-left words drawn from
left to right with their letters reversed, since that is what readers turn back.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from ..characters import needs_space
from .glyphless import ASCENT, FONT_NAME, UNITS_PER_EM, register

INVISIBLE = 3
"""Text render mode: neither fill nor stroke (ISO 32000-1, table 106)."""
FLAT_RISE_EM = 0.45
"""A line that rises less than this over its length is drawn flat: readers break tilted ones."""
MAX_SPACING_EM = 0.06
"""Character spacing of words on a tilted line; poppler splits words from 0.1 em on."""
PLACES = 2
"""Decimals of a position in points: far finer than a pixel; reportlab would write 6."""
MIN_SCALE, MAX_SCALE = 1.0, 10_000.0
"""Horizontal scale of a word, in per cent: a guard against empty or absurd boxes."""


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
    for line in lines:
        _draw_line(canvas, line)
    canvas.restoreState()


def is_right_to_left(text: str) -> bool:
    """Whether a word has letters of a script that runs from right to left."""
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def visual_order(word: str) -> str:
    """A word as it stands on paper from left to right; numbers keep their order."""
    if not is_right_to_left(word):
        return word
    runs: list[str] = []
    in_number = False
    for character in word:
        is_digit = unicodedata.bidirectional(character) in ("EN", "AN")
        if is_digit and in_number:
            runs[-1] += character
        else:
            runs.append(character)
        in_number = is_digit
    return "".join(reversed(runs))


def _draw_line(canvas: Canvas, line: PlacedLine) -> None:
    words = sorted(
        (word for word in line.words if word.text.strip() and word.end_pt > word.start_pt),
        key=lambda word: word.start_pt,
    )
    if not words or line.ascent_pt <= 0:
        return
    size = round(line.ascent_pt * UNITS_PER_EM / ASCENT, PLACES)
    x, y, angle = _settle(line, words[-1].end_pt, size)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    start = words[0].start_pt
    text = canvas.beginText()
    text.setTextRenderMode(INVISIBLE)
    text.setFont(FONT_NAME, size, size)
    origin = (round(x + start * cos, PLACES), round(y + start * sin, PLACES))
    text.setTextTransform(cos, sin, -sin, cos, *origin)
    if angle % 90:
        _show_tilted(text, words, size)
    else:
        _show_straight(text, words, size)
    canvas.drawText(text)


def _settle(line: PlacedLine, length_pt: float, size: float) -> tuple[float, float, float]:
    """Origin and angle: a nearly flat line lies flat, at the middle of its rise."""
    angle = (line.angle_deg + 180) % 360 - 180
    nearest = round(angle / 90) * 90
    rise = math.sin(math.radians(angle - nearest)) * length_pt
    if abs(rise) >= FLAT_RISE_EM * size:
        return line.x_pt, line.y_pt, angle
    # Across the line, half of the rise: (-sin, cos) of the straightened direction.
    across = math.radians(nearest)
    return (
        line.x_pt - math.sin(across) * rise / 2,
        line.y_pt + math.cos(across) * rise / 2,
        nearest,
    )


def _show_straight(text: PDFTextObject, words: list[PlacedWord], size: float) -> None:
    """Each word stretched to its own width."""
    font = register()
    at = words[0].start_pt
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else None
        spaced = following is None or needs_space(word.text, following.text)
        width = word.end_pt - word.start_pt
        if following and not spaced:  # close the gap, or readers put a space there
            width = max(width, following.start_pt - word.start_pt)
        shown = visual_order(word.text)
        at += _move(text, word.start_pt - at)
        text.setHorizScale(_percent(width, font.stringWidth(shown, size)))
        text.textOut(shown + (" " if spaced else ""))


def _show_tilted(text: PDFTextObject, words: list[PlacedWord], size: float) -> None:
    """One scale for the line, and a small spacing per word: pdf.js breaks it at other scales."""
    font = register()
    shown = [visual_order(word.text) for word in words]
    natural = [font.stringWidth(each, size) for each in shown]
    printed = sum(word.end_pt - word.start_pt for word in words)
    percent = _percent(printed, sum(natural))
    text.setHorizScale(percent)
    at = words[0].start_pt
    limit = MAX_SPACING_EM * size
    for index, word in enumerate(words):
        at += _move(text, word.start_pt - at)
        missing = (word.end_pt - word.start_pt) * 100 / percent - natural[index]
        text.setCharSpace(round(max(-limit, min(limit, missing / len(shown[index]))), 4))
        last = index + 1 == len(words)
        spaced = last or needs_space(word.text, words[index + 1].text)
        text.textOut(shown[index] + (" " if spaced else ""))
    text.setCharSpace(0)


def _move(text: PDFTextObject, distance_pt: float) -> float:
    """Moves along the line; gives the distance as written, so that rounding does not add up."""
    distance_pt = round(distance_pt, PLACES)
    if distance_pt:
        text.moveCursor(distance_pt, 0)
    return distance_pt


def _percent(width: float, natural: float) -> float:
    if not natural:
        return 100.0
    return round(max(MIN_SCALE, min(MAX_SCALE, 100 * width / natural)), 1)

"""Where the words of a line stand: Aspose.OCR gives a rectangle for each line, and its text."""

from __future__ import annotations

import math
from typing import Any

from PIL import Image

from ....model.characters import nfc
from ....model.geometry import Baseline, Box
from ....model.text import Line, Word
from ....pdf.glyphless import GlyphlessFont
from ..ink import snap_words

BASELINE_SHARE, ASCENT_SHARE = 0.8, 0.66
"""Where the baseline stands in the rectangle of a line, and how tall its letters are: parts of the
rectangle's height. In Helvetica letters rise 0.72 of the type size and go down 0.21 (Adobe's font
metrics), so the baseline is at 0.78 of a rectangle that holds both. The second is an estimate: the
upper edge of a highlight depends on it, no word's place along its line."""


def lines_of(text: str, place: Any, skew_deg: float, image: Image.Image) -> list[Line]:
    """A line's words: as wide as their letters in an ordinary typeface, moved to the ink.

    Args:
        text: What was read in the line.
        place: Its upright rectangle, Java's.
        skew_deg: How far the page is tilted, clockwise as seen.
        image: The page.

    Returns:
        The line; none where there is no text, or its rectangle is empty.
    """
    text = nfc(text).strip()
    font = GlyphlessFont()
    whole = font.stringWidth(text, 1)
    left, top, width, height = (
        float(value) for value in (place.getX(), place.getY(), place.getWidth(), place.getHeight())
    )
    if not whole or width <= 0 or height <= 0:
        return []
    length, tall, cos, sin = _within(width, height, math.radians(skew_deg))
    scale = length / whole
    # The end of the line's upper edge where it begins: at the top where the line goes down.
    x, y = (left + tall * sin, top) if sin >= 0 else (left, top - length * sin)

    def at(along: float, across: float) -> tuple[float, float]:
        return x + along * cos - across * sin, y + along * sin + across * cos

    expected = []
    index = 0
    for word in text.split():
        index = text.index(word, index)
        start = font.stringWidth(text[:index], 1) * scale
        index += len(word)
        expected.append((start, font.stringWidth(text[:index], 1) * scale))
    size = max(1, round(length)), max(1, round(tall))
    strip = image.transform(
        size, Image.Transform.AFFINE, (cos, -sin, x, sin, cos, y), fillcolor="white"
    )
    words = []
    for word, (start, end) in zip(text.split(), snap_words(strip, expected), strict=True):
        corners = [at(along, across) for along in (start, end) for across in (0, tall)]
        xs, ys = zip(*corners, strict=True)
        box = Box(
            max(0.0, min(xs)),
            max(0.0, min(ys)),
            min(float(image.width), max(xs)),
            min(float(image.height), max(ys)),
        )
        if box.left < box.right and box.top < box.bottom:
            words.append(Word(word, box))
    base = at(0, tall * BASELINE_SHARE), at(length, tall * BASELINE_SHARE)
    return [Line(tuple(words), Baseline(*base[0], *base[1]), tall * ASCENT_SHARE)] if words else []


def _within(width: float, height: float, angle: float) -> tuple[float, float, float, float]:
    """Length and height of a line tilted by `angle` that fills an upright rectangle; cos, sin."""
    cos, sin = math.cos(angle), math.sin(angle)
    spread = cos * cos - sin * sin
    if spread > 0.5:
        length = (width * cos - height * abs(sin)) / spread
        tall = (height * cos - width * abs(sin)) / spread
        if length > 0 and tall > height / 4:
            return length, tall, cos, sin
    return width, height, 1.0, 0.0

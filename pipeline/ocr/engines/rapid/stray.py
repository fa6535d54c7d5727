"""Marks on a page (specks, strokes of a pen, logos) that were read as a letter of elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from ....model.text import Line
from .line_reader import is_latin

MIN_LETTERS = 20
"""Fewer do not tell whether a page is Latin,"""
NEARLY_ALL = 0.95
"""and if it is, this share of them is."""
SURE = 0.9
"""Print is read with more confidence than this, also where it is a single Chinese character."""


def without_stray_marks(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines; on a Latin page without those of a single letter of another script, if unsure."""
    text = "".join(word.text for line in lines for word in line.words)
    latin = [is_latin(sign) for sign in text if sign.isalpha()]
    if len(latin) < MIN_LETTERS or sum(latin) < NEARLY_ALL * len(latin):
        return tuple(lines)
    return tuple(line for line in lines if not _is_stray(line))


def _is_stray(line: Line) -> bool:
    if len(line.words) != 1:
        return False
    text, confidence = line.words[0].text, line.words[0].confidence or 0.0
    return len(text) == 1 and text.isalpha() and not is_latin(text) and confidence < SURE

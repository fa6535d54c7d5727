"""Stray marks: specks, strokes of a pen and logos that were read as a letter of another script."""

from __future__ import annotations

from collections.abc import Sequence

from ....model.text import Line
from .recognizer import is_latin

MIN_LETTERS = 20
"""With fewer letters, a page does not tell whether it is Latin. Chosen by judgment: three or four
words."""
LATIN_SHARE = 0.95
"""A page is Latin if at least this share of its letters is. Chosen by judgment: of 20 letters one
may be a stray mark."""
SURE = 0.9
"""With this confidence or more, a letter is print: single Chinese characters in print are read so.
On 103 pages of ten sets, five lines were left out by these rules. All were specks."""


def without_stray_marks(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Leaves out lines that are a stray mark.

    Args:
        lines: All lines of a page.

    Returns:
        The lines. On a Latin page, those are missing that are a single letter of another script
        with a confidence below `SURE`.
    """
    text = "".join(word.text for line in lines for word in line.words)
    latin = [is_latin(character) for character in text if character.isalpha()]
    if len(latin) < MIN_LETTERS or sum(latin) < LATIN_SHARE * len(latin):
        return tuple(lines)
    return tuple(line for line in lines if not _is_stray(line))


def _is_stray(line: Line) -> bool:
    if len(line.words) != 1:
        return False
    text, confidence = line.words[0].text, line.words[0].confidence or 0.0
    return len(text) == 1 and text.isalpha() and not is_latin(text) and confidence < SURE

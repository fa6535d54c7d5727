"""Which way up a page lies: its longest lines are read as found and, if unsure, the other way up.

An upright page is told by lines that are read anyway, so it costs nothing to know.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from .line_reader import Reading
from .network import Floats, Pixels
from .vertical import is_same, is_wide, side_by_side
from .word_places import flat_line, is_upright_strip

SAMPLE = 5
"""So many of the longest lines are asked."""
LONG = 2.0
"""Lines are this many times longer than high, or they tell no direction."""
SURE, LIKELY = 0.85, 0.7
"""Confidence from which a way up is right without the other being tried, and from which it may
be the better one. Upside down, lines of clean print are read with 0.3 to 0.6."""
CLEARLY = 0.1
"""By how much more confidence the better way up is known."""
FEW_LETTERS = 6
"""Fewer in all lines that are asked do not turn a page,"""
FEW_LETTERS_OF_LINE = 3
"""and fewer in a line do not turn the line: specks are read as two, now and then."""


class FoundLine:
    """A line of print where it was found; it is read when that is first asked for.

    Args:
        page: Blue, green and red, [height, width, 3].
        quad: Its corners in pixels, clockwise from the top left, [4, 2].
        read: Reads a line laid flat.

    Attributes:
        quad: As given.
        stands: It is higher than wide, so `flat_line` turns it to the left.
    """

    def __init__(self, page: Pixels, quad: Floats, read: Callable[[Pixels], Reading]) -> None:
        self._page = page
        self._read = read
        self.quad = quad
        self.stands = is_upright_strip(quad.astype(float))
        sides = np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1)
        self.length, self.breadth = float(sides.max()), float(max(1.0, sides.min()))

    def crop(self, head_down: bool = False) -> Pixels:
        """The print, laid flat; `head_down`: turned by half."""
        crop = flat_line(self._page, self.quad)
        return np.ascontiguousarray(crop[::-1, ::-1]) if head_down else crop

    @cached_property
    def reading(self) -> Reading:
        """What is read as it was laid flat."""
        return self._read(self.crop())

    @cached_property
    def head_down(self) -> Reading:
        """What is read when it is turned by half."""
        return self._read(self.crop(head_down=True))

    def is_column(self, head_down: bool) -> bool:
        """Whether a standing line is a column of upright characters, one above the other."""
        reading = self.head_down if head_down else self.reading
        if len(reading.text) < FEW_LETTERS_OF_LINE or not is_wide(reading.text):
            return False
        again = self._read(side_by_side(self.crop(head_down), reading))
        return is_same(reading, again)

    @property
    def is_head_down(self) -> bool:
        """Whether a standing line runs upwards: it is read clearly better when turned by half."""
        return (
            self.stands
            and self.reading.confidence < SURE
            and len(self.head_down.text.strip()) >= FEW_LETTERS_OF_LINE
            and _is_better(self.head_down.confidence, self.reading.confidence)
        )


def clockwise_turn_deg(lines: Sequence[FoundLine]) -> int:
    """The clockwise turn that makes a page upright: 0, 90, 180 or 270.

    Args:
        lines: All that were found on it.

    Returns:
        The turn; 0 where the lines do not clearly tell another.
    """
    long = [line for line in lines if line.length >= LONG * line.breadth]
    standing = sum(line.length for line in long if line.stands)
    sideways = 2 * standing > sum(line.length for line in long)
    asked = [line for line in long if line.stands == sideways]
    asked = sorted(asked, key=lambda line: line.length, reverse=True)[:SAMPLE]
    readings = [line.reading for line in asked]
    as_found = _confidence(readings)
    head_down = False
    if as_found < SURE:
        others = [line.head_down for line in asked]
        other_way = _confidence(others)
        head_down = _is_better(other_way, as_found)
        if head_down:
            readings = others
        elif sideways and not _is_better(as_found, other_way):
            return 0
    if _letters(readings) < FEW_LETTERS or not (sideways or head_down):
        return 0
    columns = sideways and 2 * sum(line.is_column(head_down) for line in asked) > len(asked)
    if columns or not sideways:
        return 180 if head_down else 0
    return 90 if head_down else 270


def _is_better(confidence: float, other: float) -> bool:
    return confidence >= LIKELY and confidence >= other + CLEARLY


def _confidence(readings: Sequence[Reading]) -> float:
    """Mean over lines; one in which nothing is read counts as 0."""
    return sum(reading.confidence for reading in readings) / max(1, len(readings))


def _letters(readings: Sequence[Reading]) -> int:
    return sum(sum(sign.isalnum() for sign in reading.text) for reading in readings)

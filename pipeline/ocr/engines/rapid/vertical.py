"""Columns of Chinese or Japanese, told from lines that lie on their side.

Laid flat, both read well: the reader knows characters that lie on their side as such columns do.
So the characters are set up again as they stand on the page, side by side: those of a column are
then upright, and read as before; those of a line on its side are not, and next to none is read.
"""

from __future__ import annotations

import unicodedata
from collections import Counter

import cv2
import numpy as np

from .line_reader import Reading
from .network import Pixels
from .word_places import LATE_COLUMNS

SAME_SHARE = 0.5
"""Of a column's characters, as many are read again."""


def is_wide(text: str) -> bool:
    """Whether most of a text is Chinese or Japanese."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return 2 * wide > len(text)


def side_by_side(crop: Pixels, reading: Reading) -> Pixels:
    """The characters of a line that was turned to the left, each turned back, as one line.

    Args:
        crop: The line, laid flat, [height, width, 3].
        reading: What was read in it: two characters or more.
    """
    height, width = crop.shape[:2]
    step = width / reading.used
    middles = [(column + 0.5 - LATE_COLUMNS) * step for column in reading.columns]
    half = max(1.0, float(np.median(np.diff(middles))) / 2)
    parts = []
    for middle in middles:
        left, right = max(0, int(middle - half)), min(width, int(middle + half))
        if left < right:
            upright = np.ascontiguousarray(np.rot90(crop[:, left:right], -1))
            parts.append(cv2.resize(upright, (height, height)))
    return np.ascontiguousarray(np.hstack(parts), np.uint8)


def is_same(reading: Reading, other: Reading) -> bool:
    """Whether at least half of the characters of `reading` are in `other`."""
    one, two = Counter(reading.text), Counter(other.text)
    return (one & two).total() >= SAME_SHARE * one.total()

"""Vertical text: columns of Chinese or Japanese characters, told from lines that lie on their side.

Rotated to be horizontal, both are read well: the model also knows characters that lie on their
side, as those of a column then do. So the characters of the line are put up again as they are on
the page, side by side, and are read once more. Those of a column are upright then, and the text is
the same. Those of a line on its side are not, and next to nothing is read.
"""

from __future__ import annotations

import unicodedata
from collections import Counter

import cv2
import numpy as np

from .network import Pixels
from .recognizer import Reading
from .word_places import LATE_COLUMNS

SAME_SHARE = 0.5
"""Share of a column's characters that are read again. Measured with the Japanese fixture: .94 and
more in 16 columns, .06 and less in 16 lines on their side."""


def is_wide(text: str) -> bool:
    """Whether most characters of a text are Chinese or Japanese (wide, UAX 11)."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return 2 * wide > len(text)


def side_by_side(crop: Pixels, reading: Reading) -> Pixels:
    """The characters of a line that was rotated to the left, each rotated back, as one line.

    Args:
        crop: The line, horizontal, [height, width, 3].
        reading: What was read in it: two characters or more.

    Returns:
        [height, height * characters, 3].
    """
    height, width = crop.shape[:2]
    step = width / reading.column_count
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
    """Whether at least `SAME_SHARE` of the characters of `reading` are in `other`, in any order."""
    one, two = Counter(reading.text), Counter(other.text)
    return (one & two).total() >= SAME_SHARE * one.total()

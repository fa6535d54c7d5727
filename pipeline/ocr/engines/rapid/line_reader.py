"""Reads a line of print, with the second of the two models of PP-OCRv6.

The model gives for each eighth column of a line 48 pixels high how likely each of 18,710
characters, or none, begins to be seen there (CTC: Graves et al., Connectionist Temporal
Classification, 2006). Nearly all of its characters are Chinese, and weighing them takes as long
as half of the rest. So they are weighed in groups, of which only the best is asked for, and
looked at one by one where one of them may be the best of all: the result is the same.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ....model.characters import is_cjk
from .network import READER, Floats, Network, Pixels, read_model
from .surgery import last_layer

HEIGHT_PX = 48
COLUMN_PX = 8
"""The reader gives one character (or none) for every 8 pixels of a line scaled to 48."""
NARROW, WIDE = 0.85, 1.2
"""Lines are set narrower than they are: it reads more words (0.1 to 0.2 points on each of five
sets of scans), in less time. Where letters stand so close that they get too few columns, or the
reader is unsure, the line is read again, wider, and the surer reading taken."""
UNSURE, SURE = 0.9, 0.99
FEW_COLUMNS, ENOUGH_COLUMNS = 2.0, 2.6
"""Columns for each character: below the first, a line is read again unless all of it is sure;
above the second, more width does not help."""
MIN_WIDTH_PX = 320
WIDTH_STEP = 1.15
"""Widths grow by this factor: OpenVINO prepares, and keeps, some 8 MB for each. A line is set to
the nearest of them, so that nothing is computed for padding; shorter ones stand in the first."""
KEPT_WIDTHS = 16
MIN_SPACE = 0.3
"""From here on a space parts two words, also where no character at all is likelier."""
FIGURE = re.compile(r"(?<![^\W_])\d[\doO]{2,}(?=s?(?![^\W_]))")
"""A figure, in which an o is a nought: in old types the two look the same."""
INSIDE_WORDS = frozenset("-\u2010'\u2019")
"""Behind these a word goes on, whatever the air."""
GROUPS = 16
"""Groups of characters that are not Latin: small enough for a processor's cache."""

LATIN_SIGNS = frozenset("☐☑☒☺☹★☆☎♀♂♪✓✔✗✘")
LAST_LATIN_BLOCK = 0x25FF
"""Signs that are no letters are Latin up to the geometric shapes; beyond, only `LATIN_SIGNS`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in one line.

    Attributes:
        text: Its characters, spaces included.
        columns: For each, the column of the reader where it was seen.
        scores: For each, its confidence, 0 to 1.
        used: How many columns the print fills.
    """

    text: str
    columns: tuple[int, ...]
    scores: tuple[float, ...]
    used: float

    @property
    def confidence(self) -> float:
        """Mean of the scores; 0 where nothing was read."""
        return sum(self.scores) / len(self.scores) if self.scores else 0.0


class LineReader:
    """The compiled model. One instance serves one thread at a time.

    Args:
        threads: How many one line may use.
        latin: Whether only Latin letters are considered.
    """

    def __init__(self, threads: int, latin: bool) -> None:
        model = read_model(READER)
        signs = model.get_rt_info()["framework"]["character"].value.splitlines()
        characters = ["", *signs, " "]  # CTC: 0 is "no character here"
        first = [index for index, sign in enumerate(characters) if is_latin(sign)]
        others = sorted(set(range(len(characters))) - set(first))
        self._groups = [] if latin else [np.array(g) for g in np.array_split(others, GROUPS)]
        self._characters = characters
        self._first = np.array(first)
        last = last_layer(model)
        self._weights, self._bias = last.weights, last.bias
        self._network = Network(last.split(self._first, self._groups), threads, KEPT_WIDTHS)

    def read(self, line: Pixels) -> Reading:
        """The text of a line.

        Args:
            line: Laid flat, [height, width, 3], blue, green and red.

        Returns:
            The text; empty where nothing is read.
        """
        reading = self._read(line, NARROW)
        columns = reading.used / max(1, len(reading.text))
        unsure = reading.confidence < UNSURE and columns < ENOUGH_COLUMNS
        if unsure or (reading.confidence < SURE and columns < FEW_COLUMNS):
            return max(reading, self._read(line, WIDE), key=lambda read: read.confidence)
        return reading

    def _read(self, line: Pixels, stretch: float) -> Reading:
        wide = HEIGHT_PX * line.shape[1] / line.shape[0]
        width = max(1, math.ceil(stretch * wide))
        if width > MIN_WIDTH_PX:
            width = nearest_width(width)
        padded = max(MIN_WIDTH_PX, width)
        canvas = np.full((HEIGHT_PX, padded, 3), 127, np.uint8)
        canvas[:, :width] = cv2.resize(line, (width, HEIGHT_PX))
        logits, *rest = self._network(canvas)
        classes, best = logits.argmax(axis=1), logits.max(axis=1)
        sums = np.exp(logits - best[:, None]).sum(axis=1)
        classes = self._first[classes]
        if rest:
            classes, best, sums = self._among_others(classes, best, sums, *rest)
        kept = np.flatnonzero((classes != 0) & (classes != np.concatenate(([0], classes[:-1]))))
        scores, spaces = 1 / sums, np.exp(logits[:, -1] - best) / sums
        missed = missed_spaces(self._text(classes[kept]), kept, spaces)
        classes[missed], scores[missed] = self._first[-1], spaces[missed]
        kept = np.union1d(kept, missed).astype(int)
        return Reading(
            with_noughts(self._text(classes[kept])),
            tuple(kept.tolist()),
            tuple(scores[kept].tolist()),
            width / COLUMN_PX,
        )

    def _text(self, classes: npt.NDArray[Any]) -> str:
        return "".join(self._characters[each] for each in classes)

    def _among_others(
        self, classes: npt.NDArray[Any], best: Floats, sums: Floats, groups: Floats, seen: Floats
    ) -> tuple[npt.NDArray[Any], Floats, Floats]:
        """The best class, its logit and the sum of all likelihoods over its own, with all groups.

        Args:
            classes: Best of the first classes in each column.
            best: Its logit.
            sums: Likelihood of all first classes, over the best one's.
            groups: Best logit of each group, [columns, groups].
            seen: What the last layer weighs, [columns, features].
        """
        better = groups.max(axis=1)
        for column in np.flatnonzero(better > best):
            group = self._groups[groups[column].argmax()]
            logits = seen[column] @ self._weights[:, group] + self._bias[group]
            classes[column] = group[logits.argmax()]
        top = np.maximum(best, better)
        sums = sums * np.exp(best - top) + np.exp(groups - top[:, None]).sum(axis=1)
        return classes, top, sums


def missed_spaces(text: str, columns: npt.NDArray[Any], spaces: Floats) -> list[int]:
    """The columns between two words that are read as one, where a space is likely after all.

    Args:
        text: As it is read.
        columns: Where each of its characters is seen.
        spaces: How likely each column of the line is a space.
    """
    missed = []
    for number, (first, last) in enumerate(pairwise(columns.tolist()), 1):
        between = spaces[first + 1 : last]
        if between.max(initial=0) >= MIN_SPACE and _parts_words(text[:number], text[number:]):
            missed.append(first + 1 + int(between.argmax()))
    return missed


def _parts_words(before: str, after: str) -> bool:
    """Whether a space may stand between two parts of a line."""
    if before[-1].isspace() or after[0].isspace() or before[-1] in INSIDE_WORDS:
        return False
    words = before.split()[-1], after.split()[0]
    cjk = is_cjk(before[-1]) or is_cjk(after[0])
    return not cjk and all(any(map(str.isalnum, word)) for word in words)


def with_noughts(text: str) -> str:
    """The text, its figures such as 176o and 6ooo written 1760 and 6000."""
    return FIGURE.sub(lambda figure: figure[0].replace("o", "0").replace("O", "0"), text)


def nearest_width(width: float) -> int:
    """The nearest of the widths that lines are set to; a multiple of a column."""
    step = round(math.log(width / MIN_WIDTH_PX) / math.log(WIDTH_STEP))
    return COLUMN_PX * round(MIN_WIDTH_PX * WIDTH_STEP**step / COLUMN_PX)


def is_latin(sign: str) -> bool:
    """Whether a sign may stand in a text of a Latin language: a letter of it, a digit, a mark."""
    return all(
        unicodedata.name(character, "").startswith("LATIN ")
        if character.isalpha()
        else character in LATIN_SIGNS or ord(character) <= LAST_LATIN_BLOCK
        for character in unicodedata.normalize("NFKC", sign)
    ) and not any(unicodedata.east_asian_width(character) in "WF" for character in sign)

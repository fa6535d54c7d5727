"""Text recognition: the text of one line, by the second model of PP-OCRv6.

The line is scaled to a height of 48 pixels. For each 8 pixels of its width, called a column here,
the model gives the probabilities of 18,710 classes: the characters, and the blank of CTC (Graves et
al., Connectionist Temporal Classification, ICML 2006), which means that no new character begins.

Nearly all classes are Chinese characters. A line of 1,216 pixels took 59 ms with all classes, and
46 ms with the Latin ones alone. So the model gives the scores of the Latin classes one by one, and
of each group of the others only the best score. The classes of a group are scored one by one only
where its best score is above those of all Latin classes. The text is the same.
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
from .network import RECOGNITION_MODEL, Floats, Network, Pixels, load_model
from .surgery import last_layer

HEIGHT_PX = 48
COLUMN_PX = 8
"""The size that the model was trained on, and its stride: one output for each 8 pixels of width."""
PADDING_GRAY = 127
"""What is right of a short line: the middle of the range, which the model sees as 0."""
NARROW, WIDE = 0.85, 1.2
"""Lines are scaled to this part of their width. Narrow lines take less time, and have 0.1 to 0.2
points more of their words recognized on each of five sets of scans. A line that is doubtful, or has
too few columns for its characters, is recognized again at the second width, and the reading with
the higher confidence is taken. 1.2 was chosen by judgment: 1.4 times the columns."""
UNSURE, SURE = 0.9, 0.99
"""Mean confidences: below the first, a line is doubtful. From the second, no second reading is
made. Of 763 lines on 30 pages, 63 are recognized twice, and 8 of these have another text then."""
FEW_COLUMNS, ENOUGH_COLUMNS = 2.0, 2.6
"""Columns for each character. Below the first, a line is recognized again unless it is sure: CTC
needs a blank between two equal letters, so two columns for each. Above the second, more width does
not help. On these pages, half of the lines have 2.0 to 2.6."""
MIN_WIDTH_PX = 320
"""Shorter lines are padded to this: the width of 48 x 320 that the model was trained on. With less,
0.16 points of the words on forms are lost."""
WIDTH_STEP = 1.15
"""Longer lines are scaled to the nearest width of a series that grows by this factor, so that no
time goes into padding. OpenVINO prepares, and keeps, some 8 MB for each width. Chosen by judgment:
a line becomes at most 7 % wider or narrower."""
KEPT_WIDTHS = 16
"""For this many widths the prepared code is kept: those up to 2,600 pixels, a line 64 times as wide
as high. The 30 pages have 1 to 10 widths each."""
MIN_SPACE = 0.3
"""From this probability on, a space is put between two words, even if the blank is more probable.
On 103 pages of ten sets, words without the space between them fell from 19 to 12, and words with a
space inside rose from 8 to 9."""
NUMBER = re.compile(r"(?<![^\W_])\d[\doO]{2,}(?=s?(?![^\W_]))")
"""A number of three digits or more, in which an o must be a zero: old-style zeros look like one.
With zeros for them, .9854 and not .9835 of the words in old books are found. Shorter ones may be
ordinals, such as the Italian 2o."""
INSIDE_WORDS = frozenset("-\u2010'\u2019")
"""Hyphens and apostrophes: the word goes on behind them, however wide the gap."""
GROUPS = 16
"""Number of groups of the classes that are not Latin. Each has 1,093 classes, whose weights (120
for each class, 0.5 MB together) fit into the cache of a core."""

LATIN_SYMBOLS = frozenset("☐☑☒☺☹★☆☎♀♂♪✓✔✗✘")
"""Symbols of later blocks that are in use beside Latin text: check boxes, ratings, notes."""
LAST_LATIN_BLOCK = 0x25FF
"""Symbols, digits and punctuation up to the block Geometric Shapes may stand in Latin text. Beyond
it, nearly all symbols are of Chinese or Japanese text."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in one line.

    Attributes:
        text: The characters, with spaces.
        columns: For each character, the column of the model's output in which it begins.
        scores: For each character, its confidence, 0 to 1.
        column_count: Width of the line in columns, without padding.
    """

    text: str
    columns: tuple[int, ...]
    scores: tuple[float, ...]
    column_count: float

    @property
    def confidence(self) -> float:
        """Mean of the scores; 0 if nothing was read."""
        return sum(self.scores) / len(self.scores) if self.scores else 0.0


class LineRecognizer:
    """The compiled recognition model. One instance serves one thread at a time.

    Args:
        threads: How many threads one line may use.
        latin: Whether only Latin letters, digits and symbols may be read.
    """

    def __init__(self, threads: int, latin: bool) -> None:
        model = load_model(RECOGNITION_MODEL)
        listed = model.get_rt_info()["framework"]["character"].value.splitlines()
        self._characters = ["", *listed, " "]  # class 0 is the blank of CTC
        latin_classes = [index for index, c in enumerate(self._characters) if is_latin(c)]
        others = sorted(set(range(len(self._characters))) - set(latin_classes))
        self._groups = [] if latin else [np.array(g) for g in np.array_split(others, GROUPS)]
        self._latin = np.array(latin_classes)
        last = last_layer(model)
        self._weights, self._bias = last.weights, last.bias
        self._network = Network(last.split(self._latin, self._groups), threads, KEPT_WIDTHS)

    def recognize(self, crop: Pixels) -> Reading:
        """Reads a line.

        Args:
            crop: The line cut out of its page, horizontal (`word_places.crop_line`),
                [height, width, 3], blue, green and red.

        Returns:
            The text with its columns and confidences; empty if there is none.
        """
        reading = self._recognize(crop, NARROW)
        columns = reading.column_count / max(1, len(reading.text))
        doubtful = reading.confidence < UNSURE and columns < ENOUGH_COLUMNS
        if doubtful or (reading.confidence < SURE and columns < FEW_COLUMNS):
            again = self._recognize(crop, WIDE)
            return max(reading, again, key=lambda either: either.confidence)
        return reading

    def _recognize(self, crop: Pixels, stretch: float) -> Reading:
        """Reads a line, scaled to `stretch` times the width that its height asks for."""
        natural_width = HEIGHT_PX * crop.shape[1] / crop.shape[0]
        width = max(1, math.ceil(stretch * natural_width))
        if width > MIN_WIDTH_PX:
            width = nearest_width(width)
        padded = max(MIN_WIDTH_PX, width)
        canvas = np.full((HEIGHT_PX, padded, 3), PADDING_GRAY, np.uint8)
        canvas[:, :width] = cv2.resize(crop, (width, HEIGHT_PX))
        logits, *rest = self._network(canvas)
        classes, best = logits.argmax(axis=1), logits.max(axis=1)
        sums = np.exp(logits - best[:, None]).sum(axis=1)
        classes = self._latin[classes]
        if rest:
            classes, best, sums = self._with_groups(classes, best, sums, *rest)
        # CTC: a character is a class that is not the blank, and not that of the column before.
        kept = np.flatnonzero((classes != 0) & (classes != np.concatenate(([0], classes[:-1]))))
        scores, spaces = 1 / sums, np.exp(logits[:, -1] - best) / sums
        missed = missed_spaces(self._text(classes[kept]), kept, spaces)
        classes[missed], scores[missed] = self._latin[-1], spaces[missed]  # the last is the space
        kept = np.union1d(kept, missed).astype(int)
        return Reading(
            with_zeros(self._text(classes[kept])),
            tuple(kept.tolist()),
            tuple(scores[kept].tolist()),
            width / COLUMN_PX,
        )

    def _text(self, classes: npt.NDArray[Any]) -> str:
        return "".join(self._characters[index] for index in classes)

    def _with_groups(
        self,
        classes: npt.NDArray[Any],
        best: Floats,
        sums: Floats,
        groups: Floats,
        features: Floats,
    ) -> tuple[npt.NDArray[Any], Floats, Floats]:
        """The best of all classes in each column, where `classes` are the best Latin ones.

        Args:
            classes: The best Latin class of each column.
            best: Its logit.
            sums: Sum of the Latin classes' exponentials, divided by that of the best.
            groups: Logit of the best class in each group, [columns, groups].
            features: Input of the model's last layer, [columns, features].

        Returns:
            As `classes`, `best` and `sums`, with all groups. Of a group, the sum holds only the
            best class.
        """
        better = groups.max(axis=1)
        for column in np.flatnonzero(better > best):
            group = self._groups[groups[column].argmax()]
            logits = features[column] @ self._weights[:, group] + self._bias[group]
            classes[column] = group[logits.argmax()]
        top = np.maximum(best, better)
        sums = sums * np.exp(best - top) + np.exp(groups - top[:, None]).sum(axis=1)
        return classes, top, sums


def missed_spaces(text: str, columns: npt.NDArray[Any], spaces: Floats) -> list[int]:
    """The columns in which a space between two words was missed, by `MIN_SPACE`.

    Args:
        text: The line as it was read.
        columns: For each of its characters, the column in which it begins.
        spaces: The probability of a space in each column of the line.
    """
    missed = []
    for number, (first, last) in enumerate(pairwise(columns.tolist()), 1):
        between = spaces[first + 1 : last]
        if between.max(initial=0) >= MIN_SPACE and _may_part(text[:number], text[number:]):
            missed.append(first + 1 + int(between.argmax()))
    return missed


def _may_part(before: str, after: str) -> bool:
    """Whether a space may be put between two parts of a line: both sides are words, not CJK."""
    if before[-1].isspace() or after[0].isspace() or before[-1] in INSIDE_WORDS:
        return False
    words = before.split()[-1], after.split()[0]
    cjk = is_cjk(before[-1]) or is_cjk(after[0])
    return not cjk and all(any(map(str.isalnum, word)) for word in words)


def with_zeros(text: str) -> str:
    """The text, with 1760 and 6000 for numbers such as 176o and 6ooo (`NUMBER`)."""
    return NUMBER.sub(lambda number: number[0].replace("o", "0").replace("O", "0"), text)


def nearest_width(width: float) -> int:
    """The nearest width of the series that lines are scaled to (`WIDTH_STEP`), in whole columns."""
    step = round(math.log(width / MIN_WIDTH_PX) / math.log(WIDTH_STEP))
    return COLUMN_PX * round(MIN_WIDTH_PX * WIDTH_STEP**step / COLUMN_PX)


def is_latin(text: str) -> bool:
    """Whether characters may stand in Latin text: its letters, digits, punctuation and symbols.

    It is also true of the empty text, the class of the blank.
    """
    return all(
        unicodedata.name(character, "").startswith("LATIN ")
        if character.isalpha()
        else character in LATIN_SYMBOLS or ord(character) <= LAST_LATIN_BLOCK
        for character in unicodedata.normalize("NFKC", text)
    ) and not any(unicodedata.east_asian_width(character) in "WF" for character in text)

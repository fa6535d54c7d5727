"""What is made of the default engine's readings: spaces, figures, stray marks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from pipeline import Baseline, Box, Line, Word
from pipeline.ocr.engines.rapid.line_reader import missed_spaces, with_noughts
from pipeline.ocr.engines.rapid.stray import without_stray_marks


@pytest.mark.parametrize(
    ("text", "spaces", "missed"),
    (
        ("inthe", {5: 0.4}, [5]),  # columns 0, 3, 6, 9, 12: a space between the second and third
        ("inthe", {5: 0.2}, []),
        ("in-the"[:5], {8: 0.9}, []),  # a word goes on behind its hyphen
        ("in th", {4: 0.9, 8: 0.9}, []),  # there is one already
        ("end.)", {8: 0.9}, []),  # marks are no word
        ("漢字の本文", {5: 0.9}, []),
        ("19Nov", {4: 0.3, 5: 0.5}, [5]),
    ),
)
def test_a_space_that_is_likely_parts_two_words(
    text: str, spaces: dict[int, float], missed: list[int]
) -> None:
    likely = np.zeros(20, np.float32)
    for column, value in spaces.items():
        likely[column] = value
    assert missed_spaces(text, np.arange(len(text)) * 3, likely) == missed


@pytest.mark.parametrize(
    ("read", "meant"),
    (
        ("b. 176o, d. 183o.", "b. 1760, d. 1830."),
        ("6ooo or 7OOO", "6000 or 7000"),
        ("the 176os", "the 1760s"),
        ("the 2o and the 3o", "the 2o and the 3o"),  # ordinals
        ("No 100 to go, H2O, 3oz, 176ok, x17o", "No 100 to go, H2O, 3oz, 176ok, x17o"),
    ),
)
def test_an_o_in_a_figure_is_a_nought(read: str, meant: str) -> None:
    assert with_noughts(read) == meant


def lines(*texts: str, confidence: float) -> Sequence[Line]:
    box, baseline = Box(0, 0, 10, 10), Baseline(0, 9, 10, 9)
    return [Line((Word(text, box, confidence),), baseline, 8) for text in texts]


def read(found: Sequence[Line]) -> list[str]:
    return [word.text for line in found for word in line.words]


LATIN = ("Nothing", "in", "this", "letter", "is", "Chinese")
CHINESE = ("雖然這一頁上的字都是中文", "但是也有一些別的字母在其中")


def test_a_speck_on_a_latin_page_is_no_chinese_sign() -> None:
    page = [*lines(*LATIN, confidence=0.99), *lines("区", "a", "§", confidence=0.7)]
    assert read(without_stray_marks(page)) == [*LATIN, "a", "§"]


def test_signs_of_other_scripts_stay_where_they_may_be_meant() -> None:
    sure = [*lines(*LATIN, confidence=0.99), *lines("区", "Ω", confidence=0.95)]
    chinese = lines(*CHINESE, "区", "A", confidence=0.7)
    words = lines(*LATIN, "区区", confidence=0.7)
    few = lines("one", "区", confidence=0.7)
    for page in (sure, chinese, words, few):
        assert read(without_stray_marks(page)) == read(page)

"""Stray marks that are read as a letter of another script."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline import Baseline, Box, Line, Word
from pipeline.ocr.engines.rapid.stray import without_stray_marks


def lines(*texts: str, confidence: float) -> Sequence[Line]:
    box, baseline = Box(0, 0, 10, 10), Baseline(0, 9, 10, 9)
    return [Line((Word(text, box, confidence),), baseline, 8) for text in texts]


def texts(page: Sequence[Line]) -> list[str]:
    return [word.text for line in page for word in line.words]


LATIN = ("Nothing", "in", "this", "letter", "is", "Chinese")
CHINESE = ("雖然這一頁上的字都是中文", "但是也有一些別的字母在其中")


def test_a_speck_on_a_latin_page_is_no_chinese_character() -> None:
    page = [*lines(*LATIN, confidence=0.99), *lines("区", "a", "§", confidence=0.7)]
    assert texts(without_stray_marks(page)) == [*LATIN, "a", "§"]


def test_letters_of_other_scripts_stay_where_they_may_be_print() -> None:
    sure = [*lines(*LATIN, confidence=0.99), *lines("区", "Ω", confidence=0.95)]
    chinese = lines(*CHINESE, "区", "A", confidence=0.7)
    words = lines(*LATIN, "区区", confidence=0.7)
    few = lines("one", "区", confidence=0.7)
    for page in (sure, chinese, words, few):
        assert texts(without_stray_marks(page)) == texts(page)

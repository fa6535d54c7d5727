"""Characters: order on paper, forms, safe printing, spaces."""

from __future__ import annotations

import pytest

from pipeline.model.characters import needs_space, nfc, printable, visual_order


def test_numbers_within_right_to_left_words_keep_their_order() -> None:
    assert visual_order("abc") == "abc"
    assert visual_order("אב12ג") == "ג12בא"
    assert visual_order("ג12בא") == "אב12ג"


def test_names_are_printed_on_one_line() -> None:
    assert printable("scan 1.png") == "scan 1.png"
    assert printable("a\nb\t\x1b[31m") == "a\\nb\\t\\x1b[31m"
    assert printable("broken\udcff").encode() == b"broken\\udcff"


def test_letters_and_their_marks_are_one_character() -> None:
    assert nfc("de\u0301ja\u0300") == "déjà"


@pytest.mark.parametrize(
    ("before", "after", "gap", "spaced"),
    (("two", "words", 0, True), ("東京", "大阪", 0.5, False), ("東京", "大阪", 1.6, True),
     ("東京", "OCR", 0, True), ("한국", "말", 0, True), ("", "大阪", 0, True)),
)  # fmt: skip
def test_where_a_space_belongs(before: str, after: str, gap: float, spaced: bool) -> None:
    assert needs_space(before, after, gap) is spaced

"""What is changed in a line as the model reads it: spaces and numbers."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.ocr.engines.rapid.recognizer import missed_spaces, with_zeros


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
def test_an_o_in_a_number_is_a_zero(read: str, meant: str) -> None:
    assert with_zeros(read) == meant

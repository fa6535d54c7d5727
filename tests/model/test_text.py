"""The text of a page, and its JSON."""

from __future__ import annotations

import re

import pytest

from pipeline import Baseline, Box, Line, PageText, Word


def test_page_text_survives_json() -> None:
    words = (Word("déjà", Box(1, 2, 3.5, 4), 0.9), Word("vu", Box(5, 2, 7, 4), None))
    page = PageText(10, 20, (Line(words, Baseline(1, 4, 7, 4.5), 2),), 0, "rapid")
    assert PageText.from_json(page.to_json()) == page
    assert page.text == "déjà vu"
    assert not page.truncated
    decomposed = page.to_json().replace("déjà", "de\u0301ja\u0300")
    assert PageText.from_json(decomposed) == page
    for wrong in ("{}", "[]", "nonsense", page.to_json().replace('"version": 1', '"version": 99')):
        with pytest.raises(ValueError):
            PageText.from_json(wrong)


def test_only_quarter_turns_are_taken() -> None:
    askew = PageText(10, 10, rotation_deg=45)
    assert "turned by 45 degrees" in askew.fault
    with pytest.raises(ValueError, match="quarter"):
        PageText.from_json(askew.to_json())


BOX, BASELINE = Box(0, 0, 50, 10), Baseline(0, 9, 50, 9)


@pytest.mark.parametrize(
    ("line", "fault"),
    (
        (Line((Word("a", BOX),), BASELINE, 1e9), "is 1000000000.0 pixels high"),
        (Line((Word("a", BOX),), BASELINE, 0), "is 0 pixels high"),
        (Line((Word("a", BOX),), Baseline(0, 9, 1e6, 9), 8), "stands outside of the page"),
        (Line((Word("a", BOX),), Baseline(-1e6, 9, 50, 9), 8), "stands outside of the page"),
        (Line((Word("a" * 3_000_000, BOX),), BASELINE, 8), "has 3,000,000 characters"),
        (Line(tuple(Word("abc", BOX) for _ in range(9999)), BASELINE, 8), "characters"),
        (Line((Word("a\ud800", BOX),), BASELINE, 8), "cannot be written as UTF-8"),
    ),
)
def test_what_no_page_can_hold(line: Line, fault: str) -> None:
    found = PageText(100, 50, (line,)).fault
    assert re.search(fault, found), found
    assert len(found) < 300
    found.encode()


def test_a_page_larger_than_any() -> None:
    assert "large" in PageText(10**400, 10).fault

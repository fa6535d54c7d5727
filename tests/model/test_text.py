"""The text of a page, and its JSON."""

from __future__ import annotations

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

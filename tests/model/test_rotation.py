"""Texts turned with their pages."""

from __future__ import annotations

from pipeline import Baseline, Box, Line, PageText, Word
from pipeline.model.rotation import turned


def test_a_text_turned_four_times_is_the_same() -> None:
    line = Line((Word("so", Box(10, 20, 60, 40), 0.9),), Baseline(10, 38, 60, 37), 15)
    text = PageText(100, 300, (line,), 90, "x")
    right = turned(text, 90)
    assert (right.width_px, right.height_px, right.rotation_deg) == (300, 100, 0)
    assert right.lines[0].words[0].box == Box(260, 10, 280, 60)
    assert right.lines[0].baseline == Baseline(262, 10, 263, 60)
    assert turned(right, -90) == text
    assert turned(turned(text, 180), 180) == turned(text, 360) == text

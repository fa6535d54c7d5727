"""Word ends found in the ink of a line."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from pipeline.ocr.engines.ink import snap_words

TRUE = [(10, 60), (72, 100), (112, 190), (203, 230)]


def printed(spans: list[tuple[int, int]], paper: int = 255, ink: int = 0) -> Image.Image:
    """Words as letters of 6 pixels, 2 pixels apart."""
    line = Image.new("L", (240, 20), paper)
    draw = ImageDraw.Draw(line)
    for start, end in spans:
        for left in range(start, end, 8):
            draw.rectangle((left, 4, min(left + 5, end - 1), 15), fill=ink)
    return line


@pytest.mark.parametrize("shift", (-8, 0, 6))
@pytest.mark.parametrize(("paper", "ink"), ((255, 0), (180, 60)))
def test_ends_move_to_the_gaps(shift: int, paper: int, ink: int) -> None:
    expected = [(start + shift, end + shift) for start, end in TRUE]
    found = snap_words(printed(TRUE, paper, ink), expected)
    for (left, right), (start, end) in zip(found, TRUE, strict=True):
        assert left == start
        assert end - 3 <= right <= end


def test_nothing_to_go_by() -> None:
    expected = [(0.0, 50.0), (60.0, 100.0)]
    assert snap_words(Image.new("L", (100, 20), 255), expected) == expected
    assert snap_words(printed([(0, 6)]), expected) == expected


def test_one_word_gets_all_the_ink() -> None:
    assert snap_words(printed([(40, 96)]), [(0, 200)]) == [(40, 94)]

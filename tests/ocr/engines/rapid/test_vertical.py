"""Columns of Japanese characters are told from lines that lie on their side."""

from __future__ import annotations

import pytest
from PIL import Image
from support.run_store import reading
from support.truth import BACK, PAGE, recall, recognition_copy

JAPANESE = PAGE["languages/japanese"]


def columns(pitch: float) -> Image.Image:
    """The Japanese fixture set anew in columns, from its own characters."""
    pixels = recognition_copy("languages/japanese")
    scale = pixels.width / JAPANESE.width
    sheet = Image.new("RGB", (1400, 1500), pixels.getpixel((5, 5)))
    x = 1250
    for line in JAPANESE.lines:
        for word in line:
            left, top, right, bottom = (side * scale for side in word["box"])
            wide = (right - left) / len(word["text"])
            for index in range(len(word["text"])):
                start = left + index * wide
                box = (round(start), round(top - 2), round(start + wide), round(bottom + 2))
                sheet.paste(pixels.crop(box), (x, round(80 + index * wide * pitch)))
        x -= 100
    return sheet


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pitch", "turn_deg"),
    (
        (1.25, 0),
        (1.1, 180),
        pytest.param(1.1, 0, marks=pytest.mark.slow),
        pytest.param(1.25, 180, marks=pytest.mark.slow),
    ),
)
def test_columns_of_japanese_are_no_sideways_page(pitch: float, turn_deg: int) -> None:
    page = columns(pitch)
    text = reading(page.transpose(BACK[turn_deg]) if turn_deg else page)
    assert text.rotation_deg == turn_deg
    assert recall(JAPANESE, text.text) >= 0.9

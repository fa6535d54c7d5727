"""White on black, as a whole page and as a bar."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps
from support.run_store import reading
from support.truth import BACK, PAGE, places, recall, recognition_copy, share_in_place

from pipeline import PageText

slow = pytest.mark.slow
INVERTED = (
    "receipts/hardware",
    "fax/message",
    pytest.param("letters/2", marks=slow),
    pytest.param("languages/german", marks=slow),
    pytest.param("languages/japanese", marks=slow),
)


@pytest.mark.parametrize("name", INVERTED)
def test_white_on_black(page_texts: dict[str, PageText], name: str) -> None:
    upright, size = page_texts[name], recognition_copy(name).size
    text = reading(ImageOps.invert(recognition_copy(name)))
    assert text.rotation_deg == 0
    assert recall(PAGE[name], text.text) >= 0.97 * recall(PAGE[name], upright.text)
    share, count = share_in_place(PAGE[name], places(text), size)
    assert count >= 0.97 * share_in_place(PAGE[name], places(upright), size)[1]
    assert share >= 0.97


def test_a_bar_in_white_on_black(page_texts: dict[str, PageText]) -> None:
    name = "receipts/hardware"
    pixels = np.array(recognition_copy(name))
    box = page_texts[name].lines[3].words[0].box
    rows = slice(int(box.top) - 8, int(box.bottom) + 8)
    pixels[rows] = 255 - pixels[rows]
    bar = reading(Image.fromarray(pixels))
    assert bar.lines[3].text == page_texts[name].lines[3].text
    assert recall(PAGE[name], bar.text) >= 0.97 * recall(PAGE[name], page_texts[name].text)


@pytest.mark.slow
def test_a_page_both_turned_and_inverted(page_texts: dict[str, PageText]) -> None:
    name = "languages/german"
    both = reading(ImageOps.invert(recognition_copy(name)).transpose(BACK[180]))
    assert both.rotation_deg == 180
    assert recall(PAGE[name], both.text) >= 0.97 * recall(PAGE[name], page_texts[name].text)

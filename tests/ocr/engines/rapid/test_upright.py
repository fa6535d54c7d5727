"""Pages upside down or sideways, and vertical lines on an upright page."""

from __future__ import annotations

import pytest
from PIL import Image
from support.run_store import reading
from support.truth import BACK, PAGE, places, recall, recognition_copy, share_in_place

from pipeline import Box, PageText
from pipeline.model.rotation import turned

FEW = ("letters/2", "receipts/hardware", "languages/german", "languages/japanese", "fax/message")
FAST = (("receipts/hardware", 90), ("fax/message", 180), ("languages/japanese", 270))
"""Each rotation once, on pages that take little time."""


@pytest.mark.parametrize("name", FEW)
def test_an_upright_page_is_not_turned(page_texts: dict[str, PageText], name: str) -> None:
    assert page_texts[name].rotation_deg == 0
    assert all(line.baseline.direction[0] > 0.99 for line in page_texts[name].lines)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "turn_deg"),
    [
        pytest.param(name, turn, marks=() if (name, turn) in FAST else pytest.mark.slow)
        for name in FEW
        for turn in BACK
    ],
)
def test_turned_pages_are_read(page_texts: dict[str, PageText], name: str, turn_deg: int) -> None:
    upright = page_texts[name]
    image = recognition_copy(name).transpose(BACK[turn_deg])
    text = reading(image)
    assert text.rotation_deg == turn_deg
    assert (text.width_px, text.height_px) == image.size, "places are those of the page as scanned"
    assert recall(PAGE[name], text.text) >= 0.97 * recall(PAGE[name], upright.text)
    assert text.lines[0].text == upright.lines[0].text, "in the order of reading"
    way = {90: (0, -1), 180: (-1, 0), 270: (0, 1)}[turn_deg]
    for line in text.lines:
        assert line.baseline.direction == pytest.approx(way, abs=0.06)
    size = recognition_copy(name).size
    share, count = share_in_place(PAGE[name], places(turned(text, turn_deg)), size)
    true_share, true_count = share_in_place(PAGE[name], places(upright), size)
    assert count >= 0.97 * true_count
    assert share >= true_share - 0.02


@pytest.mark.slow
@pytest.mark.parametrize(
    ("way", "direction"),
    (
        (Image.Transpose.ROTATE_90, -1),
        pytest.param(Image.Transpose.ROTATE_270, 1, marks=pytest.mark.slow),
    ),
)
def test_a_note_along_the_margin(
    page_texts: dict[str, PageText], way: Image.Transpose, direction: int
) -> None:
    upright = page_texts["letters/2"]
    image = recognition_copy("letters/2").copy()
    first = upright.lines[0]
    box = Box(
        min(word.box.left for word in first.words) - 10,
        min(word.box.top for word in first.words) - 10,
        max(word.box.right for word in first.words) + 10,
        max(word.box.bottom for word in first.words) + 10,
    )
    note = image.crop((int(box.left), int(box.top), int(box.right), int(box.bottom)))
    image.paste(note.transpose(way), (12, 500))
    text = reading(image)
    assert text.rotation_deg == 0
    along = [line for line in text.lines if abs(line.baseline.direction[0]) < 0.1]
    others = [line.text for line in text.lines if line not in along]
    assert others == [line.text for line in upright.lines], "the rest is as before"
    assert {"OF", "THE", "ANNUAL", "MEETING"} <= {
        word for line in along for word in line.text.split()
    }
    for line in along:
        assert line.baseline.direction == pytest.approx((0, direction), abs=0.06)


def test_an_empty_page_and_a_page_with_one_mark_are_not_turned() -> None:
    assert reading(Image.new("L", (600, 900), 255)).rotation_deg == 0
    mark = Image.new("L", (600, 900), 255)
    mark.paste(0, (300, 300, 306, 420))
    assert reading(mark).rotation_deg == 0

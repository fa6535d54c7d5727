"""Where lines are detected on a page, and how a large page is cut into tiles."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.ocr.engines.rapid.detector import OVERLAP_PX, printed_area, tiles


@pytest.mark.parametrize("length", (640, 1024, 1088, 1600, 4096))
def test_tiles_overlap_and_cover_the_side(length: int) -> None:
    cut = tiles(length, 1024)
    assert [first for _, _, first, _ in cut] == [0, *(last for _, _, _, last in cut[:-1])]
    assert cut[-1][3] == length
    assert len({stop - start for start, stop, _, _ in cut}) == 1, "one size: it is prepared once"
    for start, stop, first, last in cut:
        assert 0 <= start <= first < last <= stop <= length
        assert (stop - start) % 32 == 0 and stop - start <= 1024
        assert first == 0 or first - start >= OVERLAP_PX
        assert last == length or stop - last >= OVERLAP_PX


def page(height: int = 600, width: int = 400) -> np.ndarray:
    return np.full((height, width, 3), 250, np.uint8)


def test_lines_are_detected_in_the_printed_area_only() -> None:
    sheet = page()
    sheet[200:220, 100:300] = 20
    box = printed_area(sheet)
    assert box is not None
    left, top, right, bottom = box
    assert 20 <= left <= 100 - 32 and 300 + 32 <= right <= 380
    assert 120 <= top <= 200 - 32 and 220 + 32 <= bottom <= 300


def test_dust_and_shade_are_no_print() -> None:
    sheet = page()
    sheet[500:502, 50:53] = 0  # six pixels
    sheet[:, 200:] -= 20  # a fold
    assert printed_area(sheet) is None
    sheet[100:110, 100:110] = 0
    box = printed_area(sheet)
    assert box is not None
    assert box[3] < 400, "dust away from print is left out"

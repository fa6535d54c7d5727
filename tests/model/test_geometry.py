"""Baselines, and the extent of words along them."""

from __future__ import annotations

import math

import pytest

from pipeline import Baseline, Box


@pytest.mark.parametrize("angle", (0, 1.5, -4, 30, 90, 180, -90, 91))
def test_the_extent_of_a_word_along_its_line(angle: float) -> None:
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    base = Baseline(100, 200, 100 + 300 * cos, 200 + 300 * sin)
    corners = [
        (100 + u * cos - v * sin, 200 + u * sin + v * cos) for u in (50, 120) for v in (-10, 10)
    ]
    xs, ys = zip(*corners, strict=True)
    box = Box(min(xs), min(ys), max(xs), max(ys))
    assert base.extent(box) == pytest.approx((50, 120))

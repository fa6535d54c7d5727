"""Pixels to points and back, at one place."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pytest

from pipeline.model.points import dots_per_inch, pixels, points, points_per_pixel

PIPELINE = Path(__file__).parents[2] / "pipeline"


@pytest.mark.parametrize("dpi", (72, 98, 100, 150, 200, 204, 299.999, 300, 400, 600, 1200))
def test_a_page_has_no_more_pixels_than_its_scan(dpi: float) -> None:
    """Readers round up: a little more than 1,654 pixels would be shown as 1,655."""
    for side_px in (1, 300, 1654, 2480, 3509, 20_000):
        side_pt = points(side_px, dpi)
        assert math.ceil(side_pt * (dpi / 72)) == side_px
        assert side_pt == pytest.approx(72 * side_px / dpi, abs=2e-4)
        assert round(side_pt, 4) == pytest.approx(side_pt, abs=1e-9), "as reportlab writes it"
        assert pixels(side_pt, dpi) == pytest.approx(side_px, abs=0.01)
        assert dots_per_inch(side_px, side_pt) == pytest.approx(dpi, rel=1e-3)


def test_scales() -> None:
    assert points_per_pixel((100, 200), (50.0, 300.0)) == (0.5, 1.5)
    assert dots_per_inch(100, 0) == 0


def test_no_other_module_knows_how_many_points_an_inch_has() -> None:
    """72 and 96 dpi are also what programs write that know nothing of the paper."""
    places: dict[float, set[str]] = {72: set(), 14_400: set()}
    for path in PIPELINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in places:
                places[node.value].add(path.relative_to(PIPELINE).as_posix())
    assert places == {72: {"model/points.py", "load/resolution.py"}, 14_400: {"model/points.py"}}

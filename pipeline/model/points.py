"""Pixels to points and back: the only module that knows how many points an inch has.

A point is 1/72 inch, the unit of lengths in a PDF (ISO 32000-1, 8.3.2.3). Everything that turns a
length in pixels into one in points, or back, calls a function of this module.
"""

from __future__ import annotations

import math

POINTS_PER_INCH = 72
MAX_SIDE_PT = 14_400
"""The longest side of a page, as PDF 1.7 without UserUnit allows it (ISO 32000-1, annex C.2)."""
MAX_SIDE_IN = MAX_SIDE_PT / POINTS_PER_INCH
"""The same in inches: 200."""

REPORTLAB_PLACES = 1e4
"""reportlab writes the size of a page with four decimals."""


def points(side_px: int, dpi: float) -> float:
    """The side of a page in points, rounded down to the four decimals that reportlab writes.

    Readers such as poppler round the pixels of a page up: 595.44 pt at 200 dpi are
    1654.0000000000002 pixels to them, which they show as 1655. So the result is one unit of the
    last decimal less where it would come out as more pixels than the scan has.

    Args:
        side_px: Width or height of the scan.
        dpi: Pixels per inch along this side.
    """
    floor = math.floor(POINTS_PER_INCH * side_px / dpi * REPORTLAB_PLACES + 1e-6) / REPORTLAB_PLACES
    return floor - 1 / REPORTLAB_PLACES if floor * (dpi / POINTS_PER_INCH) > side_px else floor


def pixels(side_pt: float, dpi: float) -> float:
    """How many pixels of a resolution a length in points has; not rounded."""
    return side_pt * dpi / POINTS_PER_INCH


def dots_per_inch(side_px: float, side_pt: float) -> float:
    """The resolution at which this many pixels take this many points; 0 for no length."""
    return side_px * POINTS_PER_INCH / side_pt if side_pt else 0.0


def points_per_pixel(
    size_px: tuple[float, float], size_pt: tuple[float, float]
) -> tuple[float, float]:
    """The scale, along x and along y, of a picture that fills a page.

    Args:
        size_px: Width and height of the picture.
        size_pt: Width and height of the page.
    """
    return size_pt[0] / size_px[0], size_pt[1] / size_px[1]

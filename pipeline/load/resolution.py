"""How large a scan is on paper: its resolution, declared or guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model.points import MAX_SIDE_IN

MIN_DPI, MAX_DPI = 20.0, 10_000.0
"""What a file declares beyond these is no resolution of a scan, but a slip, or a 1 that stands for
"unknown". Both are far from any scan: a fax has 98 dpi along y (ITU-T T.4), film scanners have
4,000 to 9,600."""
MAX_ASPECT = 4.0
"""The two resolutions of a scan differ by this factor at most: those of a fax, 204 x 98 dpi (ITU-T
T.4), by half of it. More is a slip."""
SCREEN_DPI = (72.0, 96.0)
"""Written by programs that know nothing of the paper: what screens had on Macintosh and Windows.
They are believed where the page is then no larger than a sheet."""
SHEET_IN = (9, 12)
"""A4 and Letter with half an inch to spare along each side."""
PAPERS_IN = ((8.268, 11.693), (8.5, 11.0))
"""A4 (ISO 216) and Letter (ANSI A)."""
NEAR = 0.03
"""A guess this near to a usual resolution, as a share of it, becomes that one: a sheet in a scanner
is cut off or framed by some millimeters, and A4 is 2.7 % narrower than Letter."""
PNG_STEP_DPI = 0.0254
"""PNG stores whole pixels per meter (PNG, 11.3.5.3)."""
COMMON_DPI = (72, 75, 96, 100, 120, 144, 150, 200, 240, 300, 350, 360, 400, 500, 600, 800, 1200)
"""What scanners and programs that render PDFs offer to choose from, and 72 and 96."""

Dpi = tuple[float, float]
Info = Mapping[Any, Any]


def page_dpi(
    size_px: tuple[int, int], info: Info, image_dpi: float | None = None
) -> tuple[Dpi, str]:
    """The resolution to show a scan at, and a note where it had to be guessed.

    Args:
        size_px: Width and height as stored.
        info: What the file declares, as Pillow gives it.
        image_dpi: What the user says instead; the ratio of x to y is kept.

    Returns:
        Pixels per inch along x and y; and a note for the user, empty where nothing was guessed.
    """
    declared = declared_dpi(info)
    ratio = _aspect(info, declared)
    if image_dpi is not None:
        dpi = (image_dpi * ratio, image_dpi) if ratio < 1 else (image_dpi, image_dpi / ratio)
        return dpi, ""
    if declared is not None and not _is_nonsense(size_px, declared):
        return declared, ""
    width, height = size_px
    guess, paper = guess_dpi((width / ratio, height) if ratio > 1 else (width, height * ratio))
    dpi = (guess * ratio, guess) if ratio > 1 else (guess, guess / ratio)
    said = (
        "no resolution" if declared is None else f"{_dpi_text(declared)} dpi on a page-sized image"
    )
    return dpi, f"the file gives {said}: shown at {_dpi_text(dpi)} dpi, {paper}"


def declared_dpi(info: Info) -> Dpi | None:
    """What the file says, if it is a number that a scanner could have written."""
    try:
        x, y = (float(side) for side in info.get("dpi", ()))
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    x, y = (_whole(side) if MIN_DPI <= side <= MAX_DPI else 0.0 for side in (x, y))
    if not x and not y:
        return None
    return x or y, y or x


def guess_dpi(size_px: tuple[float, float]) -> tuple[float, str]:
    """The resolution that makes an image fit an A4 or a Letter page, whichever is nearer.

    Args:
        size_px: Width and height in square pixels.

    Returns:
        Pixels per inch, a usual number where one is within 3 %, and the size in words.
    """
    short, long = sorted(size_px)
    paper = min(PAPERS_IN, key=lambda sides: abs(sides[1] / sides[0] - long / max(1.0, short)))
    exact = max(short / paper[0], long / paper[1])
    nearest = min(COMMON_DPI, key=lambda dpi: abs(dpi - exact))
    if abs(nearest - exact) <= NEAR * exact:
        exact = nearest
    name = "A4" if paper is PAPERS_IN[0] else "Letter"
    if exact < SCREEN_DPI[0]:
        return max(SCREEN_DPI[0], long / MAX_SIDE_IN), f"smaller than {name}"
    return exact, f"which makes it fit {name}"


def _whole(dpi: float) -> float:
    """200 for the 199.9996 of a PNG, whose step may have rounded it."""
    return round(dpi) if abs(dpi - round(dpi)) <= PNG_STEP_DPI / 2 else dpi


def _is_nonsense(size_px: tuple[int, int], dpi: Dpi) -> bool:
    """Whether no paper has this size, or the file only says how large a screen would show it."""
    sides_in = sorted((size_px[0] / dpi[0], size_px[1] / dpi[1]))
    if sides_in[1] > MAX_SIDE_IN:
        return True
    if not 1 / MAX_ASPECT <= dpi[0] / dpi[1] <= MAX_ASPECT:
        return True
    on_screen = all(round(side) in SCREEN_DPI for side in dpi)
    return on_screen and (sides_in[0] > SHEET_IN[0] or sides_in[1] > SHEET_IN[1])


def _aspect(info: Info, declared: Dpi | None) -> float:
    """Pixels along x for one along y, on the same length of paper."""
    pair = declared
    if pair is None:
        # A unit of "none" still tells the shape of the pixels (JFIF, PNG, TIFF each in its way).
        for key in ("aspect", "jfif_density", "resolution"):
            try:
                x, y = (float(side) for side in info.get(key, ()))
            except (TypeError, ValueError, ZeroDivisionError):
                continue
            if x > 0 and y > 0:
                pair = x, y
                break
    if pair is None or not 1 / MAX_ASPECT <= pair[0] / pair[1] <= MAX_ASPECT:
        return 1.0
    return pair[0] / pair[1]


def _dpi_text(dpi: Dpi) -> str:
    x, y = (f"{side:.4g}" for side in dpi)
    return x if x == y else f"{x} x {y}"

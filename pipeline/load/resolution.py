"""How large a scan is on paper: its resolution, declared or guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model.points import MAX_SIDE_IN

MIN_DPI, MAX_DPI = 20.0, 10_000.0
SCREEN_DPI = (72.0, 96.0)
"""Written by programs that know nothing of the paper."""
PAPERS_IN = ((8.268, 11.693), (8.5, 11.0))
COMMON_DPI = (72, 75, 96, 100, 120, 144, 150, 200, 240, 300, 350, 360, 400, 500, 600, 800, 1200)

Dpi = tuple[float, float]
Info = Mapping[Any, Any]


def page_dpi(size_px: tuple[int, int], info: Info, asked: float | None = None) -> tuple[Dpi, str]:
    """The resolution to show a scan at, and a note where it had to be guessed.

    Args:
        size_px: Width and height as stored.
        info: What the file declares, as Pillow gives it.
        asked: What the user says, for every scan; the ratio of x to y is kept.

    Returns:
        Pixels per inch along x and y, and a note, empty where the file's own word holds.
    """
    declared = declared_dpi(info)
    ratio = _aspect(info, declared)
    if asked is not None:
        return (asked * ratio, asked) if ratio < 1 else (asked, asked / ratio), ""
    if declared is not None and not _nonsense(size_px, declared):
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
    if abs(nearest - exact) <= 0.03 * exact:
        exact = nearest
    name = "A4" if paper is PAPERS_IN[0] else "Letter"
    if exact < SCREEN_DPI[0]:
        return max(SCREEN_DPI[0], long / MAX_SIDE_IN), f"smaller than {name}"
    return exact, f"which makes it fit {name}"


def _whole(dpi: float) -> float:
    """200 for the 199.9996 of a PNG, which stores whole pixels per metre (PNG, 11.3.5.3)."""
    return round(dpi) if abs(dpi - round(dpi)) <= 0.0254 / 2 else dpi


def _nonsense(size_px: tuple[int, int], dpi: Dpi) -> bool:
    sides_in = sorted((size_px[0] / dpi[0], size_px[1] / dpi[1]))
    if sides_in[1] > MAX_SIDE_IN:
        return True
    if not 1 / 4 <= dpi[0] / dpi[1] <= 4:
        return True
    on_screen = all(round(side) in SCREEN_DPI for side in dpi)
    return on_screen and (sides_in[0] > 9 or sides_in[1] > 12)


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
    if pair is None or not 1 / 4 <= pair[0] / pair[1] <= 4:
        return 1.0
    return pair[0] / pair[1]


def _dpi_text(dpi: Dpi) -> str:
    x, y = (f"{side:.4g}" for side in dpi)
    return x if x == y else f"{x} x {y}"

"""Finds the lines of print on a page, with the first of the two models of PP-OCRv6.

It says for each pixel how likely it lies in the core of a line, from which the line is grown as
in Liao et al., Real-time Scene Text Detection with Differentiable Binarization, 2020.
"""

from __future__ import annotations

import ctypes
import math
from contextlib import suppress
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from .network import FINDER, Floats, Network, Pixels, read_model
from .surgery import without_full_size_layers

LONGEST_SIDE_PX, SHORTEST_SIDE_PX = 1600, 736
"""How large a page is looked at. More finds no more lines, and takes time and memory with the
square; where they disagree, the shortest side is kept."""
HIGHEST_PART_PX, WIDEST_PART_PX = 1024, 1664
LARGEST_PART_PX = 768 * 1600
"""High times wide. OpenVINO keeps 220 MB for each million of them in f32, and the largest part
that was looked at counts: of 1.44 million, which pages as wide as high had, 54 MB more. A whole
sheet's two halves are just below."""
OVERLAP_PX = 96
"""A larger page is looked at in parts, which see so much of each other."""
STEP_PX = 64
"""Sides are rounded up to this. The model wants 32; OpenVINO keeps each size it has seen."""
MAX_ASPECT = 8
"""A strip is no page: the model wants room above and below it."""
BLOCK_PX, MARGIN_PX = 16, 32
MIN_CONTRAST = 32
"""Blocks in which no two pixels differ by more hold no print."""
MIN_HEAT, MIN_MEAN_HEAT = 0.3, 0.5
MIN_CORE_PX = 3
GROWTH = 1.6
"""What the model marks of a line is its core: it grows by its area over its girth, times this."""
ROW_PX = 10
SPECK_PX = 12
"""Marks of fewer pixels, away from any other, are dust; a full stop stands beside a letter."""


class LineFinder:
    """The compiled model. One instance serves one thread at a time.

    Args:
        threads: How many one page may use.
    """

    def __init__(self, threads: int) -> None:
        self._network = Network(without_full_size_layers(read_model(FINDER)), threads, 1)

    def find(self, page: Pixels) -> list[Floats]:
        """Corners of each line, clockwise from the top left, from top to bottom.

        Args:
            page: Blue, green and red, [height, width, 3], upright.

        Returns:
            Arrays [4, 2] of x and y in the page's pixels.
        """
        height, width = page.shape[:2]
        room = max(0, math.ceil((width / MAX_ASPECT - height) / 2))
        if room:
            page = np.pad(page, ((room, room), (0, 0), (0, 0)))
        sides = page.shape[:2]
        scale = max(min(1.0, LONGEST_SIDE_PX / max(sides)), SHORTEST_SIDE_PX / min(sides))
        if scale != 1:
            way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            size = round(page.shape[1] * scale), round(page.shape[0] * scale)
            page = np.asarray(cv2.resize(page, size, interpolation=way), np.uint8)
        box = printed_area(page)
        if box is None:
            return []
        part, corner = _cut(page, box)
        heat = self._heat(part)
        quads = [(quad + corner) / scale - (0, room) for quad in outlines(heat)]
        limits = width - 1, height - 1
        return [np.clip(quad.round(), 0, limits).astype(np.float32) for quad in quads]

    def _heat(self, page: Pixels) -> Floats:
        """How likely each pixel lies in the core of a line, [height, width].

        A large page is looked at in parts that overlap: it takes half the memory.
        """
        height, width = page.shape[:2]
        heat = np.empty((height, width), np.float32)
        across = parts(width, WIDEST_PART_PX)
        highest = min(HIGHEST_PART_PX, LARGEST_PART_PX // (across[0][1] - across[0][0]))
        for top, bottom, upper, lower in parts(height, highest):
            for left, right, first, last in across:
                seen = full_size(self._network(page[top:bottom, left:right])[0])
                share = np.s_[upper - top : lower - top, first - left : last - left]
                heat[upper:lower, first:last] = seen[share]
        return heat


def parts(length: int, longest: int) -> list[tuple[int, int, int, int]]:
    """Overlapping parts of a side, all of one size: start and stop of each, and of its share.

    Args:
        length: Of the side; a multiple of the step.
        longest: A part may be.

    Returns:
        Shares follow each other without a gap; a part has some of its neighbours around it.
    """
    share = size = length
    count = 1
    while size > longest:
        count += 1
        share = math.ceil(length / count / STEP_PX) * STEP_PX
        size = min(length, share + 2 * OVERLAP_PX if count > 2 else share + OVERLAP_PX)
    found = []
    for first in range(0, length, share):
        start = max(0, min(first - OVERLAP_PX, length - size))
        found.append((start, start + size, first, min(first + share, length)))
    return found


def printed_area(page: Pixels) -> tuple[int, int, int, int] | None:
    """The smallest rectangle (left, top, right, bottom) that holds all print; None without any.

    Half of a letter is margin, in which nothing need be looked for.
    """
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    down, right = -height % BLOCK_PX, -width % BLOCK_PX
    grey = cv2.copyMakeBorder(grey, 0, down, 0, right, cv2.BORDER_REPLICATE)
    blocks = grey.reshape(grey.shape[0] // BLOCK_PX, BLOCK_PX, -1, BLOCK_PX)
    lightest, darkest = blocks.max(axis=(1, 3)), blocks.min(axis=(1, 3))
    printed = lightest - darkest > MIN_CONTRAST
    middle = darkest + (lightest - darkest) // 2
    dark = (blocks <= middle[:, None, :, None]).sum(axis=(1, 3))
    ink = np.minimum(dark, BLOCK_PX**2 - dark) * printed
    count, marks = cv2.connectedComponents(printed.astype(np.uint8), None, 8)
    large = np.bincount(marks.ravel(), ink.ravel(), count) >= SPECK_PX
    large[0] = False
    rows, columns = (np.flatnonzero(large[marks].any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    left, top, right, bottom = (
        int(v) * BLOCK_PX for v in (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    )
    return (
        max(0, left - MARGIN_PX),
        max(0, top - MARGIN_PX),
        min(width, right + MARGIN_PX),
        min(height, bottom + MARGIN_PX),
    )


def _cut(page: Pixels, box: tuple[int, int, int, int]) -> tuple[Pixels, tuple[int, int]]:
    """A part of the page that holds `box`, its sides multiples of the step, and its top left."""
    height, width = page.shape[:2]
    left, top, right, bottom = box
    across, down = (math.ceil(side / STEP_PX) * STEP_PX for side in (right - left, bottom - top))
    left, top = max(0, min(left, width - across)), max(0, min(top, height - down))
    part = page[top : top + down, left : left + across]
    lacking = down - part.shape[0], across - part.shape[1]
    if any(lacking):
        part = np.asarray(
            cv2.copyMakeBorder(part, 0, lacking[0], 0, lacking[1], cv2.BORDER_REPLICATE), np.uint8
        )
    return part, (left, top)


def outlines(heat: Floats) -> list[Floats]:
    """Corners of each line, clockwise from the top left, from top to bottom.

    Args:
        heat: How likely each pixel lies in the core of a line, [height, width].
    """
    core = cv2.dilate((heat > MIN_HEAT).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(core, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    quads = []
    for contour in contours:
        middle, sides, angle = cv2.minAreaRect(contour)
        if min(sides) < MIN_CORE_PX or _mean_heat(heat, contour) < MIN_MEAN_HEAT:
            continue
        air = GROWTH * sides[0] * sides[1] / (2 * (sides[0] + sides[1]))
        grown = middle, (sides[0] + 2 * air, sides[1] + 2 * air), angle
        quads.append(_clockwise(cv2.boxPoints(grown)))
    return _from_the_top(quads)


def _mean_heat(heat: Floats, contour: npt.NDArray[Any]) -> float:
    """The mean in the smallest rectangle around a contour."""
    box = cv2.boxPoints(cv2.minAreaRect(contour))
    limits = heat.shape[1] - 1, heat.shape[0] - 1
    left, top = np.clip(np.floor(box.min(axis=0)), 0, limits).astype(int)
    right, bottom = np.clip(np.ceil(box.max(axis=0)), 0, limits).astype(int)
    mask = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    cv2.fillPoly(mask, [(box - (left, top)).astype(np.int32)], 1)
    return float(cv2.mean(heat[top : bottom + 1, left : right + 1], mask)[0])


def _clockwise(corners: Floats) -> Floats:
    """Four corners, from the top left."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = (pair[np.argsort(pair[:, 1], kind="stable")] for pair in (by_x[:2], by_x[2:]))
    return np.array([left[0], right[0], right[1], left[1]], np.float32)


def _from_the_top(quads: list[Floats]) -> list[Floats]:
    """Row by row, from left to right: a row ends where the next line is some pixels lower."""
    quads = sorted(quads, key=lambda quad: float(quad[0, 1]))
    rows: list[list[Floats]] = []
    for quad in quads:
        if rows and quad[0, 1] - rows[-1][-1][0, 1] < ROW_PX:
            rows[-1].append(quad)
        else:
            rows.append([quad])
    return [quad for row in rows for quad in sorted(row, key=lambda quad: float(quad[0, 0]))]


def full_size(heat: Floats) -> Floats:
    """[16, h, w], each channel a place in squares of 4 x 4, as [4 h, 4 w]."""
    height, width = heat.shape[1:]
    places = heat.reshape(2, 2, 2, 2, height, width).transpose(4, 0, 2, 5, 1, 3)
    return np.asarray(places.reshape(4 * height, 4 * width), np.float32)


def trim_heap() -> None:
    """Gives free memory back to the system, where the C library knows how.

    What OpenVINO lets go of as pictures grow lies scattered over the heap: 75 MB of 606, after
    five pages. Each page then takes 20 MB anew (5,000 page faults, some milliseconds); larger
    blocks kept out of the heap (M_MMAP_THRESHOLD of 4 MB) would take twice that for less.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)

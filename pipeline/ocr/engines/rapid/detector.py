"""Text detection: where the lines of text are on a page, by the first model of PP-OCRv6.

The model gives a probability map: for each pixel, how likely it belongs to the kernel of a line.
The kernel is the line's region shrunk on all sides, so that lines do not touch. It is expanded
again to the whole line. See Liao et al., Real-time Scene Text Detection with Differentiable
Binarization, AAAI 2020.
"""

from __future__ import annotations

import ctypes
import math
from contextlib import suppress
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from .network import DETECTION_MODEL, Floats, Network, Pixels, load_model
from .surgery import without_full_size_layers

LONGEST_SIDE_PX, SHORTEST_SIDE_PX = 1600, 736
"""Longest and shortest side of the copy of a page in which lines are detected. In a larger copy no
more lines are detected, and time and memory grow with its area. In a smaller one, some are missed:
with 1280 pixels, .992 of the words on 20 dense pages were found, and not .994. RapidOCR's limits
are 2000 and 736. For a page so long that both cannot be kept, the shortest side is."""
HIGHEST_TILE_PX, WIDEST_TILE_PX = 1024, 1664
"""A larger copy is cut into tiles, which take less memory one after the other. A4 upright is one
tile wide and two tiles high."""
LARGEST_TILE_PX = 768 * 1600
"""Area of a tile, height times width. OpenVINO keeps 220 MB for a million pixels in f32, and it
keeps that of the largest tile: 54 MB more with tiles of 1.44 million pixels, for square pages.
The two tiles of a Letter page on its side are just smaller than this."""
OVERLAP_PX = 96
"""How much of its neighbor a tile also shows, so that a line at the border is seen whole. Chosen by
judgment: the height of two lines and more. On 30 pages, 763 lines are detected with tiles and 760
without, and 753 of them are the same to 4 pixels."""
STEP_PX = 64
"""Sides are rounded up to a multiple of this. The model needs multiples of 32. With 64 there are
fewer sizes, for each of which OpenVINO prepares its code anew."""
MAX_ASPECT = 8
"""A wider image gets margins above and below, which the model needs: `width_height_ratio` of
RapidOCR."""
BLOCK_PX, MARGIN_PX = 16, 32
"""Print is looked for in blocks of about the height of a small letter, and a margin of two blocks
is left around it. Both were chosen by judgment."""
MIN_CONTRAST = 32
"""Gray levels. A block whose lightest and darkest pixels differ by no more holds no print.
Chosen by judgment: far below print, since words with true places on fixtures, forms and receipts
have 137 and more, and above the shade of a fold in the paper."""
SPECK_PX = 12
"""Marks of fewer pixels, away from all others, are dust. Chosen by judgment: a full stop is as
small, but touches the block of a letter."""
BINARIZATION_THRESHOLD, BOX_THRESHOLD = 0.3, 0.5
"""A pixel of the kernel has at least the first probability, and a kernel the second as its mean:
`thresh` and `box_thresh` of RapidOCR for this model."""
MIN_KERNEL_PX = 3
"""Shortest side of a kernel: `min_size` of RapidOCR."""
UNCLIP_RATIO = 1.6
"""A kernel is expanded on each side by its area over its perimeter, times this: `unclip_ratio` of
RapidOCR."""
ROW_PX = 10
"""Lines whose tops differ by less are sorted from left to right, as RapidOCR does."""


class LineDetector:
    """The compiled detection model. One instance serves one thread at a time.

    Args:
        threads: How many threads one page may use.
    """

    def __init__(self, threads: int) -> None:
        self._network = Network(without_full_size_layers(load_model(DETECTION_MODEL)), threads, 1)

    def detect(self, page: Pixels) -> list[Floats]:
        """The quadrilaterals around the lines of text, from top to bottom.

        Args:
            page: Blue, green and red, [height, width, 3].

        Returns:
            For each line an array [4, 2]: x and y of its corners in pixels of the page, clockwise
            from the top left.
        """
        height, width = page.shape[:2]
        margin = max(0, math.ceil((width / MAX_ASPECT - height) / 2))
        if margin:
            page = np.pad(page, ((margin, margin), (0, 0), (0, 0)))
        sides = page.shape[:2]
        scale = max(min(1.0, LONGEST_SIDE_PX / max(sides)), SHORTEST_SIDE_PX / min(sides))
        if scale != 1:
            interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
            size = round(page.shape[1] * scale), round(page.shape[0] * scale)
            page = np.asarray(cv2.resize(page, size, interpolation=interpolation), np.uint8)
        box = printed_area(page)
        if box is None:
            return []
        part, corner = _crop(page, box)
        quads = [(quad + corner) / scale - (0, margin) for quad in line_quads(self._map(part))]
        limits = width - 1, height - 1
        return [np.clip(quad.round(), 0, limits).astype(np.float32) for quad in quads]

    def _map(self, page: Pixels) -> Floats:
        """The probability map of an image, [height, width], computed tile by tile."""
        height, width = page.shape[:2]
        probabilities = np.empty((height, width), np.float32)
        columns = tiles(width, WIDEST_TILE_PX)
        highest = min(HIGHEST_TILE_PX, LARGEST_TILE_PX // (columns[0][1] - columns[0][0]))
        for top, bottom, upper, lower in tiles(height, highest):
            for left, right, first, last in columns:
                tile = full_size(self._network(page[top:bottom, left:right])[0])
                own = np.s_[upper - top : lower - top, first - left : last - left]
                probabilities[upper:lower, first:last] = tile[own]
        return probabilities


def tiles(length: int, longest: int) -> list[tuple[int, int, int, int]]:
    """Cuts one side of an image into overlapping tiles of equal length.

    Args:
        length: Of the side, in pixels; a multiple of `STEP_PX`.
        longest: Greatest length of a tile, in pixels.

    Returns:
        For each tile: its start and stop, then start and stop of the part for which its result is
        used. These parts follow each other without a gap.
    """
    share = size = length
    count = 1
    while size > longest:
        count += 1
        share = math.ceil(length / count / STEP_PX) * STEP_PX
        size = min(length, share + 2 * OVERLAP_PX if count > 2 else share + OVERLAP_PX)
    cuts = []
    for first in range(0, length, share):
        start = max(0, min(first - OVERLAP_PX, length - size))
        cuts.append((start, start + size, first, min(first + share, length)))
    return cuts


def printed_area(page: Pixels) -> tuple[int, int, int, int] | None:
    """The smallest rectangle (left, top, right, bottom) that holds all print, with a margin.

    Of a letter, half of the page is blank margin, in which nothing need be detected.

    Args:
        page: Blue, green and red, [height, width, 3].

    Returns:
        Pixels, right and bottom exclusive; None on a blank page.
    """
    gray = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    height, width = gray.shape
    below, beside = -height % BLOCK_PX, -width % BLOCK_PX
    gray = cv2.copyMakeBorder(gray, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    blocks = gray.reshape(gray.shape[0] // BLOCK_PX, BLOCK_PX, -1, BLOCK_PX)
    lightest, darkest = blocks.max(axis=(1, 3)), blocks.min(axis=(1, 3))
    printed = lightest - darkest > MIN_CONTRAST
    middle = darkest + (lightest - darkest) // 2
    dark = (blocks <= middle[:, None, :, None]).sum(axis=(1, 3))
    ink = np.minimum(dark, BLOCK_PX**2 - dark) * printed  # the smaller share: white on black, too
    count, labels = cv2.connectedComponents(printed.astype(np.uint8), None, 8)
    large = np.bincount(labels.ravel(), ink.ravel(), count) >= SPECK_PX
    large[0] = False
    rows, columns = (np.flatnonzero(large[labels].any(axis=axis)) for axis in (1, 0))
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


def _crop(page: Pixels, box: tuple[int, int, int, int]) -> tuple[Pixels, tuple[int, int]]:
    """The part of a page around `box`, and its top left corner (x, y).

    Its sides are multiples of `STEP_PX`: it is larger than the box, and padded where the page is
    too small.
    """
    height, width = page.shape[:2]
    left, top, right, bottom = box
    across, down = (math.ceil(side / STEP_PX) * STEP_PX for side in (right - left, bottom - top))
    left, top = max(0, min(left, width - across)), max(0, min(top, height - down))
    part = page[top : top + down, left : left + across]
    padding = down - part.shape[0], across - part.shape[1]
    if any(padding):
        part = np.asarray(
            cv2.copyMakeBorder(part, 0, padding[0], 0, padding[1], cv2.BORDER_REPLICATE), np.uint8
        )
    return part, (left, top)


def line_quads(probabilities: Floats) -> list[Floats]:
    """The quadrilaterals around the lines of a probability map, from top to bottom.

    Args:
        probabilities: [height, width], 0 to 1.

    Returns:
        For each line an array [4, 2], corners clockwise from the top left.
    """
    kernels = (probabilities > BINARIZATION_THRESHOLD).astype(np.uint8)
    kernels = np.asarray(cv2.dilate(kernels, np.ones((2, 2), np.uint8)), np.uint8)
    contours, _ = cv2.findContours(kernels, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    quads = []
    for contour in contours:
        middle, sides, angle = cv2.minAreaRect(contour)
        if min(sides) < MIN_KERNEL_PX or _mean(probabilities, contour) < BOX_THRESHOLD:
            continue
        growth = UNCLIP_RATIO * sides[0] * sides[1] / (2 * (sides[0] + sides[1]))
        expanded = middle, (sides[0] + 2 * growth, sides[1] + 2 * growth), angle
        quads.append(_clockwise(cv2.boxPoints(expanded)))
    return _from_the_top(quads)


def _mean(probabilities: Floats, contour: npt.NDArray[Any]) -> float:
    """The mean probability in the smallest rectangle, at any angle, around a contour."""
    box = cv2.boxPoints(cv2.minAreaRect(contour))
    limits = probabilities.shape[1] - 1, probabilities.shape[0] - 1
    left, top = np.clip(np.floor(box.min(axis=0)), 0, limits).astype(int)
    right, bottom = np.clip(np.ceil(box.max(axis=0)), 0, limits).astype(int)
    mask = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    cv2.fillPoly(mask, [(box - (left, top)).astype(np.int32)], 1)
    return float(cv2.mean(probabilities[top : bottom + 1, left : right + 1], mask)[0])


def _clockwise(corners: Floats) -> Floats:
    """Four corners in clockwise order from the top left."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = (pair[np.argsort(pair[:, 1], kind="stable")] for pair in (by_x[:2], by_x[2:]))
    return np.array([left[0], right[0], right[1], left[1]], np.float32)


def _from_the_top(quads: list[Floats]) -> list[Floats]:
    """Sorts lines by rows (`ROW_PX`), and from left to right within a row."""
    quads = sorted(quads, key=lambda quad: float(quad[0, 1]))
    rows: list[list[Floats]] = []
    for quad in quads:
        if rows and quad[0, 1] - rows[-1][-1][0, 1] < ROW_PX:
            rows[-1].append(quad)
        else:
            rows.append([quad])
    return [quad for row in rows for quad in sorted(row, key=lambda quad: float(quad[0, 0]))]


def full_size(probabilities: Floats) -> Floats:
    """The probability map in page size, from the output of `without_full_size_layers`.

    Args:
        probabilities: [16, height, width]: the 16 channels are the pixels of a square of 4 x 4.

    Returns:
        [4 * height, 4 * width]; a "depth to space" of 2 x 2, twice.
    """
    height, width = probabilities.shape[1:]
    pixels = probabilities.reshape(2, 2, 2, 2, height, width).transpose(4, 0, 2, 5, 1, 3)
    return np.asarray(pixels.reshape(4 * height, 4 * width), np.float32)


def trim_heap() -> None:
    """Gives free memory back to the system, if the C library is glibc.

    What OpenVINO frees when image sizes change is scattered over the heap: 75 MB of 606 MB after
    five pages. The next page then takes 20 MB anew (5,000 page faults, some milliseconds). Large
    blocks outside the heap (M_MMAP_THRESHOLD of 4 MB) cost twice that, and free less.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)

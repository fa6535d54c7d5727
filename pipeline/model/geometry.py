"""Rectangles and baselines, in pixels: origin top left, x to the right, y down."""

from __future__ import annotations

import math
from dataclasses import dataclass

MIN_SPREAD = 0.5
"""The cosine of 60 degrees: within 15 degrees of a diagonal, the width and height of a box do not
tell how long the word in it is, as both depend on its length and its height alike."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels; `right` and `bottom` are exclusive."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Extent along x, in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Extent along y, in pixels."""
        return self.bottom - self.top

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """The four corners (x, y), clockwise from the top left."""
        return (
            (self.left, self.top),
            (self.right, self.top),
            (self.right, self.bottom),
            (self.left, self.bottom),
        )


@dataclass(frozen=True, slots=True)
class Baseline:
    """The segment that a line of print stands on, in pixels, from its start to its end."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def length(self) -> float:
        """Length of the segment, in pixels."""
        return math.hypot(self.x1 - self.x0, self.y1 - self.y0)

    @property
    def direction(self) -> tuple[float, float]:
        """Unit vector (x, y) from the start to the end; (1, 0) for an empty segment."""
        length = self.length
        if not length:
            return 1.0, 0.0
        return (self.x1 - self.x0) / length, (self.y1 - self.y0) / length

    def extent(self, box: Box) -> tuple[float, float]:
        """Where a word begins and ends along this baseline, in pixels from its start.

        The upright box of a tilted word is longer than the word, by what its height adds. That is
        taken off again, so that the extents of neighbors do not overlap.

        Args:
            box: Of the word.
        """
        ux, uy = self.direction
        center = ((box.left + box.right) / 2 - self.x0) * ux + (
            (box.top + box.bottom) / 2 - self.y0
        ) * uy
        along, across = abs(ux), abs(uy)
        spread = along * along - across * across
        if abs(spread) < MIN_SPREAD:
            half = max(box.width, box.height) / 2
        else:
            # box.width = w*along + h*across and box.height = w*across + h*along, solved for w
            half = max(0.0, (box.width * along - box.height * across) / spread) / 2
        return center - half, center + half

"""Rectangles and baselines, in pixels: origin top left, y down."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels, `right` and `bottom` exclusive."""

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
    """The oriented segment a line of print stands on, from its start to its end, in pixels."""

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
        """Unit vector (x, y) of the reading direction; (1, 0) for an empty segment."""
        length = self.length
        if not length:
            return 1.0, 0.0
        return (self.x1 - self.x0) / length, (self.y1 - self.y0) / length

    def extent(self, box: Box) -> tuple[float, float]:
        """Where `box` begins and ends along this baseline, in pixels from its start.

        The box of a tilted word is larger than the word: what the tilt of a word as tall as
        the box is wide would add is taken off again, so that extents of neighbours do not overlap.
        """
        ux, uy = self.direction
        centre = ((box.left + box.right) / 2 - self.x0) * ux + (
            (box.top + box.bottom) / 2 - self.y0
        ) * uy
        along, across = abs(ux), abs(uy)
        spread = along * along - across * across
        if abs(spread) < 0.5:  # near 45 degrees the box says nothing of the word's own length
            half = max(box.width, box.height) / 2
        else:
            # box.width = w*along + h*across and box.height = w*across + h*along, solved for w
            half = max(0.0, (box.width * along - box.height * across) / spread) / 2
        return centre - half, centre + half

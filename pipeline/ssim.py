"""How alike two pictures look: the structural similarity index (Wang et al., 2004).

Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli: "Image quality assessment: from error
visibility to structural similarity", IEEE Transactions on Image Processing 13 (4), here with
even windows of 8 x 8 pixels at every place.
"""

from __future__ import annotations

from typing import Any

import numpy as np

WINDOW_PX = 8
LEVELS = 255
MEANS = (0.01 * LEVELS) ** 2
"""The paper's C1: keeps the comparison of means steady where both are near black."""
SPREADS = (0.03 * LEVELS) ** 2
"""The paper's C2: differences in what is nearly flat, as paper is, count little."""
Floats = np.ndarray[Any, np.dtype[np.float64]]
Tiles = np.ndarray[Any, np.dtype[Any]]


def ssim(one: Tiles, other: Tiles) -> Floats:
    """The mean structural similarity of each pair of tiles; 1 for equal ones.

    Args:
        one: Luminances 0 to 255, of shape (tiles, rows, columns), each side 8 at least.
        other: As `one`.

    Returns:
        Of shape (tiles,).
    """
    x, y = one.astype(np.float64), other.astype(np.float64)
    mean_x, mean_y = _means(x), _means(y)
    spread_x = _means(x * x) - mean_x * mean_x
    spread_y = _means(y * y) - mean_y * mean_y
    common = _means(x * y) - mean_x * mean_y
    index: Floats = (2 * mean_x * mean_y + MEANS) * (2 * common + SPREADS)
    index /= (mean_x * mean_x + mean_y * mean_y + MEANS) * (spread_x + spread_y + SPREADS)
    return np.asarray(index.mean(axis=(1, 2)))


def _means(values: Floats) -> Floats:
    """The mean of every window, by sums that run along both axes."""
    sums = np.pad(values, ((0, 0), (1, 0), (1, 0))).cumsum(axis=1).cumsum(axis=2)
    n = WINDOW_PX
    boxes = sums[:, n:, n:] - sums[:, :-n, n:] - sums[:, n:, :-n] + sums[:, :-n, :-n]
    return np.asarray(boxes / (n * n))

"""How alike two pictures look: the structural similarity index (Wang et al., 2004).

Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli: "Image quality assessment: from error
visibility to structural similarity", IEEE Transactions on Image Processing 13 (4), here with
even windows of 8 x 8 pixels at every place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

TILE_PX, TILES_ACROSS = 128, 4
"""A page is judged by 4 x 4 tiles of 128 x 128 pixels. Their sides are whole numbers of JPEG's
coding units of 16 pixels, so that a tile is coded as it would be on the page. 16 tiles bound the
time for a page of any size."""
EMPTY_DEVIATION = 4.0
"""Tiles with a smaller standard deviation, in gray levels, are empty paper.

Measured on 5,700 tiles of nine sets of scans in gray and color: 93 to 100 % of the tiles without
print are below this (73 % on typescripts on toned paper), and not one with print is (5 % of those
are below 11 to 45, by the set).
"""
WORST_SHARE = 4
"""The likeness is the mean over the worst quarter of the tiles: the mean over all would let a faint
picture be lost on a page of clear print."""
WINDOW_PX = 8
"""Side of the windows. The paper prefers 11 x 11 with Gaussian weights to the even 8 x 8 of before
(section III.B); the even ones come from running sums, at a fraction of the time."""
LEVELS = 255
C1 = (0.01 * LEVELS) ** 2
"""The paper's C1, with its K1: keeps the comparison of means steady where both are near black."""
C2 = (0.03 * LEVELS) ** 2
"""The paper's C2, with its K2: differences in what is nearly flat, as paper is, count little."""
Floats = np.ndarray[Any, np.dtype[np.float64]]
Tiles = np.ndarray[Any, np.dtype[Any]]


class Sample:
    """Tiles of a picture, taken at even steps of contrast from all that are not empty paper.

    Args:
        picture: L, RGB or CMYK, no side shorter than a tile.

    Attributes:
        picture: The tiles in a square, as a picture of the same mode.
    """

    def __init__(self, picture: Image.Image) -> None:
        columns, rows = (side // TILE_PX for side in picture.size)
        # Row by row, as numpy takes eight bytes for each pixel.
        bands = (
            picture.crop((0, top * TILE_PX, columns * TILE_PX, (top + 1) * TILE_PX))
            for top in range(rows)
        )
        spread = np.concatenate([_tiles(band).std(axis=(1, 2)) for band in bands])
        order = np.argsort(spread, kind="stable")
        order = (
            order[spread[order] >= EMPTY_DEVIATION] if spread.max() >= EMPTY_DEVIATION else order
        )
        places = np.linspace(0, len(order) - 1, TILES_ACROSS**2).round().astype(int)
        taken: list[int] = order[np.unique(places)].tolist()
        self._corners = [(tile % columns * TILE_PX, tile // columns * TILE_PX) for tile in taken]
        self.picture = self.of(picture)
        self._luminance = _tiles(self.picture)[: len(taken)]

    def of(self, other: Image.Image) -> Image.Image:
        """The same tiles of another picture of that size."""
        side = TILES_ACROSS * TILE_PX
        tiles = Image.new(other.mode, (side, side))
        for number, (x, y) in enumerate(self._corners):
            down, across = divmod(number, TILES_ACROSS)
            tile = other.crop((x, y, x + TILE_PX, y + TILE_PX))
            tiles.paste(tile, (across * TILE_PX, down * TILE_PX))
        return tiles

    def likeness(self, tiles: Image.Image) -> float:
        """How like the sample the same tiles of another picture are, where they are least so.

        Args:
            tiles: As `of` gives them, perhaps encoded and decoded since.

        Returns:
            The structural similarity; 1 for equal tiles.
        """
        count = len(self._corners)
        likenesses = np.sort(ssim(self._luminance, _tiles(tiles)[:count]))
        return float(likenesses[: max(1, count // WORST_SHARE)].mean())


def _tiles(picture: Image.Image) -> Tiles:
    """The luminance of a picture of whole tiles, of shape (tiles, rows, columns)."""
    gray = np.asarray(picture.convert("L"))
    rows, columns = (side // TILE_PX for side in gray.shape)
    apart = gray.reshape(rows, TILE_PX, columns, TILE_PX).swapaxes(1, 2)
    return apart.reshape(-1, TILE_PX, TILE_PX)


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
    index: Floats = (2 * mean_x * mean_y + C1) * (2 * common + C2)
    index /= (mean_x * mean_x + mean_y * mean_y + C1) * (spread_x + spread_y + C2)
    return np.asarray(index.mean(axis=(1, 2)))


def _means(values: Floats) -> Floats:
    """The mean of every window, by sums that run along both axes."""
    sums = np.pad(values, ((0, 0), (1, 0), (1, 0))).cumsum(axis=1).cumsum(axis=2)
    n = WINDOW_PX
    boxes = sums[:, n:, n:] - sums[:, :-n, n:] - sums[:, n:, :-n] + sums[:, :-n, :-n]
    return np.asarray(boxes / (n * n))

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
"""A page is judged by a square of so many tiles; whole blocks of JPEG, coded as on the page."""
FLAT = 4.0
"""Tiles of a smaller standard deviation (grey levels) are empty paper."""
WORST_SHARE = 4
"""The likeness is the mean of the worst one of so many tiles."""
WINDOW_PX = 8
LEVELS = 255
MEANS = (0.01 * LEVELS) ** 2
"""The paper's C1: keeps the comparison of means steady where both are near black."""
SPREADS = (0.03 * LEVELS) ** 2
"""The paper's C2: differences in what is nearly flat, as paper is, count little."""
Floats = np.ndarray[Any, np.dtype[np.float64]]
Tiles = np.ndarray[Any, np.dtype[Any]]


class Sample:
    """Tiles of a picture, evenly taken from all that are not empty paper, from faint to dense.

    Args:
        picture: L, RGB or CMYK, no side shorter than a tile.

    Attributes:
        picture: The tiles in a square, as a picture of the same mode.
    """

    def __init__(self, picture: Image.Image) -> None:
        columns, rows = (side // TILE_PX for side in picture.size)
        # Row by row: numpy needs eight bytes a pixel for it.
        bands = (
            picture.crop((0, top * TILE_PX, columns * TILE_PX, (top + 1) * TILE_PX))
            for top in range(rows)
        )
        spread = np.concatenate([_tiles(band).std(axis=(1, 2)) for band in bands])
        order = np.argsort(spread, kind="stable")
        order = order[spread[order] >= FLAT] if spread.max() >= FLAT else order
        places = np.linspace(0, len(order) - 1, TILES_ACROSS**2).round().astype(int)
        chosen: list[int] = order[np.unique(places)].tolist()
        self._corners = [(tile % columns * TILE_PX, tile // columns * TILE_PX) for tile in chosen]
        self.picture = self.of(picture)
        self._luminance = _tiles(self.picture)[: len(chosen)]

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
        """The structural similarity of tiles as `of` gives them, where it is worst; 1 if equal."""
        count = len(self._corners)
        each = np.sort(ssim(self._luminance, _tiles(tiles)[:count]))
        return float(each[: max(1, count // WORST_SHARE)].mean())


def _tiles(picture: Image.Image) -> Tiles:
    """The luminance of a picture of whole tiles, of shape (tiles, rows, columns)."""
    grey = np.asarray(picture.convert("L"))
    rows, columns = (side // TILE_PX for side in grey.shape)
    apart = grey.reshape(rows, TILE_PX, columns, TILE_PX).swapaxes(1, 2)
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
    index: Floats = (2 * mean_x * mean_y + MEANS) * (2 * common + SPREADS)
    index /= (mean_x * mean_x + mean_y * mean_y + MEANS) * (spread_x + spread_y + SPREADS)
    return np.asarray(index.mean(axis=(1, 2)))


def _means(values: Floats) -> Floats:
    """The mean of every window, by sums that run along both axes."""
    sums = np.pad(values, ((0, 0), (1, 0), (1, 0))).cumsum(axis=1).cumsum(axis=2)
    n = WINDOW_PX
    boxes = sums[:, n:, n:] - sums[:, :-n, n:] - sums[:, n:, :-n] + sums[:, :-n, :-n]
    return np.asarray(boxes / (n * n))

"""Pictures in fewer bytes that are not the scan's own pixels: only where an option asks for it.

JPEG of the lowest quality at which the print still looks the same, and fewer pixels where there
are more of them to the inch than asked for. Black and white stays as it is: G4 is smaller.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, JpegImagePlugin

from .lossless import lossless
from .model import PageImage
from .options import ImageOptions
from .pdf.images import EncodedImage
from .pixels import icc_profile
from .repack import smallest
from .ssim import Tiles, ssim

LEAST_LIKENESS = 0.97
"""Structural similarity of the tiles that suffer most. Side by side at twice their size, pages of
print could be told from the scan at 0.93, and no more at 0.97."""
QUALITIES = range(30, 93)
"""What is tried. Below, blocks show on even grounds; above, JPEG has little to win."""
WORTH_IT = 0.9
"""Other pixels are taken only for less than this share of the bytes."""
ALMOST = 1.05
"""A resolution this little above the limit is left alone: it would only blur."""
TILE_PX, TILES_ACROSS = 128, 4
"""JPEG is tried on a square of so many tiles; of whole blocks, so they are coded as on the page."""
FLAT = 4.0
"""Tiles of a smaller standard deviation (grey levels) are empty paper."""
WORST_SHARE = 4
"""The likeness is that of the worst of so many tiles."""
COLOUR_QUALITY = 85
"""Colours are never coarser: blue ink would turn grey, and they cost little on paper."""
FINE_DPI = 200
"""From here on, half of it is enough for colours, as the eye sees them."""
HALVED = 2
"""Pillow's name of 4:2:0: colours at half the resolution."""
MAX_SIDE_PX = 65_535


@dataclass(frozen=True, slots=True)
class Reduced:
    """A picture with other pixels, and in words what was done to it."""

    image: EncodedImage
    note: str


def reduced(
    page: PageImage, pixels: Image.Image, kept: EncodedImage, options: ImageOptions
) -> Reduced | None:
    """The picture as `options` allow it to be changed, if that makes it smaller by a tenth.

    Args:
        page: Whose picture it is, with its resolution.
        pixels: The picture, in one of `pixels.PLAIN_MODES`.
        kept: The picture with all its pixels.
        options: What the user allows.

    Returns:
        The smaller picture; None where `kept` should stay.
    """
    if kept.bits == 1 or pixels.mode == "1":
        return None
    profile = icc_profile(pixels)
    image = _as_jpeg_holds_it(pixels, profile)
    smaller = _of_resolution(image, page.dpi, options.max_dpi)
    best, notes = kept, []
    if smaller is not None:
        image = smaller
        notes.append(f"its picture has {options.max_dpi:g} dpi instead of {max(page.dpi):.4g}")
        without_loss = lossless if options.optimize == "none" else smallest
        best = min(best, without_loss(image), key=lambda each: each.size)
    was_lossy = kept.filter in ("DCTDecode", "JPXDecode")
    if options.optimize == "lossy" or (smaller is not None and was_lossy):
        encoded = _jpeg(image, profile, _colours_halved(page, options.max_dpi))
        if encoded is not None and encoded[0].size <= WORTH_IT * best.size:
            best = encoded[0]
            notes.append(f"it is a JPEG of quality {encoded[1]}, {encoded[2]:.3f} like the scan")
    if best.size > WORTH_IT * kept.size:
        return None
    return Reduced(best, ", and ".join(notes).replace("it is a", "its picture is a", not notes[1:]))


def _as_jpeg_holds_it(image: Image.Image, profile: bytes | None) -> Image.Image:
    """8-bit L, RGB or CMYK; grey stored as colour becomes grey, where no profile tints it."""
    if image.mode == "I;16":
        image = Image.frombytes("L", image.size, image.tobytes()[1::2])
    elif image.mode == "P":
        image = image.convert("RGB")
    if image.mode == "RGB" and profile is None:
        red, green, blue = (image.getchannel(each).tobytes() for each in range(3))
        if red == green == blue:
            image = image.getchannel(0)
    bare = image.copy()
    bare.info.clear()  # Pillow would write comments into the JPEG
    if profile:
        bare.info["icc_profile"] = profile
    return bare


def _of_resolution(
    image: Image.Image, dpi: tuple[float, float], max_dpi: float | None
) -> Image.Image | None:
    """The image with no more than `max_dpi` along either axis; None where it has no more."""
    if max_dpi is None or max(dpi) <= ALMOST * max_dpi:
        return None
    width, height = (
        max(1, round(side * min(1.0, max_dpi / of_side)))
        for side, of_side in zip(image.size, dpi, strict=True)
    )
    resampled = image.resize((width, height), Image.Resampling.LANCZOS)
    resampled.info = image.info
    return resampled


def _colours_halved(page: PageImage, max_dpi: float | None) -> bool:
    """Whether colours may have half the resolution, or have it already."""
    jpeg = isinstance(page.image, JpegImagePlugin.JpegImageFile)
    if jpeg and JpegImagePlugin.get_sampling(page.image) == HALVED:
        return True
    return min(*page.dpi, max_dpi or FINE_DPI) >= FINE_DPI


def _jpeg(
    image: Image.Image, profile: bytes | None, colours_halved: bool
) -> tuple[EncodedImage, int, float] | None:
    """The coarsest JPEG that is like the image, its quality, and how like it is."""
    if min(image.size) < TILE_PX or max(image.size) > MAX_SIDE_PX:
        return None
    sample, count = _sample(image)
    scan = _tiles(sample)[:count]
    subsampling = HALVED if colours_halved else 0

    def likeness(quality: int) -> float:
        with Image.open(io.BytesIO(_encoded(sample, quality, subsampling))) as coarse:
            each = np.sort(ssim(scan, _tiles(coarse)[:count]))
        return float(each[: max(1, count // WORST_SHARE)].mean())

    low, high = QUALITIES[0], QUALITIES[-1]
    reached = likeness(high)
    if reached < LEAST_LIKENESS:
        return None
    while low < high:
        middle = (low + high) // 2
        found = likeness(middle)
        if found >= LEAST_LIKENESS:
            high, reached = middle, found
        else:
            low = middle + 1
    encoded = EncodedImage(
        _encoded(image, high, subsampling),
        *image.size,
        "DCTDecode",
        components=len(image.getbands()),
        # Pillow stores CMYK inverted, as programs that write an Adobe marker do.
        decode=(1, 0) * 4 if image.mode == "CMYK" else (),
        icc_profile=profile,
    )
    return encoded, high, reached


def _encoded(image: Image.Image, quality: int, subsampling: int) -> bytes:
    how: dict[str, Any] = {"quality": quality}
    if image.mode == "RGB":
        tables = _tables(quality)[0], _tables(max(quality, COLOUR_QUALITY))[1]
        how = {"qtables": tables, "subsampling": subsampling}
    buffer = io.BytesIO()
    # The PDF holds the profile.
    image.save(buffer, "JPEG", optimize=True, progressive=True, icc_profile=None, **how)
    return buffer.getvalue()


@cache
def _tables(quality: int) -> tuple[list[int], list[int]]:
    """The steps of luminance and of colours that a quality stands for (ITU T.81, annex K)."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG", quality=quality)
    with JpegImagePlugin.JpegImageFile(io.BytesIO(buffer.getvalue())) as image:
        return image.quantization[0], image.quantization[1]


def _sample(image: Image.Image) -> tuple[Image.Image, int]:
    """Tiles of the image as a square of tiles, and how many they are.

    They are evenly taken from all that are not empty paper, from faint to dense.
    """
    columns, rows = (side // TILE_PX for side in image.size)
    grey = image.crop((0, 0, columns * TILE_PX, rows * TILE_PX)).convert("L")
    spread = _tiles(grey).std(axis=(1, 2))
    order = np.argsort(spread, kind="stable")
    order = order[spread[order] >= FLAT] if spread.max() >= FLAT else order
    places = np.linspace(0, len(order) - 1, TILES_ACROSS**2).round().astype(int)
    chosen = order[np.unique(places)].tolist()
    side = TILES_ACROSS * TILE_PX
    sample = Image.new(image.mode, (side, side))
    for number, tile in enumerate(chosen):
        x, y = tile % columns * TILE_PX, tile // columns * TILE_PX
        down, across = divmod(number, TILES_ACROSS)
        part = image.crop((x, y, x + TILE_PX, y + TILE_PX))
        sample.paste(part, (across * TILE_PX, down * TILE_PX))
    return sample, len(chosen)


def _tiles(image: Image.Image) -> Tiles:
    """The luminance of an image of whole tiles, of shape (tiles, rows, columns)."""
    grey = np.asarray(image.convert("L"))
    rows, columns = (side // TILE_PX for side in grey.shape)
    apart = grey.reshape(rows, TILE_PX, columns, TILE_PX).swapaxes(1, 2)
    return apart.reshape(-1, TILE_PX, TILE_PX)

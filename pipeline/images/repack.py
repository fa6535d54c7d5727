"""The same pixels in fewer bytes: two colors as G4, gray as gray, few colors with a palette."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from PIL import Image

from ..model.picture import EncodedImage
from .lossless import bilevel, flate, lossless
from .pixels import (
    MAX_COLORS,
    Color,
    all_gray,
    by_brightness,
    few_colors,
    high_bytes,
    icc_profile,
    png_bytes,
)

MODE_BITS = {"1": 1, "L": 8, "P": 8, "RGB": 24, "CMYK": 32, "I;16": 16}
"""Bits of a pixel in each of `pixels.PLAIN_MODES`."""
BAND_ROWS = 256
"""Rows whose colors are numbered at a time: numpy takes eight bytes for each of their pixels, so
that a page of 10,000 pixels across needs 20 MB instead of 1 GB."""
SURELY_LESS = 0.02
"""What packs to this share of its pixels' bytes is not tried in another form: on a page that
compresses 50 times, the other form has nothing to win that would be worth packing it twice."""


@dataclass(frozen=True, slots=True)
class FewColors:
    """An image of few colors.

    Attributes:
        numbers: 8 bits a pixel, each the number of a color.
        colors: The colors in use, from dark to light; gray ones have one component each.
        profile: The color profile that says what they mean; None for the device's colors.
    """

    numbers: Image.Image
    colors: tuple[Color, ...]
    profile: bytes | None


def smallest(image: Image.Image) -> EncodedImage:
    """An image in one of `pixels.PLAIN_MODES`, in the form that needs the fewest bytes."""
    packed = repacked(image, MODE_BITS[image.mode]) if image.mode != "1" else None
    if packed is None:
        return lossless(image)
    # Gray of 8 bits is never larger than the same bytes three times, and is packed far quicker.
    eight_bit_gray = packed.bits * packed.components == 8 and not packed.palette
    pixels_bytes = image.width * image.height * MODE_BITS[image.mode] // 8
    if eight_bit_gray or packed.size <= SURELY_LESS * pixels_bytes:
        return packed
    return min(packed, lossless(image), key=lambda form: form.size)


def repacked(image: Image.Image, bits: int) -> EncodedImage | None:
    """An image in one of `pixels.PLAIN_MODES` with fewer bits a pixel, every pixel kept.

    Args:
        image: The image, decoded.
        bits: How many bits a pixel has as it is stored now.

    Returns:
        The image; None where a pixel has no more bits than it needs.
    """
    if image.mode == "1":
        return bilevel(image)
    if image.mode == "I;16":
        eight = _eight_of_sixteen(image)
        return smallest(eight) if eight is not None else None
    few = _few_colors(image)
    if few is None:
        return None
    count, gray = len(few.colors), len(few.colors[0]) == 1
    if count <= 2:
        return _two_colors(few)
    needed = next(depth for depth in (2, 4, 8) if count <= 1 << depth)
    if needed >= bits:
        return None
    if needed == 8 and gray:  # without a palette
        values = few.numbers.point(_table(enumerate(color[0] for color in few.colors)))
        return flate(png_bytes(values), few.profile)
    # Grays in order are like their neighbors: PNG's filters help, as they do not with colors.
    as_png = _png_of_gray if needed == 8 and all_gray(few.colors) else _png_of_palette
    return _with_palette(flate(as_png(few.numbers, needed), few.profile), few.colors)


def _few_colors(image: Image.Image) -> FewColors | None:
    """The colors of an image, if they are 256 at most, or 16 at most of 8-bit gray.

    With more than 16 grays a pixel still needs 8 bits.
    """
    profile = icc_profile(image)
    if image.mode == "RGB":
        colors = few_colors(image)
        if colors is None:
            return None
        if all_gray(colors):
            gray = image.getchannel(0)
            numbers = gray.point(_table((color[0], i) for i, color in enumerate(colors)))
            # Under a profile for RGB, grays keep three components: no gray profile says the same.
            return FewColors(numbers, colors if profile else _as_gray(colors), profile)
        return FewColors(_numbered(image, colors), colors, profile)
    if image.mode not in ("L", "P"):
        return None
    used = [value for value, count in enumerate(image.histogram()) if count]
    if image.mode == "L":
        if len(used) > 16:
            return None
        color_of: dict[int, Color] = {value: (value,) for value in used}
    else:
        palette = bytes(image.getpalette("RGB") or ()).ljust(3 * MAX_COLORS, b"\0")
        color_of = {value: tuple(palette[3 * value : 3 * value + 3]) for value in used}
        if not profile and all_gray(color_of.values()):
            color_of = {value: color[:1] for value, color in color_of.items()}
    colors = by_brightness(color_of.values())
    places = _table((value, colors.index(color)) for value, color in color_of.items())
    return FewColors(_as_l(image).point(places), colors, profile)


def _two_colors(few: FewColors) -> EncodedImage:
    """One or two colors as G4, with a palette where they are not black and white."""
    if set(few.colors) <= {(0,), (255,)}:
        black_white = few.numbers.point(_table(enumerate(c[0] for c in few.colors)), "1")
        return _profiled(bilevel(black_white), few.profile)
    packed = bilevel(few.numbers.point([0] + [255] * 255, "1"))
    return _with_palette(_profiled(packed, few.profile), (few.colors * 2)[:2])


def _with_palette(image: EncodedImage, colors: tuple[Color, ...]) -> EncodedImage:
    return replace(image, components=len(colors[0]), palette=bytes(chain.from_iterable(colors)))


def _profiled(image: EncodedImage, profile: bytes | None) -> EncodedImage:
    return replace(image, icc_profile=profile)


def _eight_of_sixteen(image: Image.Image) -> Image.Image | None:
    """16-bit gray that was made of 8 bits, each byte twice, as these 8 bits again."""
    eight = high_bytes(image)
    if image.tobytes()[0::2] != eight.tobytes():
        return None
    if profile := icc_profile(image):
        eight.info["icc_profile"] = profile
    return eight


def _numbered(image: Image.Image, colors: tuple[Color, ...]) -> Image.Image:
    """For each pixel of an RGB image the place of its color among `colors`."""
    table = np.zeros(1 << 24, np.uint8)
    for number, (red, green, blue) in enumerate(colors):
        table[red | green << 8 | blue << 16] = number
    numbers = bytearray()
    for top in range(0, image.height, BAND_ROWS):
        band = image.crop((0, top, image.width, min(top + BAND_ROWS, image.height)))
        packed = np.frombuffer(band.tobytes("raw", "RGBX"), "<u4") & 0xFFFFFF
        numbers += table[packed].tobytes()
    return Image.frombytes("L", image.size, bytes(numbers))


def _as_l(image: Image.Image) -> Image.Image:
    return image if image.mode == "L" else Image.frombytes("L", image.size, image.tobytes())


def _png_of_gray(numbers: Image.Image, bits: int) -> bytes:
    return png_bytes(numbers)


def _png_of_palette(numbers: Image.Image, bits: int) -> bytes:
    palette = Image.frombytes("P", numbers.size, numbers.tobytes())
    palette.putpalette(bytes(range(256)) * 3)  # any: it is not read back
    buffer = io.BytesIO()
    palette.save(buffer, "PNG", bits=bits)
    return buffer.getvalue()


def _table(pairs: Iterable[tuple[int, int]]) -> list[int]:
    table = [0] * MAX_COLORS
    for value, becomes in pairs:
        table[value] = becomes
    return table


def _as_gray(colors: tuple[Color, ...]) -> tuple[Color, ...]:
    return tuple(color[:1] for color in colors)

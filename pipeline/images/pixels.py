"""Pillow images as PDF and engines take them: in few modes, alpha laid on white."""

from __future__ import annotations

import io
from collections.abc import Iterable

from PIL import Image, ImageChops, ImageCms

Color = tuple[int, ...]
"""The components of a color, one for each channel, 0 to 255."""
MAX_COLORS = 256
"""As many as a palette has room for (ISO 32000-1, 8.6.6.3), and as there are grays of 8 bits."""
PLAIN_MODES = ("1", "L", "P", "RGB", "CMYK", "I;16")
"""Modes of the images that `plain` returns; I;16 is little-endian, P has no transparency."""


def has_alpha(image: Image.Image) -> bool:
    """Whether some pixels may be transparent."""
    return "transparency" in image.info or any(band in "Aa" for band in image.getbands())


def plain(image: Image.Image) -> Image.Image:
    """An image in one of `PLAIN_MODES`, decoded, its pixels unchanged where such a mode has them.

    Transparent pixels are laid on white. Pixels of floating point, of 32 bits and of Lab, which PDF
    does not have or readers do not show alike, become 8 or 16 bits.

    Raises:
        Exception: Whatever Pillow raises where the pixels are damaged.
    """
    if has_alpha(image):
        return on_white(image)
    if image.mode in PLAIN_MODES:
        image.load()
        if image.mode == "CMYK" and image.format == "JPEG" and "adobe" not in image.info:
            return ImageChops.invert(image)  # Pillow takes every CMYK JPEG for an inverted one
        return image
    if image.mode.startswith("I;16"):
        return _sixteen_bits(image.convert("I"))
    if image.mode == "I":
        return _sixteen_bits(image)
    if image.mode == "F":
        return _eight_bits_of_floats(image)
    if image.mode == "LAB":
        return _srgb_of_lab(image)
    return image.convert("RGB")


def lossy_note(image: Image.Image) -> str:
    """Why `plain` cannot keep every bit of an image, in words; empty where it can."""
    if image.mode == "F" or (image.mode == "I" and image.format != "PPM"):
        return f"{image.mode} pixels (32 bits) are shown with 8 or 16 bits"
    if image.mode == "LAB":
        return "Lab colors are shown as sRGB"
    return ""


def on_white(image: Image.Image) -> Image.Image:
    """An image laid on white paper: black and white, and gray, stay so; all else becomes RGB."""
    gray = image.mode in ("L", "LA", "La", "1")
    layer = image.convert("RGBA")
    if layer.getchannel("A").getextrema() == (255, 255):
        opaque = layer.convert("L" if gray else "RGB")
        return opaque.convert("1", dither=Image.Dither.NONE) if image.mode == "1" else opaque
    paper = Image.new("RGBA", layer.size, "white")
    paper.alpha_composite(layer)
    return paper.convert("L" if gray else "RGB")


def for_recognition(image: Image.Image) -> Image.Image:
    """An image as engines take it: decoded, 8-bit L or RGB."""
    image = plain(image)
    if image.mode in ("L", "RGB"):
        return image
    if image.mode == "I;16":
        return high_bytes(image)
    return image.convert("L" if image.mode == "1" else "RGB")


def high_bytes(image: Image.Image) -> Image.Image:
    """Gray of 16 bits (I;16) as 8 bits: the more significant byte of each pixel."""
    return Image.frombytes("L", image.size, image.tobytes()[1::2])


def few_colors(image: Image.Image) -> tuple[Color, ...] | None:
    """The colors in use in an RGB image, in order of brightness; None where they are over 256."""
    counted = image.getcolors(MAX_COLORS)
    if counted is None:
        return None
    return by_brightness(color for _, color in counted if isinstance(color, tuple))


def by_brightness(colors: Iterable[Color]) -> tuple[Color, ...]:
    """Each color once, from dark to light."""
    return tuple(sorted(set(colors), key=lambda color: (sum(color), color)))


def all_gray(colors: Iterable[Color]) -> bool:
    """Whether the components of each color are equal; those of an image of 256 grays are."""
    return all(len(set(color)) == 1 for color in colors)


def icc_profile(image: Image.Image) -> bytes | None:
    """The color profile of an image, if it is for pixels of this kind (ICC.1:2010, 7.2.6)."""
    profile = image.info.get("icc_profile")
    space = {"1": b"GRAY", "L": b"GRAY", "I;16": b"GRAY", "CMYK": b"CMYK"}.get(image.mode, b"RGB ")
    if isinstance(profile, bytes) and profile[16:20] == space:
        return profile
    return None


def _sixteen_bits(image: Image.Image) -> Image.Image:
    """Gray of 32 bits as 16: the same values where they fit, else stretched to the whole range."""
    low, high = image.getextrema()
    assert isinstance(low, int | float) and isinstance(high, int | float)
    if low < 0 or high > 0xFFFF:
        scale = 0xFFFF / max(1, high - low)
        image = image.point(lambda value: value * scale - low * scale)
    return image.convert("I;16")


def _eight_bits_of_floats(image: Image.Image) -> Image.Image:
    """Floating point gray as 8 bits: of 0 to 1 or of 0 to 255 as meant, else stretched."""
    low, high = image.getextrema()
    assert isinstance(low, int | float) and isinstance(high, int | float)
    if low >= 0 and high <= 1:
        low, high = 0, 1
    elif low >= 0 and high <= 255:
        low, high = 0, 255
    scale = 255 / ((high - low) or 1)
    return image.point(lambda value: value * scale - low * scale).convert("L")


def _srgb_of_lab(image: Image.Image) -> Image.Image:
    converted = ImageCms.profileToProfile(
        image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    assert converted is not None
    converted.info.pop("icc_profile", None)
    return converted


def png_bytes(image: Image.Image) -> bytes:
    """An image as a PNG file without a profile, whose compressed pixels are taken out of it."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", icc_profile=None)
    return buffer.getvalue()

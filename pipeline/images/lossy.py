"""Pictures in fewer bytes, with other pixels than the scan's: only where an option asks for it.

The fewest bytes that still look the same are taken: a JPEG of the lowest quality that does, or 16
colors, which suit print, as they keep its edges. Where a limit of resolution is given, fewer
pixels. Black and white stays as it is: G4 is smaller than all of these.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageChops, JpegImagePlugin

from ..model.options import ImageOptions
from ..model.page import PageImage
from ..model.picture import EmbeddedImage, EncodedImage
from .jpeg import INVERTED_CMYK
from .lossless import lossless
from .pixels import all_gray, few_colors, high_bytes, icc_profile
from .repack import smallest
from .similarity import TILE_PX, Sample

MIN_LIKENESS = 0.97
"""Structural similarity to the scan, of the tiles that suffer most (`similarity`).

Chosen by looking: at twice their size, side by side, pages of print are hard to tell from the scan
at this. On five sets whole pages then have 0.988 to 1.000 (docs, "Smaller PDFs"), as those of
OCRmyPDF -O2 have.
"""
QUALITIES = range(30, 93)
"""Qualities of JPEG that are tried, on libjpeg's scale. Chosen by looking: below, blocks show on
even grounds; above, JPEG has little to win."""
WORTH_IT = 0.9
"""Other pixels are taken only for less than this share of the bytes: a scan is not changed for
nothing."""
ALMOST = 1.05
"""A resolution no more than this above the limit is left alone: to resample would only blur."""
COLOR_QUALITY = 85
"""Colors are stored no coarser than this, as their likeness is not measured: in a JPEG of quality
30, blue ink turns gray. They cost few bytes on paper."""
FINE_DPI = 200
"""From this resolution on, colors are stored at half of it.

100 pixels to the inch are 14 cycles in a degree of sight at 40 cm. The eye tells colors apart up
to some 12 (K. T. Mullen, Journal of Physiology 359, 1985).
"""
HALVED = 2
"""Pillow's number for 4:2:0: colors at half the resolution, along both axes."""
MAX_SIDE_PX = 65_500
"""libjpeg's JPEG_MAX_DIMENSION; the format would allow 65,535."""
FEW_COLORS = 16
"""As many as four bits hold: half a byte a pixel, before Flate."""
EVEN_PX = 8
"""Shades are compared by the means of squares with this side, so that grain and edges, which the
likeness judges, do not count."""
MAX_OFF, MAX_OFF_MOSTLY, MOSTLY_PERCENT = 16, 4, 99
"""How many levels of 255 a shade may be off: anywhere, or the color of a stamp is lost; and on
99 % of the picture, or bands show where a shade fades."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A picture that looks the same: what it is, in words, and how like the scan it is, 0 to 1."""

    image: EncodedImage
    kind: str
    likeness: float


def reduced(
    page: PageImage, pixels: Image.Image, kept: EncodedImage, options: ImageOptions
) -> EmbeddedImage | None:
    """The picture of a page, changed as the options allow, if that makes it smaller by a tenth.

    Args:
        page: The page, with its resolution.
        pixels: Its picture, in one of `pixels.PLAIN_MODES`.
        kept: The same picture, encoded with every pixel as it is.
        options: What the user allows.

    Returns:
        The smaller picture, and in words what was done to it; None where `kept` should stay.
    """
    if kept.bits == 1 or pixels.mode == "1":
        return None
    profile = icc_profile(pixels)
    image = _as_jpeg_holds_it(pixels, profile)
    smaller = _of_resolution(image, page.dpi, options.max_dpi)
    best, notes = kept, ["its picture is smaller"]
    if smaller is not None:
        image = smaller
        notes = [f"its picture has {options.max_dpi:g} dpi instead of {max(page.dpi):.4g}"]
        without_loss = lossless if options.optimize == "none" else smallest
        best = min(best, without_loss(image), key=lambda picture: picture.size)
    was_lossy = kept.filter in ("DCTDecode", "JPXDecode")
    if options.optimize == "lossy" or (smaller is not None and was_lossy):
        alike = _lookalike(image, _colors_halved(page, options.max_dpi), was_lossy)
        if alike is not None and alike.image.size <= WORTH_IT * best.size:
            best = alike.image
            notes.append(f"it is {alike.kind}, {alike.likeness:.3f} like the scan")
    if best.size > WORTH_IT * kept.size:
        return None
    return EmbeddedImage(best, ", and ".join(notes))


def _lookalike(image: Image.Image, colors_halved: bool, was_lossy: bool) -> _Candidate | None:
    """The smallest picture that looks like `image`; None where none of them does."""
    if min(image.size) < TILE_PX or max(image.size) > MAX_SIDE_PX:
        return None
    sample = Sample(image)
    candidates = [_jpeg(image, sample, colors_halved)]
    if not was_lossy and image.mode != "CMYK":  # the noise of a JPEG needs many colors
        candidates.append(_in_few_colors(image, sample))
    alike = (candidate for candidate in candidates if candidate is not None)
    return min(alike, key=lambda candidate: candidate.image.size, default=None)


def _as_jpeg_holds_it(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The image as 8-bit L, RGB or CMYK.

    Gray stored as color becomes gray, unless it has a profile, which may tint it.
    """
    if image.mode == "I;16":
        image = high_bytes(image)
    elif image.mode == "P":
        image = image.convert("RGB")
    if image.mode == "RGB" and profile is None:
        colors = few_colors(image)
        if colors is not None and all_gray(colors):
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


def _colors_halved(page: PageImage, max_dpi: float | None) -> bool:
    """Whether colors may have half the resolution, or have it already."""
    jpeg = isinstance(page.image, JpegImagePlugin.JpegImageFile)
    if jpeg and JpegImagePlugin.get_sampling(page.image) == HALVED:
        return True
    return min(*page.dpi, max_dpi or FINE_DPI) >= FINE_DPI


def _jpeg(image: Image.Image, sample: Sample, colors_halved: bool) -> _Candidate | None:
    """The coarsest JPEG that is like the image; None where no quality is."""
    subsampling = HALVED if colors_halved else 0

    def likeness(quality: int) -> float:
        with Image.open(io.BytesIO(_encoded(sample.picture, quality, subsampling))) as coarse:
            return sample.likeness(coarse)

    low, high = QUALITIES[0], QUALITIES[-1]
    reached = likeness(high)
    if reached < MIN_LIKENESS:
        return None
    while low < high:
        middle = (low + high) // 2
        tried = likeness(middle)
        if tried >= MIN_LIKENESS:
            high, reached = middle, tried
        else:
            low = middle + 1
    encoded = EncodedImage(
        _encoded(image, high, subsampling),
        *image.size,
        "DCTDecode",
        components=len(image.getbands()),
        decode=INVERTED_CMYK if image.mode == "CMYK" else (),  # as Pillow writes it
        icc_profile=icc_profile(image),
    )
    return _Candidate(encoded, f"a JPEG of quality {high}", reached)


def _in_few_colors(image: Image.Image, sample: Sample) -> _Candidate | None:
    """The image in 16 colors or grays; None where a color would be missed."""
    few = image.quantize(FEW_COLORS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    shown = few.convert(image.mode)
    shades = ImageChops.difference(shown.reduce(EVEN_PX), image.reduce(EVEN_PX))
    off = np.asarray(shades)
    if off.max() > MAX_OFF or np.percentile(off, MOSTLY_PERCENT) > MAX_OFF_MOSTLY:
        return None
    reached = sample.likeness(sample.of(shown))
    if reached < MIN_LIKENESS:
        return None
    shown.info = image.info
    return _Candidate(smallest(shown), f"in {FEW_COLORS} colors", reached)


def _encoded(image: Image.Image, quality: int, subsampling: int) -> bytes:
    """The image as JPEG data, without its profile, which the PDF holds."""
    how: dict[str, Any] = {"quality": quality}
    if image.mode == "RGB":
        tables = _tables(quality)[0], _tables(max(quality, COLOR_QUALITY))[1]
        how = {"qtables": tables, "subsampling": subsampling}
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", optimize=True, progressive=True, icc_profile=None, **how)
    return buffer.getvalue()


@cache
def _tables(quality: int) -> tuple[list[int], list[int]]:
    """The quantization tables of luminance and of colors for a quality (ITU T.81, annex K)."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "JPEG", quality=quality)
    with JpegImagePlugin.JpegImageFile(io.BytesIO(buffer.getvalue())) as image:
        return image.quantization[0], image.quantization[1]

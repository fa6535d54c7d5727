"""Pictures in fewer bytes that are not the scan's own pixels: only where an option asks for it.

The fewest bytes that still look the same: JPEG of the lowest quality that does, or 16 colours,
which suit print better, as they keep its edges. And fewer pixels, where there are more of them to
the inch than asked for. Black and white stays as it is: G4 is smaller.
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
from .pixels import all_grey, few_colors, high_bytes, icc_profile
from .repack import smallest
from .similarity import TILE_PX, Sample

LEAST_LIKENESS = 0.97
"""Structural similarity of the tiles that suffer most. At twice their size, side by side, pages of
print are hard to tell from the scan at this."""
QUALITIES = range(30, 93)
"""What is tried. Below, blocks show on even grounds; above, JPEG has little to win."""
WORTH_IT = 0.9
"""Other pixels are taken only for less than this share of the bytes."""
ALMOST = 1.05
"""A resolution this little above the limit is left alone: it would only blur."""
COLOUR_QUALITY = 85
"""Colours are never coarser: blue ink would turn grey, and they cost little on paper."""
FINE_DPI = 200
"""From here on, half of it is enough for colours, as the eye sees them."""
HALVED = 2
"""Pillow's name of 4:2:0: colours at half the resolution."""
MAX_SIDE_PX = 65_535
FEW_COLOURS = 16
EVEN_PX = 8
"""A shade is compared as the mean of squares of so many pixels."""
OFF_SOMEWHERE, OFF_ON_THE_WHOLE = 16, 4
"""So many levels a shade may be off, anywhere (or a stamp's colour is lost), and on all but a
hundredth of the picture (or bands are seen where it fades)."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A picture that looks the same, what it is in words, and how like the scan it is."""

    image: EncodedImage
    kind: str
    likeness: float


def reduced(
    page: PageImage, pixels: Image.Image, kept: EncodedImage, options: ImageOptions
) -> EmbeddedImage | None:
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
    best, notes = kept, ["its picture is smaller"]
    if smaller is not None:
        image = smaller
        notes = [f"its picture has {options.max_dpi:g} dpi instead of {max(page.dpi):.4g}"]
        without_loss = lossless if options.optimize == "none" else smallest
        best = min(best, without_loss(image), key=lambda each: each.size)
    was_lossy = kept.filter in ("DCTDecode", "JPXDecode")
    if options.optimize == "lossy" or (smaller is not None and was_lossy):
        found = _lookalike(image, _colours_halved(page, options.max_dpi), was_lossy)
        if found is not None and found.image.size <= WORTH_IT * best.size:
            best = found.image
            notes.append(f"it is {found.kind}, {found.likeness:.3f} like the scan")
    if best.size > WORTH_IT * kept.size:
        return None
    return EmbeddedImage(best, ", and ".join(notes))


def _lookalike(image: Image.Image, colours_halved: bool, was_lossy: bool) -> _Candidate | None:
    """The smallest picture that looks like `image`; None where none of them does."""
    if min(image.size) < TILE_PX or max(image.size) > MAX_SIDE_PX:
        return None
    sample = Sample(image)
    found = [_jpeg(image, sample, colours_halved)]
    if not was_lossy and image.mode != "CMYK":  # of JPEG's noise, no colours are few
        found.append(_few_colours(image, sample))
    return min(filter(None, found), key=lambda each: each.image.size, default=None)


def _as_jpeg_holds_it(image: Image.Image, profile: bytes | None) -> Image.Image:
    """8-bit L, RGB or CMYK; grey stored as colour becomes grey, where no profile tints it."""
    if image.mode == "I;16":
        image = high_bytes(image)
    elif image.mode == "P":
        image = image.convert("RGB")
    if image.mode == "RGB" and profile is None:
        colors = few_colors(image)
        if colors is not None and all_grey(colors):
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


def _jpeg(image: Image.Image, sample: Sample, colours_halved: bool) -> _Candidate | None:
    """The coarsest JPEG that is like the image."""
    subsampling = HALVED if colours_halved else 0

    def likeness(quality: int) -> float:
        with Image.open(io.BytesIO(_encoded(sample.picture, quality, subsampling))) as coarse:
            return sample.likeness(coarse)

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
        decode=INVERTED_CMYK if image.mode == "CMYK" else (),  # as Pillow writes it
        icc_profile=icc_profile(image),
    )
    return _Candidate(encoded, f"a JPEG of quality {high}", reached)


def _few_colours(image: Image.Image, sample: Sample) -> _Candidate | None:
    """The image in 16 colours or greys, where none is missed."""
    few = image.quantize(FEW_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    shown = few.convert(image.mode)
    shades = ImageChops.difference(shown.reduce(EVEN_PX), image.reduce(EVEN_PX))
    off = np.asarray(shades)
    if off.max() > OFF_SOMEWHERE or np.percentile(off, 99) > OFF_ON_THE_WHOLE:
        return None
    reached = sample.likeness(sample.of(shown))
    if reached < LEAST_LIKENESS:
        return None
    shown.info = image.info
    return _Candidate(smallest(shown), f"in {FEW_COLOURS} colours", reached)


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

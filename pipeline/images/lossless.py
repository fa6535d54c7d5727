"""Pixels as an image of a PDF, none of them changed: Flate with PNG predictors, or G4."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace

from PIL import Image, TiffImagePlugin

from ..model.picture import EncodedImage
from .pixels import icc_profile, png_bytes
from .tiff import BLACK_IS_ZERO, PHOTOMETRIC, STRIP_OFFSETS, STRIP_SIZES, group4_image

PNG_GRAY, PNG_RGB, PNG_PALETTE = 0, 2, 3
"""Color types of PNG without alpha (PNG, 11.2.2)."""
PNG_PREDICTORS = 15
"""The Predictor of a Flate stream whose rows are filtered as PNG does (ISO 32000-1, table 10)."""
HARD_TO_PACK = 0.5
"""Flate is tried, too, where G4 leaves more than this share of the bytes of the pixels.

G4 packs pages of print to 1 to 14 % of that (38 pages of five sets); halftones, which it makes
larger, are above.
"""
WORTH_DEFLATING = 0.95
"""A JPEG gets a second filter where this leaves no more than this share of its bytes.

A second filter costs every reader some time, which 5 % are worth.
"""


def deflated(jpeg: EncodedImage) -> EncodedImage:
    """A JPEG in a Flate stream, its bytes unchanged in it, where that is smaller by 5 %.

    Filters can be chained (ISO 32000-1, 7.3.8.2). Where the paper is even, or the Huffman tables
    were not made for the picture, Flate still saves some: 14 % on scans of till receipts, 2 to 8 %
    on other sets.
    """
    if jpeg.parameters:
        return jpeg
    packed = zlib.compress(jpeg.data, 9)
    if len(packed) > WORTH_DEFLATING * len(jpeg.data):
        return jpeg
    return replace(jpeg, data=packed, deflated=True)


def lossless(image: Image.Image) -> EncodedImage:
    """An image in one of `pixels.PLAIN_MODES`, every pixel kept."""
    if image.mode == "1":
        return bilevel(image)
    profile = icc_profile(image)
    if image.mode == "CMYK":
        # PNG has no CMYK, but four channels: its predictors do not care what they mean.
        as_rgba = Image.frombytes("RGBA", image.size, image.tobytes())
        return flate(png_bytes(as_rgba), profile, components=4)
    return flate(png_bytes(image), profile)


def flate(png: bytes, profile: bytes | None, components: int | None = None) -> EncodedImage:
    """The pixels of a PNG that Pillow wrote: without alpha, not interlaced."""
    encoded = flate_of(png, profile, components)
    assert encoded is not None, "Pillow writes plain PNG"
    return encoded


def flate_of(
    png: bytes, profile: bytes | None, components: int | None = None
) -> EncodedImage | None:
    """The compressed pixels of a PNG, which are a Flate stream with predictors (PNG, clause 10).

    None for PNG with alpha or Adam7 interlacing, unless `components` says that the channels
    are something else than a PNG's.
    """
    header, palette, transparency, data = b"", b"", b"", []
    at = 8
    while at + 8 <= len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        at += length + 12
        if kind == b"IHDR":
            header = body
        elif kind == b"IDAT":
            data.append(body)
        elif kind == b"PLTE":
            palette = body
        elif kind == b"tRNS":
            transparency = body
    width, height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", header[:13])
    if color == PNG_PALETTE:
        palette = _on_white(palette[:768], transparency)
    elif transparency:
        return None
    if interlaced or (components is None and color not in (PNG_GRAY, PNG_RGB, PNG_PALETTE)):
        return None
    samples = components or (3 if color == PNG_RGB else 1)
    return EncodedImage(
        b"".join(data),
        width,
        height,
        "FlateDecode",
        components=components or (1 if color == PNG_GRAY else 3),
        bits=depth,
        parameters=(
            ("Predictor", PNG_PREDICTORS),
            ("Colors", samples),
            ("BitsPerComponent", depth),
            ("Columns", width),
        ),
        palette=palette if color == PNG_PALETTE else b"",
        icc_profile=profile,
    )


def _on_white(palette: bytes, alpha: bytes) -> bytes:
    """A palette with its transparent entries laid on white, so that no pixel need change."""
    opaque = bytearray(palette)
    for index, value in enumerate(alpha[: len(palette) // 3]):
        for at in range(3 * index, 3 * index + 3):
            opaque[at] = (opaque[at] * value + 255 * (255 - value) + 127) // 255
    return bytes(opaque)


def bilevel(image: Image.Image) -> EncodedImage:
    """An image of mode 1 as G4, or as Flate where that is smaller."""
    width, height = image.size
    row_bytes = (width + 7) // 8
    bare = Image.frombytes("1", image.size, image.tobytes())  # without tags of the source
    buffer = io.BytesIO()
    bare.save(buffer, "TIFF", compression="group4", strip_size=row_bytes * height)
    buffer.seek(0)
    # `Image.open` has its own limit on pixels, which the library's user may not have lifted.
    with TiffImagePlugin.TiffImageFile(buffer) as written:
        tags = written.tag_v2
        start = tags[STRIP_OFFSETS][0]
        data = buffer.getvalue()[start : start + tags[STRIP_SIZES][0]]
        black_is_1 = tags[PHOTOMETRIC] == BLACK_IS_ZERO
        packed = group4_image(data, width, height, black_is_1, icc_profile(image))
    if len(packed.data) > HARD_TO_PACK * row_bytes * height:
        as_png = flate(png_bytes(bare), icc_profile(image))
        if len(as_png.data) < len(packed.data):
            return as_png
    return packed

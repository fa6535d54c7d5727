"""The compressed data of a TIFF frame, where a PDF can hold it as it is.

TIFF 6.0, and its Technical Note 2 for JPEG (compression 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from ..model.picture import EncodedImage
from .jpeg import EOI, SOI, join_strips
from .pixels import icc_profile

# Tags.
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
STRIP_OFFSETS, STRIP_SIZES, SAMPLES, T6_OPTIONS = 273, 279, 277, 293
TILE_OFFSETS, TILE_SIZES, TILE_WIDTH, TILE_HEIGHT, JPEG_TABLES = 324, 325, 322, 323, 347
PLANAR = 284

GROUP4, JPEG = 4, 7
"""Values of COMPRESSION."""
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, CMYK, YCBCR = 0, 1, 2, 5, 6
"""Values of PHOTOMETRIC."""
LEAST_BIT_FIRST = 2
"""A value of FILL_ORDER."""

REVERSED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
"""Each byte with its bits in the other order."""

ADOBE_RGB = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
"""An APP14 marker that says: three components, no YCbCr (Adobe Technical Note 5116)."""


def stored_image(image: Image.Image, path: Path) -> EncodedImage | None:
    """The frame that `image` stands at, if it is one G4 strip or one JPEG.

    Args:
        image: An opened TIFF.
        path: Its file.

    Returns:
        The image with its own bytes, as stored (orientation not applied); None where the data
        must be decoded.
    """
    tags: Any = image.tag_v2  # type: ignore[attr-defined]
    if tags.get(COMPRESSION) == GROUP4:
        return _group4(image, tags, path)
    if tags.get(COMPRESSION) == JPEG:
        return _jpeg(image, tags, path)
    return None


def _group4(image: Image.Image, tags: Any, path: Path) -> EncodedImage | None:
    strips = _strips(path, tags.get(STRIP_OFFSETS, ()), tags.get(STRIP_SIZES, ()))
    if image.mode != "1" or len(strips) != 1 or tags.get(T6_OPTIONS, 0):
        return None
    data = strips[0]
    if tags.get(FILL_ORDER, 1) == LEAST_BIT_FIRST:
        data = data.translate(REVERSED_BITS)
    width, height = tags[WIDTH], tags[HEIGHT]
    # In fax data 0 is white; the filter gives 1 for white unless BlackIs1 says otherwise.
    black_is_1 = tags.get(PHOTOMETRIC) == BLACK_IS_ZERO
    return group4_image(data, width, height, black_is_1, icc_profile(image))


def group4_image(
    data: bytes, width: int, height: int, black_is_1: bool, profile: bytes | None = None
) -> EncodedImage:
    """CCITT G4 data as an image: one strip, most significant bit first."""
    return EncodedImage(
        data,
        width,
        height,
        "CCITTFaxDecode",
        components=1,
        bits=1,
        parameters=(
            ("K", -1),
            ("Columns", width),
            ("Rows", height),
            ("BlackIs1", "true" if black_is_1 else "false"),
        ),
        icc_profile=profile,
    )


def _jpeg(image: Image.Image, tags: Any, path: Path) -> EncodedImage | None:
    width, height = tags[WIDTH], tags[HEIGHT]
    components = tags.get(SAMPLES, 1)
    photometric = tags.get(PHOTOMETRIC)
    kinds = {
        1: (WHITE_IS_ZERO, BLACK_IS_ZERO),
        3: (RGB, YCBCR),
        4: (CMYK,),
    }
    if photometric not in kinds.get(components, ()) or tags.get(PLANAR, 1) != 1:
        return None
    if set(tags.get(BITS, (8,))) != {8}:
        return None
    tables = bytes(tags.get(JPEG_TABLES, b""))
    # An abbreviated stream of tables only, between SOI and EOI (TechNote 2, JPEGTables).
    tables = tables.removeprefix(SOI).removesuffix(EOI)
    if photometric == RGB:
        tables = ADOBE_RGB + tables
    offsets, sizes = tags.get(STRIP_OFFSETS, ()), tags.get(STRIP_SIZES, ())
    if not offsets and (tags.get(TILE_WIDTH), tags.get(TILE_HEIGHT)) == (width, height):
        offsets, sizes = tags.get(TILE_OFFSETS, ()), tags.get(TILE_SIZES, ())
    strips = _strips(path, offsets, sizes)
    data = join_strips(strips, tables, height)
    if not data:
        return None
    return EncodedImage(
        data,
        width,
        height,
        "DCTDecode",
        components=components,
        decode=(1, 0) if photometric == WHITE_IS_ZERO else (),
        icc_profile=icc_profile(image),
    )


def _strips(path: Path, offsets: Sequence[int], sizes: Sequence[int]) -> list[bytes]:
    """The data of all strips or tiles; [] where the file does not say how large they are.

    Decoders guess sizes that are missing or zero, and what they make of the data must be shown.
    """
    if len(offsets) != len(sizes) or not all(sizes):
        return []
    with path.open("rb") as file:
        strips = []
        for offset, size in zip(offsets, sizes, strict=True):
            file.seek(offset)
            strips.append(file.read(size))
    return strips

"""A scan as an image of a PDF: its own bytes where PDF can hold them, lossless otherwise.

| scan | in the PDF |
| --- | --- |
| JPEG, JPEG inside TIFF | the same data (DCTDecode) |
| JPEG 2000 without alpha | the same bytes (JPXDecode); a bare codestream gets its JP2 header |
| PNG without alpha or interlacing | the same compressed data (FlateDecode with PNG predictors) |
| TIFF, one G4 strip | the same bytes (CCITTFaxDecode) |
| anything else of two colours | G4 |
| anything else | FlateDecode with PNG predictors; alpha on white |

JPEG gets a Flate stream around it where that is smaller; all else but JPEG 2000 is packed anew
where fewer bits a pixel hold the same pixels in fewer bytes. Where options allow other pixels, see
`lossy`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from ..model.options import ImageOptions
from ..model.page import PageImage
from ..model.picture import EmbeddedImage, EncodedImage
from .jpeg import EOI, INVERTED_CMYK, component_ids, end_of_picture
from .lossless import deflated, flate_of, lossless
from .lossy import reduced
from .pixels import for_recognition, icc_profile, plain
from .repack import repacked, smallest
from .tiff import stored_image

JP2_SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
JP2_GREY, JP2_SRGB = 17, 16
SIZ_BITS_AT = 42
"""Offset of the first component's depth in a codestream (ISO 15444-1, A.5.1)."""
MPF_ENTRIES, MPF_SIZE = 0xB002, "Size"


def encode(page: PageImage, options: ImageOptions) -> EmbeddedImage:
    """The page's scan, ready to be drawn with `page.orientation`.

    Raises:
        Exception: Whatever Pillow raises where the pixels must be decoded and are damaged.
    """
    kept = _all_pixels(page, options)
    if not options.changes_pixels:
        return EmbeddedImage(kept)
    return _reduced(page, plain(page.image), kept, options)


def encode_as_srgb(page: PageImage, options: ImageOptions) -> EmbeddedImage:
    """As `encode`, its colours converted to sRGB.

    Raises:
        Exception: Whatever Pillow raises where the pixels are damaged.
    """
    pixels = for_recognition(page.image)
    return _reduced(page, pixels, lossless(pixels), options)


def _reduced(
    page: PageImage, pixels: Image.Image, kept: EncodedImage, options: ImageOptions
) -> EmbeddedImage:
    """The smaller one of `kept` and what the options allow to make of it."""
    return reduced(page, pixels, kept, options) or EmbeddedImage(kept)


def _all_pixels(page: PageImage, options: ImageOptions) -> EncodedImage:
    """The scan with every pixel as it is."""
    stored = _stored(page)
    if options.optimize == "none":
        return stored or lossless(plain(page.image))
    if stored is None:
        return smallest(plain(page.image))
    if stored.filter == "DCTDecode":
        return deflated(stored)
    if stored.filter != "FlateDecode" or _deeper_than_pillow(stored):
        return stored
    bits = stored.bits * (1 if stored.palette else stored.components)
    packed = repacked(plain(page.image), bits)
    return min(stored, packed or stored, key=lambda each: each.size)


def _deeper_than_pillow(png: EncodedImage) -> bool:
    """Whether it has pixels that Pillow decodes with fewer bits: 16 a colour."""
    return png.bits == 16 and png.components == 3


def _stored(page: PageImage) -> EncodedImage | None:
    """The scan's own bytes, where PDF can hold them."""
    image, path = page.image, page.source.file
    readers: dict[str, Callable[[Image.Image, Path], EncodedImage | None]] = {
        "JPEG": _jpeg,
        "MPO": _jpeg,
        "JPEG2000": _jpeg2000,
        "PNG": _png,
        "TIFF": stored_image,
    }
    reader = readers.get(image.format or "")
    return reader(image, path) if reader else None


def _jpeg(image: Image.Image, path: Path) -> EncodedImage | None:
    components = {"L": 1, "RGB": 3, "CMYK": 4}.get(image.mode)
    data = _first_picture(image, path.read_bytes())
    if end_of_picture(data) < 0:  # some readers show nothing then
        data += EOI
    ids = component_ids(data)
    if components is None or len(ids) != components:
        return None
    adobe = "adobe" in image.info
    plain_rgb = ids == b"RGB" and not adobe
    return EncodedImage(
        data,
        *image.size,
        "DCTDecode",
        components=components,
        decode=INVERTED_CMYK if components == 4 and adobe else (),
        parameters=(("ColorTransform", 0),) if plain_rgb else (),
        icc_profile=icc_profile(image),
    )


def _first_picture(image: Image.Image, data: bytes) -> bytes:
    """A multi-picture file (CIPA DC-007) without the pictures after the first."""
    entries = getattr(image, "mpinfo", None)
    if entries and entries.get(MPF_ENTRIES):
        return data[: entries[MPF_ENTRIES][0][MPF_SIZE]] or data
    return data


def _jpeg2000(image: Image.Image, path: Path) -> EncodedImage | None:
    if image.mode not in ("L", "RGB", "I;16"):
        return None
    data = path.read_bytes()
    if not data.startswith(JP2_SIGNATURE):
        data = _jp2(data, image)
    return EncodedImage(data, *image.size, "JPXDecode")


def _jp2(codestream: bytes, image: Image.Image) -> bytes:
    """A bare codestream in the boxes of a JP2 file (ISO 15444-1, annex I)."""

    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(body), kind) + body

    grey = image.mode != "RGB"
    header = struct.pack(
        ">IIHBBBB", image.height, image.width, 1 if grey else 3, codestream[SIZ_BITS_AT], 7, 0, 0
    )
    color = struct.pack(">BBBI", 1, 0, 0, JP2_GREY if grey else JP2_SRGB)
    return (
        JP2_SIGNATURE
        + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
        + box(b"jp2h", box(b"ihdr", header) + box(b"colr", color))
        + box(b"jp2c", codestream)
    )


def _png(image: Image.Image, path: Path) -> EncodedImage | None:
    return flate_of(path.read_bytes(), icc_profile(image))

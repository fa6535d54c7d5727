"""A scan as an image of a PDF: its own bytes where PDF can hold them, lossless otherwise.

| scan | in the PDF |
| --- | --- |
| JPEG, JPEG inside TIFF | the same data (DCTDecode) |
| JPEG 2000 without alpha | the same bytes (JPXDecode); a bare codestream gets its JP2 header |
| PNG without alpha or interlacing | the same compressed data (FlateDecode with PNG predictors) |
| TIFF, one G4 strip | the same bytes (CCITTFaxDecode) |
| anything else of two colors | G4 |
| anything else | FlateDecode with PNG predictors; alpha on white |

A JPEG gets a Flate stream around it where that is smaller. Everything else but JPEG 2000 is packed
anew where fewer bits for each pixel hold the same pixels in fewer bytes (`repack`). Options may
allow other pixels (`lossy`).
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
"""The first box of a JP2 file (ISO 15444-1, I.5.1)."""
JP2_GRAY, JP2_SRGB = 17, 16
"""Color spaces of a JP2 file (ISO 15444-1, I.5.3.3)."""
SIZ_BITS_AT = 42
"""Offset of the first component's depth in a codestream (ISO 15444-1, A.5.1)."""
MPF_ENTRIES, MPF_SIZE = 0xB002, "Size"
"""The pictures of a multi-picture file, and how large each is (CIPA DC-007, 5.2.3)."""


def encode(page: PageImage, options: ImageOptions) -> EmbeddedImage:
    """The scan of a page as an image of a PDF, as stored: its orientation is not applied.

    Args:
        page: The page, opened.
        options: Whether it is packed anew, and whether its pixels may change.

    Raises:
        Exception: Whatever Pillow raises where the pixels must be decoded and are damaged.
    """
    same_pixels = _all_pixels(page, options)
    if not options.changes_pixels:
        return EmbeddedImage(same_pixels)
    return _reduced(page, plain(page.image), same_pixels, options)


def encode_as_srgb(page: PageImage, options: ImageOptions) -> EmbeddedImage:
    """As `encode`, with its colors converted to sRGB.

    Raises:
        Exception: Whatever Pillow raises where the pixels are damaged.
    """
    pixels = for_recognition(page.image)
    return _reduced(page, pixels, lossless(pixels), options)


def _reduced(
    page: PageImage, pixels: Image.Image, same_pixels: EncodedImage, options: ImageOptions
) -> EmbeddedImage:
    """The smaller one of the same pixels and what the options allow to make of them."""
    return reduced(page, pixels, same_pixels, options) or EmbeddedImage(same_pixels)


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
    return min(stored, packed or stored, key=lambda image: image.size)


def _deeper_than_pillow(png: EncodedImage) -> bool:
    """Whether it has pixels that Pillow decodes with fewer bits: 16 a color."""
    return png.bits == 16 and png.components == 3


def _stored(page: PageImage) -> EncodedImage | None:
    """The scan's own bytes, where PDF can hold them."""
    image, path = page.image, page.source.file
    takers: dict[str, Callable[[Image.Image, Path], EncodedImage | None]] = {
        "JPEG": _jpeg,
        "MPO": _jpeg,
        "JPEG2000": _jpeg2000,
        "PNG": _png,
        "TIFF": stored_image,
    }
    take = takers.get(image.format or "")
    return take(image, path) if take else None


def _jpeg(image: Image.Image, path: Path) -> EncodedImage | None:
    """The data of a JPEG file; None for kinds that DCTDecode does not know."""
    components = {"L": 1, "RGB": 3, "CMYK": 4}.get(image.mode)
    data = _first_picture(image, path.read_bytes())
    if end_of_picture(data) < 0:  # cut off: some readers then show nothing
        data += EOI
    ids = component_ids(data)
    if components is None or len(ids) != components:
        return None
    adobe = "adobe" in image.info
    stored_as_rgb = ids == b"RGB" and not adobe  # as libjpeg tells RGB from YCbCr
    return EncodedImage(
        data,
        *image.size,
        "DCTDecode",
        components=components,
        decode=INVERTED_CMYK if components == 4 and adobe else (),
        parameters=(("ColorTransform", 0),) if stored_as_rgb else (),
        icc_profile=icc_profile(image),
    )


def _first_picture(image: Image.Image, data: bytes) -> bytes:
    """The data of a file without the pictures after the first, as phones add them (CIPA DC-007)."""
    entries = getattr(image, "mpinfo", None)
    if entries and entries.get(MPF_ENTRIES):
        return data[: entries[MPF_ENTRIES][0][MPF_SIZE]] or data
    return data


def _jpeg2000(image: Image.Image, path: Path) -> EncodedImage | None:
    """A JPEG 2000 file; None with alpha, or with colors that PDF readers do not show alike."""
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

    gray = image.mode != "RGB"
    header = struct.pack(
        ">IIHBBBB", image.height, image.width, 1 if gray else 3, codestream[SIZ_BITS_AT], 7, 0, 0
    )
    color = struct.pack(">BBBI", 1, 0, 0, JP2_GRAY if gray else JP2_SRGB)
    return (
        JP2_SIGNATURE
        + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
        + box(b"jp2h", box(b"ihdr", header) + box(b"colr", color))
        + box(b"jp2c", codestream)
    )


def _png(image: Image.Image, path: Path) -> EncodedImage | None:
    """The compressed pixels of a PNG file; None with alpha or interlacing."""
    return flate_of(path.read_bytes(), icc_profile(image))

"""A scan as an image of a PDF: its own bytes where PDF can hold them, lossless otherwise.

| scan | in the PDF |
| --- | --- |
| JPEG, JPEG inside TIFF | the same data (DCTDecode) |
| JPEG 2000 without alpha | the same bytes (JPXDecode); a bare codestream gets its JP2 header |
| PNG without alpha or interlacing | the same compressed data (FlateDecode with PNG predictors) |
| TIFF, one G4 strip | the same bytes (CCITTFaxDecode) |
| any other bilevel image | G4 |
| anything else | FlateDecode with PNG predictors; alpha on white |
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from .jpeg import component_ids
from .model import PageImage
from .pdf.images import EncodedImage
from .pixels import icc_profile, plain, png_bytes
from .tiff import group4_image, stored_image

PNG_GREY, PNG_RGB, PNG_PALETTE = 0, 2, 3
JP2_SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
JP2_GREY, JP2_SRGB = 17, 16
SIZ_BITS_AT = 42
"""Offset of the first component's depth in a codestream (ISO 15444-1, A.5.1)."""
HARD_TO_PACK = 0.5
"""G4 that saves less than this is tried against Flate: halftones grow in G4."""
MPF_ENTRIES, MPF_SIZE = 0xB002, "Size"


def encode(page: PageImage) -> EncodedImage:
    """The page's scan, ready to be drawn with `page.orientation`.

    Raises:
        Exception: Whatever Pillow raises where the pixels must be decoded and are damaged.
    """
    encoded = _stored(page)
    if encoded is not None:
        return encoded
    return lossless(plain(page.image))


def lossless(image: Image.Image) -> EncodedImage:
    """An image in one of `pixels.PLAIN_MODES`, every pixel kept."""
    if image.mode == "1":
        return _bilevel(image)
    profile = icc_profile(image)
    if image.mode == "CMYK":
        # PNG has no CMYK, but four channels: its predictors do not care what they mean.
        as_rgba = Image.frombytes("RGBA", image.size, image.tobytes())
        return _flate(png_bytes(as_rgba), profile, components=4)
    return _flate(png_bytes(image), profile)


def _stored(page: PageImage) -> EncodedImage | None:
    """The scan's own bytes, where PDF can hold them."""
    image, path = page.image, page.source.path
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
        # Programs that write an Adobe marker store CMYK inverted; others do not.
        decode=(1, 0) * 4 if components == 4 and adobe else (),
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
    return _flate_of(path.read_bytes(), icc_profile(image))


def _flate(png: bytes, profile: bytes | None, components: int | None = None) -> EncodedImage:
    encoded = _flate_of(png, profile, components)
    assert encoded is not None, "Pillow writes plain PNG"
    return encoded


def _flate_of(
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
    if interlaced or (components is None and color not in (PNG_GREY, PNG_RGB, PNG_PALETTE)):
        return None
    samples = components or (3 if color == PNG_RGB else 1)
    return EncodedImage(
        b"".join(data),
        width,
        height,
        "FlateDecode",
        components=components or (1 if color == PNG_GREY else 3),
        bits=depth,
        parameters=(
            ("Predictor", 15),
            ("Colors", samples),
            ("BitsPerComponent", depth),
            ("Columns", width),
        ),
        palette=palette if color == PNG_PALETTE else b"",
        icc_profile=profile,
    )


def _on_white(palette: bytes, alpha: bytes) -> bytes:
    """A palette whose transparent entries are laid on white: the pixels need not change."""
    opaque = bytearray(palette)
    for index, value in enumerate(alpha[: len(palette) // 3]):
        for at in range(3 * index, 3 * index + 3):
            opaque[at] = (opaque[at] * value + 255 * (255 - value) + 127) // 255
    return bytes(opaque)


def _bilevel(image: Image.Image) -> EncodedImage:
    width, height = image.size
    row_bytes = (width + 7) // 8
    bare = Image.frombytes("1", image.size, image.tobytes())  # without tags of the source
    buffer = io.BytesIO()
    bare.save(buffer, "TIFF", compression="group4", strip_size=row_bytes * height)
    with Image.open(buffer) as written:
        tags = written.tag_v2  # type: ignore[attr-defined]
        start = tags[273][0]
        data = buffer.getvalue()[start : start + tags[279][0]]
        packed = group4_image(data, width, height, tags[262] == 1, icc_profile(image))
    if len(packed.data) > HARD_TO_PACK * row_bytes * height:
        flate = _flate(png_bytes(bare), icc_profile(image))
        if len(flate.data) < len(packed.data):
            return flate
    return packed

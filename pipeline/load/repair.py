"""Scans that are cut off: what can be decoded is kept, on white, with a note of what is missing."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image, JpegImagePlugin

from ..images.jpeg import BLOCK_PX, EOI, end_of_picture, segments
from ..images.pixels import plain
from ..model.page import PageImage
from .frame import open_frame
from .pillow import decoded_over

REPAIRABLE = frozenset(("PNG", "TIFF", "BMP", "PPM"))
"""Formats of which Pillow's decoders leave untouched what they do not reach."""
SCALE = 1 / 8
"""A JPEG is looked through at this scale, at which libjpeg needs one coefficient of each block."""
MCU_PX = 16
"""Side of the largest unit that a JPEG is decoded in: 2 x 2 blocks where colors have half the
resolution (ITU T.81, A.2.3). A unit that is cut off may have been decoded in part."""
WHITE: dict[str, float | tuple[float, ...]] = {
    "1": 1,
    "L": 255,
    "RGB": (255, 255, 255),
    "CMYK": (0, 0, 0, 0),
}
LEAST = 0.01
"""The share that is missing of a progressive JPEG of which no pixel is: all of it is coarser."""
Flags = np.ndarray[Any, np.dtype[np.bool_]]

TAIL = bytes(1 + value % 254 for value in random.Random(1).randbytes(4096))
"""Bytes that a decoder takes for more of the picture. After a complete JPEG they change nothing."""


def repair(page: PageImage) -> PageImage:
    """The page, decoded; of a scan that is cut off, what is there, on white, and a note of it.

    Pillow decodes such scans only with a switch that holds for all threads of the process, and
    then without a word, so its decoders are asked one by one.

    Raises:
        Exception: Whatever Pillow raises where nothing of the picture can be seen.
    """
    if page.image.format in ("JPEG", "MPO"):
        return _repaired_jpeg(page)
    try:
        page.image.load()
    except Exception:
        repaired = _repaired(page) if page.image.format in REPAIRABLE else None
        if repaired is None:
            raise
        return repaired
    return page


def _repaired(page: PageImage) -> PageImage | None:
    """The page as far as it is decoded: pixels that differ over two grounds were not."""
    decoded, other = (decoded_over(open_frame(page.source), ground) for ground in (0, 0xFF))
    if decoded is None or other is None:
        return None
    lacking = _rows(_differing(decoded, other))
    if lacking.all():
        return None
    return _noted(page, _on_white(plain(decoded), lacking), lacking)


def _repaired_jpeg(page: PageImage) -> PageImage:
    data = page.source.file.read_bytes()
    if not segments(data):
        page.image.load()  # whatever it is: a decoder must know
        return page
    end = end_of_picture(data)
    body = data.rstrip(b"\xff") if end < 0 else data[:end]
    progressive = bool(page.image.info.get("progressive"))
    looks = [_jpeg(data, SCALE) for data in (body + EOI, body + TAIL + EOI)]
    differing = _differing(*looks)
    complete = not differing.any() and (end >= 0 or not progressive)
    if complete and end >= 0:
        return page
    image = _jpeg(body + EOI)
    image.load()
    if complete:
        return _noted(page, image, np.zeros(image.height, np.bool_))
    lacking = differing if progressive else _differing(image, _jpeg(body + TAIL + EOI))
    corner = 1 if progressive else BLOCK_PX
    if lacking[:corner, :corner].any():
        page.image.load()  # which says what is wrong with it, if it is cut off
        raise OSError("nothing of the picture is there")
    if progressive:
        note = "the file is cut off: a part of the picture is coarse or missing"
        return _replaced(page, plain(image).copy(), note, max(LEAST, float(lacking.mean())))
    rows = _rows(lacking)
    first = int(rows.argmax())
    rows[first:] = True
    blank = rows.copy()
    blank[first : first + MCU_PX] = False  # a part of this row of blocks is there
    return _noted(page, _on_white(plain(image), blank), rows)


def _jpeg(data: bytes, scale: float = 1) -> Image.Image:
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    if scale != 1:
        width, height = (max(1, int(side * scale)) for side in image.size)
        image.draft(None, (width, height))
    return image


def _differing(one: Image.Image, other: Image.Image) -> Flags:
    """True for the pixels that differ; height x width."""
    same = np.asarray(one) == np.asarray(other)
    differing: Flags = ~same.reshape(*same.shape[:2], -1).all(2)
    return differing


def _rows(pixels: Flags) -> Flags:
    """True for the rows in which any pixel is True; height."""
    rows: Flags = np.logical_or.reduce(pixels, axis=1)
    return rows


def _on_white(image: Image.Image, lacking: Flags) -> Image.Image:
    """`image`, white in the rows of `lacking`."""
    image = image.convert("RGB") if image.mode == "P" else image.copy()
    if lacking.any() and image.mode in WHITE:
        mask = np.repeat(lacking[:, np.newaxis], image.width, 1).astype(np.uint8) * 0xFF
        image.paste(WHITE[image.mode], (0, 0), Image.fromarray(mask))
    return image


def _noted(page: PageImage, image: Image.Image, lacking: Flags) -> PageImage:
    """The page with the pixels of `image`, of which the rows of `lacking` are missing."""
    missing = float(lacking.mean())
    if missing:
        share = max(1, round(100 * missing))
        note = f"the file is cut off or damaged: {share} % of the picture is missing"
    else:
        note = "the file is cut off or damaged, but all of the picture is there"
    return _replaced(page, image, note, missing)


def _replaced(page: PageImage, image: Image.Image, note: str, missing: float) -> PageImage:
    note += "; scan the page again if you can"
    return replace(page, image=image, damage=note, missing=missing, notes=(note, *page.notes))

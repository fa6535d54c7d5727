"""One frame of a scan, opened as it is stored: without its orientation."""

from __future__ import annotations

from PIL import Image

from ..model.page import PageSource
from .pillow import seek_frame, swap_sides
from .scan import open_scan

ORIENTATION_TAG = 274
"""Of EXIF and TIFF 6.0."""


def open_frame(source: PageSource) -> Image.Image:
    """The frame of a scan, to be decoded as stored.

    Raises:
        OSError: The file cannot be opened.
        ScanError: It is no image.
        Exception: Whatever Pillow raises on a damaged file.
    """
    image = open_scan(source.file)
    try:
        if source.frame:
            seek_frame(image, source.frame, source.offset)
        if image.format == "TIFF":  # asking others for it may decode them
            take_orientation(image)
    except BaseException:
        image.close()
        raise
    return image


def take_orientation(image: Image.Image) -> int:
    """The orientation, 1 to 8; the image is decoded as stored from then on.

    Pillow turns a TIFF upright as it decodes it (wrongly, where it is not compressed), and no
    other format. Here all are turned in one place (`downscale`), and in the PDF by a matrix.

    Raises:
        Exception: Whatever Pillow raises on a damaged file: that of a PNG stands after its pixels.
    """
    exif = image.getexif()
    orientation = exif.get(ORIENTATION_TAG, 1)
    if image.format == "TIFF" and ORIENTATION_TAG in exif:
        del exif[ORIENTATION_TAG]
        if orientation in range(5, 9):
            swap_sides(image)
    return orientation if orientation in range(1, 9) else 1

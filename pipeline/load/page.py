"""One page of a scan, opened: its size, orientation and resolution; pixels when asked for."""

from __future__ import annotations

from contextlib import suppress

from PIL import Image

from ..images.pixels import lossy_note
from ..model.errors import ScanError
from ..model.options import LoadOptions
from ..model.page import PageImage, PageSource
from ..model.points import MAX_SIDE_PT
from .downscale import TURNS
from .resolution import page_dpi
from .scan import (
    open_scan,
    scan_errors,
)

ORIENTATION_TAG = 274
MIN_SIDE_PT = 18
"""A quarter of an inch: what is smaller than a stamp is no page."""


def load_page(source: PageSource, options: LoadOptions | None = None) -> PageImage:
    """Opens one page, without decoding its pixels yet.

    Args:
        source: The file and frame.
        options: Resolution and size limit.

    Returns:
        The page; use it in a `with` statement, or its file stays open until it is decoded.

    Raises:
        ScanError: The file cannot be opened as an image, or is larger than the limit.
    """
    options = options or LoadOptions()
    with scan_errors(source):
        image = open_scan(source.file)
        try:
            if source.frame:
                image.seek(source.frame)
            mpixels = image.width * image.height / 1e6
            if mpixels > options.max_image_mpixels:
                raise ScanError(
                    f"{image.width} x {image.height} pixels are more than the limit of"
                    f" {options.max_image_mpixels:g} million; raise it with --max-image-mpixels"
                )
            try:
                orientation = _take_orientation(image)
            except Exception:
                if image.format != "PNG":
                    raise
                # It is decoded for what may stand after the pixels, and is damaged: how far
                # that goes is found out when the pixels are asked for.
                image.close()
                image, orientation = open_scan(source.file), 1
            size = image.size
            dpi, note = page_dpi(size, image.info, options.image_dpi)
            notes = tuple(filter(None, (note, lossy_note(image))))
            return PageImage(source, image, orientation, size, dpi, notes)
        except BaseException:
            image.close()
            raise


def page_size_pt(
    source: PageSource, options: LoadOptions | None = None
) -> tuple[float, float] | None:
    """Width and height of a page in points, as far as its file tells before its pixels are read.

    None where it does not, or where no paper has such a size.
    """
    options = options or LoadOptions()
    try:
        with scan_errors(source), open_scan(source.file) as image:
            if source.frame:
                image.seek(source.frame)
            orientation = 1
            with suppress(Exception):  # of some formats it is known only once they are decoded
                orientation = _take_orientation(image)
            dpi, _ = page_dpi(image.size, image.info, options.image_dpi)
            size = PageImage(source, image, orientation, image.size, dpi).size_pt
    except ScanError:
        return None
    return size if min(size) >= MIN_SIDE_PT and max(size) <= MAX_SIDE_PT else None


def open_page(source: PageSource) -> Image.Image:
    """The frame of a scan, opened again, to be decoded as stored."""
    image = open_scan(source.file)
    if source.frame:
        image.seek(source.frame)
    if image.format == "TIFF":  # others may be decoded for it
        _take_orientation(image)
    return image


def _take_orientation(image: Image.Image) -> int:
    """The orientation, 1 to 8; the image is made to decode as stored.

    Pillow turns a TIFF as it decodes it (wrongly, where it is not compressed), and no other
    format. Here all are turned at one place, and where they are embedded by a matrix.
    """
    exif = image.getexif()
    orientation = exif.get(ORIENTATION_TAG, 1)
    if image.format == "TIFF" and ORIENTATION_TAG in exif:
        del exif[ORIENTATION_TAG]
        if orientation in range(5, 9):
            image._size = image.height, image.width
    return orientation if orientation in TURNS else 1

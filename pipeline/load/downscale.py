"""The copy of a page that is recognized: upright, square pixels, no larger than needed."""

from __future__ import annotations

from PIL import Image

from ..images.pixels import for_recognition
from ..model.page import PageImage
from .scan import open_scan, scan_errors

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
FAR_LARGER = 2
"""A JPEG this many times larger than needed is decoded at a fraction of its size."""


def downscale(page: PageImage | Image.Image, max_side_px: int) -> Image.Image:
    """A copy to be recognized: upright, square pixels, 8-bit gray or RGB, no larger than needed.

    Args:
        page: A page from `load_page`, or any Pillow image that is upright already.
        max_side_px: The longest side of the copy.

    Returns:
        The copy; it is never larger than the scan with its pixels made square. Of a page, its
        resolution is in `info["dpi"]`.

    Raises:
        ScanError: The pixels of the page cannot be decoded.
    """
    if isinstance(page, Image.Image):
        small = _fit(for_recognition(page), page.size, max_side_px)
        return small.copy() if small is page else small
    page = page.decoded()
    with scan_errors(page.source):
        image = _small_jpeg(page, max_side_px) or page.image
        pixels = for_recognition(image)
        pixels = turn(pixels, page.orientation)
        small = _fit(pixels, page.square_size_px, max_side_px)
        if small is page.image:
            small = small.copy()  # it outlives the page, which closes its own
        dpi = max(page.dpi) * small.width / page.square_size_px[0]
        small.info["dpi"] = (dpi, dpi)
        return small


def blank_copy(page: PageImage, max_side_px: int) -> Image.Image:
    """A blank image of the size that `downscale` gives: for an engine that does not look at it."""
    return Image.new("L", _fitting(page.square_size_px, max_side_px), 255)


def turn(image: Image.Image, orientation: int) -> Image.Image:
    """`image` turned and mirrored as EXIF orientation 1 to 8 asks: upright."""
    return image.transpose(TURNS[orientation]) if orientation in TURNS else image


def _small_jpeg(page: PageImage, max_side_px: int) -> Image.Image | None:
    """The page decoded at a fraction of its size, where a JPEG is far larger than needed."""
    width, height = page.stored_size_px
    full = max(page.square_size_px)
    if page.damage or page.image.format not in ("JPEG", "MPO"):
        return None
    if full < FAR_LARGER * max_side_px:
        return None
    image = open_scan(page.source.file)
    scale = max_side_px / full
    with image:
        image.draft(None, (max(1, int(width * scale)), max(1, int(height * scale))))
        image.load()
    return image


def _fit(image: Image.Image, full_size: tuple[int, int], max_side_px: int) -> Image.Image:
    """`image` at `full_size`, or shrunk in proportion to `max_side_px`."""
    size = _fitting(full_size, max_side_px)
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _fitting(full_size: tuple[int, int], max_side_px: int) -> tuple[int, int]:
    scale = min(1.0, max_side_px / max(full_size))
    return max(1, round(full_size[0] * scale)), max(1, round(full_size[1] * scale))

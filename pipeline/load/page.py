"""One page of a scan, opened: its size, orientation and resolution; pixels when asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from PIL import Image

from ..images.pixels import lossy_note
from ..model.errors import ScanError
from ..model.options import LoadOptions
from ..model.page import PageImage, PageSource
from ..model.paths import PathLike
from ..model.points import MAX_SIDE_PT
from .frame import take_orientation
from .pillow import seek_frame
from .repair import repair
from .resolution import page_dpi
from .scan import open_scan, scan_errors

MIN_SIDE_PT = 18
"""A quarter of an inch: what is smaller than a stamp is no page."""


def load_page(
    source: PageSource | PathLike,
    options: LoadOptions | None = None,
    *,
    known_whole: bool = False,
    admit: Callable[[Image.Image], None] | None = None,
) -> PageImage:
    """Opens one page, without decoding its pixels yet.

    They are decoded, and repaired where the scan is cut off, by `PageImage.decoded`: `downscale`
    and `render_page` call it.

    Args:
        source: The file and frame; or a path, for the first frame of a file.
        options: Resolution and size limit.
        known_whole: The scan was found whole before: it is not looked through for damage.
        admit: Is called with the image as its header describes it, before anything of it is
            decoded; what it raises comes out as it is. Of a PNG, this function may decode the
            pixels: its orientation may stand behind them.

    Returns:
        The page; use it in a `with` statement, or its file stays open until it is decoded.

    Raises:
        ScanError: The file cannot be opened as an image, or is larger than the limit.
    """
    options = options or LoadOptions()
    if not isinstance(source, PageSource):
        source = PageSource(Path(source))
    with scan_errors(source):
        image = _opened(source, options)
    try:
        if admit is not None:
            admit(image)
        with scan_errors(source):
            return _described(source, image, options, known_whole)
    except BaseException:
        image.close()
        raise


def _opened(source: PageSource, options: LoadOptions) -> Image.Image:
    """The frame of the page; its pixels are not decoded, and no more than the limit."""
    image = open_scan(source.file)
    try:
        if source.frame:
            seek_frame(image, source.frame, source.offset)
        if image.width * image.height / 1e6 > options.max_image_mpixels:
            raise ScanError(
                f"{image.width} x {image.height} pixels are more than the limit of"
                f" {options.max_image_mpixels:g} million; raise it with --max-image-mpixels"
            )
    except BaseException:
        image.close()
        raise
    return image


def _described(
    source: PageSource, image: Image.Image, options: LoadOptions, known_whole: bool
) -> PageImage:
    try:
        orientation = take_orientation(image)
    except Exception:
        if image.format != "PNG":
            raise
        # It is decoded for what may stand after the pixels, and is damaged: how far
        # that goes is found out when the pixels are asked for.
        image.close()
        image, orientation = open_scan(source.file), 1
    try:
        size = image.size
        dpi, note = page_dpi(size, image.info, options.image_dpi)
        notes = tuple(filter(None, (note, lossy_note(image))))
        decode = None if known_whole else _Decoding()
        return PageImage(source, image, orientation, size, dpi, notes, decode=decode)
    except BaseException:
        image.close()
        raise


class _Decoding:
    """Decodes and repairs a page when that is first asked for, and keeps what it became."""

    def __init__(self) -> None:
        self._decoded: PageImage | None = None

    def __call__(self, page: PageImage) -> PageImage:
        if self._decoded is None:
            with scan_errors(page.source):
                self._decoded = replace(repair(page), decode=None)
        return self._decoded


def page_size_pt(
    source: PageSource, options: LoadOptions | None = None
) -> tuple[float, float] | None:
    """Width and height of a page in points, as far as its file tells before its pixels are decoded.

    None where it does not, or where no paper has such a size.
    """
    options = options or LoadOptions()
    try:
        with scan_errors(source), open_scan(source.file) as image:
            if source.frame:
                seek_frame(image, source.frame, source.offset)
            orientation = 1
            if image.format != "PNG" or "exif" in image.info:  # or it would be decoded for it
                with suppress(Exception):
                    orientation = take_orientation(image)
            dpi, _ = page_dpi(image.size, image.info, options.image_dpi)
            size = PageImage(source, image, orientation, image.size, dpi).size_pt
    except ScanError:
        return None
    return size if min(size) >= MIN_SIDE_PT and max(size) <= MAX_SIDE_PT else None

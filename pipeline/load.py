"""Open one page of a scan: its size, orientation and resolution first, pixels when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

from PIL import AvifImagePlugin, Image

from .characters import printable
from .errors import ScanError
from .model import PageImage, PageSource
from .options import LoadOptions
from .pixels import for_recognition, lossy_note
from .resolution import page_dpi

FORMATS = ("TIFF", "JPEG", "PNG", "BMP", "GIF", "WEBP", "JPEG2000", "PPM") + (
    ("AVIF",) if AvifImagePlugin.SUPPORTED else ()
)
"""Pillow's names of the formats that are scans here (MPO opens as JPEG)."""

PDF_MAGIC = b"%PDF-"

ORIENTATION_TAG = 274
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SUBFILE_TYPE_TAG, OLD_SUBFILE_TYPE_TAG = 254, 255
REDUCED_IMAGE, TRANSPARENCY_MASK = 1, 4
LEAST_SIDE_PT, LARGEST_SIDE_PT = 18, 14_400
"""A page smaller than a stamp is none; a larger one, PDF does not have (ISO 32000-1, C.2)."""
FAR_LARGER = 2
"""A JPEG this many times larger than needed is decoded at a fraction of its size."""


def open_scan(path: Path) -> Image.Image:
    """The file as a lazily decoded Pillow image, recognised by its content alone.

    Pillow's own limit on pixels is left to other users of the process: `load_page` has its own.

    Raises:
        OSError: The file cannot be read.
        ScanError: Its content is none of `FORMATS`.
    """
    Image.init()
    with path.open("rb") as file:
        prefix = file.read(32)
    for name in FORMATS:
        factory, accept = Image.OPEN[name]
        if accept is None or accept(prefix) is True:
            with suppress(SyntaxError, IndexError, TypeError, KeyError):
                return cast(Callable[[Path, str], Image.Image], factory)(path, str(path))
    if not prefix:
        raise ScanError("the file is empty; scan the page again")
    if PDF_MAGIC in prefix:
        raise ScanError(
            "this is a PDF, and only images are read; take its pictures out of it"
            " (pdfimages -all FILE.pdf NAME), and give those"
        )
    raise ScanError(
        "this is not an image of a known format, or a damaged one; replace it, or move it away"
    )


def page_sources(path: Path) -> Iterator[PageSource]:
    """The pages of one file: all frames of a TIFF but thumbnails and masks, one of anything else.

    A file that cannot be read, or a damaged frame, is given as one page: loading it will fail
    and say why. Frames after a damaged one cannot be found.
    """
    frame = 0
    try:
        with open_scan(path) as image:
            if image.format != "TIFF":
                yield PageSource(path)
                return
            extra = []
            while True:
                try:
                    image.seek(frame)
                except EOFError:
                    break
                if _is_extra_frame(image):
                    extra.append(frame)
                else:
                    yield PageSource(path, frame)
                frame += 1
            if frame == len(extra):
                yield PageSource(path)
    except Exception:
        yield PageSource(path, frame)


def _is_extra_frame(image: Image.Image) -> bool:
    tags = getattr(image, "tag_v2", {})
    kind = tags.get(SUBFILE_TYPE_TAG, 0)
    if isinstance(kind, int) and kind & (REDUCED_IMAGE | TRANSPARENCY_MASK):
        return True
    return bool(tags.get(OLD_SUBFILE_TYPE_TAG) == 2)


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
    return size if min(size) >= LEAST_SIDE_PT and max(size) <= LARGEST_SIDE_PT else None


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


def downscale(page: PageImage | Image.Image, max_side_px: int) -> Image.Image:
    """A copy to be recognised: upright, square pixels, 8-bit grey or RGB, no larger than needed.

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
    """A blank image as large as what `downscale` gives: for who does not look at it."""
    return Image.new("L", _fitting(page.square_size_px, max_side_px), 255)


def turn(image: Image.Image, orientation: int) -> Image.Image:
    """`image` turned and mirrored as EXIF orientation 1 to 8 asks: upright."""
    return image.transpose(TURNS[orientation]) if orientation in TURNS else image


@contextmanager
def scan_errors(source: PageSource) -> Iterator[None]:
    """Turns whatever a decoder raises on bad data into a `ScanError` that names the page."""
    try:
        yield
    except ScanError as error:
        raise ScanError(f"{source}: {error}") from error
    except (KeyboardInterrupt, SystemExit):
        raise
    except FileNotFoundError as error:
        raise ScanError(f"{source}: there is no such file; check the path") from error
    except IsADirectoryError as error:
        raise ScanError(f"{source}: is a folder, not an image; name the files in it") from error
    except PermissionError as error:
        raise ScanError(f"{source}: no permission to read it; change its mode or owner") from error
    except MemoryError as error:
        raise ScanError(f"{source}: too large for the memory of this machine") from error
    except Exception as error:
        # Decoders raise nearly anything on hostile data: struct.error, zlib.error, IndexError.
        reason = printable(str(error)) or type(error).__name__
        raise ScanError(
            f"{source}: cannot be decoded ({reason}); replace the file, or scan the page again"
        ) from error


def _small_jpeg(page: PageImage, max_side_px: int) -> Image.Image | None:
    """The page decoded at a fraction of its size, where a JPEG is far larger than needed."""
    width, height = page.stored_size_px
    needed = max(page.square_size_px)
    if page.damage or page.image.format not in ("JPEG", "MPO"):
        return None
    if needed < FAR_LARGER * max_side_px:
        return None
    image = open_scan(page.source.file)
    scale = max_side_px / needed
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

"""A file of scans: what kind of image it is, and which pages are in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PIL import AvifImagePlugin, Image

from ..model.characters import printable, reason_of
from ..model.errors import MachineError, ScanError, is_shortage
from ..model.page import Document, PageSource
from ..model.paths import Paths, as_paths, missing_remedy
from ..store.content import NO_FILE, open_plain
from .pillow import PREFIX_BYTES, open_as
from .tiff_frames import tiff_frames

FORMATS = ("TIFF", "JPEG", "PNG", "BMP", "GIF", "WEBP", "JPEG2000", "PPM") + (
    ("AVIF",) if AvifImagePlugin.SUPPORTED else ()
)
"""The formats that scans come in, as Pillow calls them (it opens MPO as JPEG)."""

PDF_MAGIC = b"%PDF-"


def open_scan(path: Path) -> Image.Image:
    """The file as a Pillow image, not decoded yet; its content decides, not its name.

    Raises:
        OSError: The file cannot be read.
        ScanError: Its content is none of `FORMATS`.
    """
    try:
        file = open_plain(path)
    except OSError as error:
        if error.strerror == NO_FILE:
            raise ScanError(f"this is {NO_FILE}; save it to a file, and give that") from error
        raise
    with file:
        prefix = file.read(PREFIX_BYTES)
    for name in FORMATS:
        image = open_as(name, path, prefix)
        if image is not None:
            return image
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


def page_sources(paths: Paths) -> Iterator[PageSource]:
    """The pages of one file, or of several in their order.

    They are all frames of a TIFF but thumbnails and masks, and one page of anything else.

    A file that cannot be opened, or a damaged frame, is one page, too: loading it fails, and says
    why. Frames after one whose directory is cut off cannot be found. No decoder is asked: a file
    may make it hang or crash.
    """
    for path in as_paths(paths):
        yield from _pages(path)


def _pages(path: Path) -> Iterator[PageSource]:
    has_page = False
    with suppress(OSError):  # opening it as a page says why
        for index, frame in enumerate(tiff_frames(path)):
            if not frame.is_extra:
                has_page = True
                yield PageSource(path, index, offset=frame.offset if frame.is_whole else 0)
    if not has_page:
        yield PageSource(path)


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
        remedy = missing_remedy(source.path)
        raise ScanError(f"{source}: there is no such file; {remedy}") from error
    except IsADirectoryError as error:
        raise ScanError(f"{source}: is a folder, not an image; name the files in it") from error
    except PermissionError as error:
        raise ScanError(f"{source}: no permission to read it; change its mode or owner") from error
    except MachineError:
        raise
    except Exception as error:
        if is_shortage(error):
            raise MachineError(
                f"{source}: too large for what this machine has left ({reason_of(error)}); try"
                " fewer pages at a time (-j), or free memory and disk space"
            ) from error
        # Decoders raise nearly anything on hostile data: struct.error, zlib.error, IndexError.
        reason = printable(str(error)) or type(error).__name__
        raise ScanError(
            f"{source}: cannot be decoded ({reason}); replace the file, or scan the page again"
        ) from error


def file_size(path: Path) -> int:
    """The bytes of a scan's file; 0 where it cannot be looked at any more."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def sources_of(document: Document) -> list[PageSource]:
    """All pages of a document."""
    return [source for path in document.scans for source in page_sources(path)]

"""What is in any PDF: the words, fonts and pictures of its pages, and what it claims to be."""

from __future__ import annotations

import math
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import DictionaryObject, StreamObject
from pypdfium2 import raw

from ..model.characters import printable
from ..model.errors import NoScansError
from ..model.outcomes import NOT_READ
from ..model.points import dots_per_inch

CLAIM = re.compile(rb"pdfaid:(part|conformance)(?:>|\s*=\s*[\"'])\s*(\w+)")
"""The entries of XMP by which a PDF says that it is PDF/A, as elements or as attributes."""


PDF_ERRORS = (
    PyPdfError,
    DependencyError,
    pypdfium2.PdfiumError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
"""What pypdf and PDFium raise on a file that is damaged, encrypted, gone, or no PDF."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image on a page.

    Attributes:
        size_px: Width and height.
        dpi: Pixels per inch along both, as it is shown on the page.
        filter: Its compression, as PDF names it; the last one of several.
    """

    size_px: tuple[int, int]
    dpi: tuple[int, int]
    filter: str


@dataclass(frozen=True, slots=True)
class PageInspection:
    """What is on a page.

    Attributes:
        size_pt: Width and height.
        words: Runs of characters without a space, in the text that PDFium extracts.
        coverage: Share of the page's area that lies under text, 0 to 1.
        fonts: Names of the fonts that the page refers to.
        pictures: Its images.
        failed: It could not be done when the PDF was made: it says so in the place of its text
            (also where PDFs were joined since), or has none.
    """

    size_pt: tuple[float, float]
    words: int
    coverage: float
    fonts: tuple[str, ...]
    pictures: tuple[Picture, ...]
    failed: bool = False

    @property
    def has_text(self) -> bool:
        """Whether words of the scan can be found on it."""
        return self.words > 0 and not self.failed


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is in a PDF.

    Attributes:
        path: The file.
        producer: The program that made it, as it says.
        pdfa: The part and level of PDF/A that it claims, such as `2U`; empty for none.
        pages: Its pages.
    """

    path: Path
    producer: str
    pdfa: str
    pages: tuple[PageInspection, ...]


def inspect(path: Path) -> Inspection:
    """What is in a PDF.

    Raises:
        NoScansError: It cannot be opened as a PDF.
    """
    _check_is_file(path)
    try:
        with PdfReader(path) as reader, pypdfium2.PdfDocument(path) as document:
            information = reader.metadata
            return Inspection(
                path,
                str(information.producer or "") if information else "",
                _claim(reader),
                tuple(
                    _page(document[index], reader.pages[index]) for index in range(len(document))
                ),
            )
    except PDF_ERRORS as error:
        raise not_a_pdf(path, error) from error


def page_count(path: Path) -> int:
    """How many pages a PDF has.

    Raises:
        NoScansError: It cannot be opened as a PDF.
    """
    _check_is_file(path)
    try:
        with PdfReader(path) as reader:
            return len(reader.pages)
    except PDF_ERRORS as error:
        raise not_a_pdf(path, error) from error


def word_counts(path: Path) -> tuple[int, ...]:
    """The words on each page of a PDF, as `PageInspection` has them; empty where it is none."""
    try:
        with pypdfium2.PdfDocument(path) as document:
            return tuple(_words(page.get_textpage()) for page in document)
    except PDF_ERRORS:
        return ()


def _words(text: pypdfium2.PdfTextPage) -> int:
    return len(text.get_text_range().split())


def _check_is_file(path: Path) -> None:
    """Sees that a path is no pipe or device: to open that may wait for ever.

    Raises:
        NoScansError: It is one.
    """
    with suppress(OSError):  # opening it says why
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise not_a_pdf(path, OSError("a pipe or a device, not a file"))


def bookmarked_files(path: Path) -> tuple[tuple[str, int], ...] | None:
    """The titles of a PDF's outline, and how many pages each stands for, up to the next one.

    None where it cannot be opened as a PDF, or has no outline.
    """
    try:
        with PdfReader(path) as reader:
            marks = [
                (str(mark.title), reader.get_destination_page_number(mark))
                for mark in reader.outline
                if not isinstance(mark, list)
            ]
            firsts = [first for _, first in marks]
            if not marks or None in firsts:
                return None
            ends = [*firsts[1:], len(reader.pages)]
            return tuple(
                (title, end - first)
                for (title, first), end in zip(marks, ends, strict=True)
                if first is not None and end is not None
            )
    except PDF_ERRORS:
        return None


def not_a_pdf(path: Path, error: Exception) -> NoScansError:
    """What is said of a file that cannot be opened as a PDF."""
    reason = getattr(error, "strerror", None) or printable(str(error))
    return NoScansError(f"{printable(str(path))}: cannot be read as a PDF ({reason}); make it anew")


def _page(page: pypdfium2.PdfPage, dictionary: PageObject) -> PageInspection:
    width, height = page.get_size()
    text = page.get_textpage()
    rectangles = [text.get_rect(index) for index in range(text.count_rects())]
    area = sum((right - left) * (top - bottom) for left, bottom, right, top in rectangles)
    words = _words(text)
    failed = re.match(rf"{re.escape(NOT_READ)}\s+File: ", text.get_text_range()) is not None
    pictures = tuple(_picture(image) for image in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE]))
    resources = dictionary.get("/Resources", DictionaryObject()).get_object()
    fonts = resources.get("/Font", DictionaryObject()).get_object().values()
    names = {str(font.get_object().get("/BaseFont", "")).removeprefix("/") for font in fonts}
    text.close()
    page.close()
    share = min(1.0, area / (width * height))
    fonts_used = tuple(sorted(names))
    return PageInspection((width, height), words, round(share, 4), fonts_used, pictures, failed)


def _picture(picture: Any) -> Picture:
    width, height = picture.get_px_size()
    matrix = picture.get_matrix()  # of the unit square (ISO 32000-1, 8.9.5.1)
    across, down = math.hypot(matrix.a, matrix.b), math.hypot(matrix.c, matrix.d)
    dpi = tuple(
        round(dots_per_inch(side_px, side_pt))
        for side_px, side_pt in ((width, across), (height, down))
    )
    filters = picture.get_filters()
    return Picture((width, height), (dpi[0], dpi[1]), filters[-1] if filters else "")


def _claim(reader: PdfReader) -> str:
    """The part and level of PDF/A in the XMP metadata; empty for none."""
    stream = reader.root_object.get("/Metadata")
    if stream is None:
        return ""
    stream = stream.get_object()
    if not isinstance(stream, StreamObject):
        return ""
    claimed: dict[bytes, str] = {
        key: value.decode() for key, value in CLAIM.findall(stream.get_data())
    }
    return claimed.get(b"part", "") + claimed.get(b"conformance", "")

"""Opens a finished PDF with a reader that did not make it, and compares it with what was meant.

PDFium counts the pages, measures them and their pictures, and extracts the text.
"""

from __future__ import annotations

import threading
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw

from ..model.characters import printable
from ..model.errors import VerificationError
from ..model.outcomes import RenderedStats

SIZE_SLACK_PT = 0.01
"""How far a page's size may be off: PDFium keeps it in 32-bit floats, which are 0.001 pt apart at
the largest size, and reportlab writes four decimals."""
MIN_LETTERS = 0.99
"""How many of a page's letters and digits its text must hold, as a multiset: readers change one now
and then (a ligature, a letter of two forms). A lost line of 60 letters is noticed on any page of
fewer than 6,000. Marks, hyphens and characters beyond the first plane do not count, as readers drop
or change them."""
PORTION_BYTES = 32_000_000
"""A document is opened anew after this many bytes of pages: PDFium keeps every picture that it has
decoded until the document is closed, and memory would grow with the pages."""
PORTION_PAGES = 5_000
"""Or after this many, as it keeps the objects of each page, too: of 50,000 tiny pages 254 MB at
once, 150 MB in portions of 5,000 or 10,000, in the same time; of 2,500 in nearly twice the time."""
LAST_OF_FIRST_PLANE = 0xFFFF

_pdfium = threading.Lock()
"""PDFium serves one thread at a time."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a page should be.

    Attributes:
        name: How messages name it.
        stats: What a reader should see of it.
        text: Its text, or the file that holds it.
    """

    name: str
    stats: RenderedStats
    text: Path | str


def verify(path: Path, output: Path, pages: Sequence[Expected]) -> None:
    """Compares a PDF with what its pages should be.

    Args:
        path: The PDF.
        output: Where it is going to be put, for messages.
        pages: What its pages should be, in order.

    Raises:
        VerificationError: It is not what it should be.
    """
    fault = find_fault(path, pages)
    if fault:
        raise VerificationError(
            f"{printable(str(output))}: not written, as it failed its check: {fault}; this is a"
            " fault of the program, or of the disk: run it again, and report it if it stays"
        )


def find_fault(path: Path | bytes, pages: Sequence[Expected]) -> str:
    """The first thing in a PDF that is not as it should be, in words; empty for none."""
    with _pdfium:
        for first, last in _portions(pages):
            fault = _portion_fault(path, pages, first, last)
            if fault:
                return fault
    return ""


def _portions(pages: Sequence[Expected]) -> Iterator[tuple[int, int]]:
    """Portions of the pages that fit into memory: index of the first page, and behind the last."""
    first = size = 0
    for index, page in enumerate(pages):
        size += page.stats.pdf_bytes
        if size > PORTION_BYTES or index + 1 - first == PORTION_PAGES:
            yield first, index + 1
            first, size = index + 1, 0
    if first < len(pages) or not pages:
        yield first, len(pages)


def _portion_fault(path: Path | bytes, pages: Sequence[Expected], first: int, last: int) -> str:
    try:
        document = pypdfium2.PdfDocument(path)
    except (pypdfium2.PdfiumError, OSError) as error:
        return f"it cannot be opened ({error})"
    with document:
        if len(document) != len(pages):
            return f"it has {len(document)} pages instead of {len(pages)}"
        for index in range(first, last):
            expected = pages[index]
            try:
                page = document[index]
            except pypdfium2.PdfiumError as error:
                return f"page {index + 1} ({expected.name}) cannot be opened ({error})"
            fault = _page_fault(page, expected)
            page.close()
            if fault:
                return f"page {index + 1} ({expected.name}) {fault}"
    return ""


def _page_fault(page: pypdfium2.PdfPage, expected: Expected) -> str:
    stats = expected.stats
    size = page.get_size()
    if any(abs(is_pt - pt) > SIZE_SLACK_PT for is_pt, pt in zip(size, stats.size_pt, strict=True)):
        return f"is {_by(size)} pt large instead of {_by(stats.size_pt)}"
    pictures = [_picture(image) for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE])]
    meant = (stats.image_px, stats.image_filter)
    if pictures != [meant]:
        shown = ", ".join(f"{_by(size_px)} {name}" for size_px, name in pictures) or "no picture"
        return f"shows {shown} instead of {_by(meant[0])} {meant[1]}"
    text = page.get_textpage()
    extracted = letters(text.get_text_range())
    text.close()
    should_be = expected.text
    if isinstance(should_be, Path):
        should_be = should_be.read_text(encoding="utf-8")
    meant_letters = letters(should_be)
    missing, count = (meant_letters - extracted).total(), meant_letters.total()
    if missing > (1 - MIN_LETTERS) * count:
        return f"lacks {missing} of {count} letters and digits"
    return ""


def _picture(picture: Any) -> tuple[tuple[int, int], str]:
    """Width and height in pixels, and the last filter."""
    filters = picture.get_filters()
    return picture.get_px_size(), filters[-1] if filters else ""


def letters(text: str) -> Counter[str]:
    """How often each letter and digit of the first plane occurs in a text."""
    return Counter(
        character
        for character in unicodedata.normalize("NFKC", text)
        if ord(character) <= LAST_OF_FIRST_PLANE and unicodedata.category(character)[0] in "LN"
    )


def _by(size: tuple[float, float]) -> str:
    return f"{size[0]:g} x {size[1]:g}"

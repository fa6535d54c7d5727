"""One page: its scan at full size, and what was read on it as invisible text over the print."""

from __future__ import annotations

import io
import math
import textwrap

from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas

from .characters import nfc, printable
from .embed import encode, lossless
from .geometry import Baseline, Box
from .model import (
    POINTS_PER_INCH,
    Line,
    PageImage,
    PageSource,
    PageText,
    Word,
)
from .pdf.glyphless import FONT_NAME, register
from .pdf.images import EncodedImage, draw_image
from .pdf.textlayer import PlacedLine, PlacedWord, draw_lines

PLACEHOLDER_DPI = 150
PLACEHOLDER_SIZE_PX = (1240, 1754)
"""A4, for a page whose own size is not known."""
PLACEHOLDER_MARGIN_PX = 120
PLACEHOLDER_FONT_PX = 30
PLACEHOLDER_COLUMNS = 60


def render_page(page: PageImage, text: PageText | None = None) -> bytes:
    """A PDF of one page, the same bytes for the same input.

    Args:
        page: The scan, from `load_page`.
        text: What was read on it, in pixels of any copy of the page; None for no text layer.

    Returns:
        The PDF.

    Raises:
        Exception: Whatever Pillow raises where the scan must be decoded to be embedded.
    """
    return _page_pdf(encode(page), page.size_pt, page.orientation, text)


def render_placeholder(source: PageSource, reason: str) -> bytes:
    """A PDF of one page that says, to the eye and to a search, which page is missing and why."""
    rows = ["This page could not be read.", ""]
    for part in (f"File: {source}", reason):
        rows += [*textwrap.wrap(nfc(printable(part)), PLACEHOLDER_COLUMNS), ""]
    image = Image.new("1", PLACEHOLDER_SIZE_PX, 1)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(PLACEHOLDER_FONT_PX)
    lines = []
    y = PLACEHOLDER_MARGIN_PX
    for row in rows:
        draw.text((PLACEHOLDER_MARGIN_PX, y), row, 0, font)
        if row:
            lines.append(_typeset(row, y, font))
        y += PLACEHOLDER_FONT_PX * 3 // 2
    text = PageText(*image.size, tuple(lines))
    width, height = (side * POINTS_PER_INCH / PLACEHOLDER_DPI for side in image.size)
    return _page_pdf(lossless(image), (width, height), 1, text)


def _typeset(row: str, y: float, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> Line:
    words = []
    at = 0
    for text in row.split():
        at = row.index(text, at)
        left = PLACEHOLDER_MARGIN_PX + font.getlength(row[:at])
        right = left + max(1.0, font.getlength(text))
        at += len(text)
        words.append(Word(text, Box(left, y, right, y + PLACEHOLDER_FONT_PX)))
    bottom = y + PLACEHOLDER_FONT_PX * 0.95
    baseline = Baseline(PLACEHOLDER_MARGIN_PX, bottom, words[-1].box.right, bottom)
    return Line(tuple(words), baseline, PLACEHOLDER_FONT_PX * 0.75)


def _page_pdf(
    image: EncodedImage, size_pt: tuple[float, float], orientation: int, text: PageText | None
) -> bytes:
    register()
    buffer = io.BytesIO()
    canvas = Canvas(
        buffer,
        pagesize=size_pt,
        # Without it every page would refer to Helvetica, which is not embedded.
        initialFontName=FONT_NAME,
        pageCompression=1,
        invariant=1,
        pdfVersion=(1, 7),
    )
    draw_image(canvas, image, *size_pt, orientation)
    if text is not None:
        draw_lines(canvas, place_lines(text, size_pt))
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def place_lines(text: PageText, size_pt: tuple[float, float]) -> list[PlacedLine]:
    """The lines of a page in points: the one place where pixels become points."""
    scale = size_pt[0] / text.width_px
    scale_y = size_pt[1] / text.height_px  # the same, but for the rounding of the copy's size
    lines = []
    for line in text.lines:
        base = line.baseline
        ux, uy = base.direction
        words = []
        for word in line.words:
            start, end = base.extent(word.box)
            words.append(PlacedWord(word.text, start * scale, end * scale))
        lines.append(
            PlacedLine(
                x_pt=base.x0 * scale,
                y_pt=size_pt[1] - base.y0 * scale_y,
                angle_deg=math.degrees(math.atan2(-uy, ux)),
                ascent_pt=line.height * scale_y,
                words=tuple(words),
            )
        )
    return lines

"""One page: its scan at full size, and what was read on it as invisible text over the print."""

from __future__ import annotations

import io
import math
import textwrap
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas

from .images.encode import encode, encode_as_srgb
from .images.lossless import lossless
from .model.characters import nfc, printable
from .model.geometry import Baseline, Box
from .model.options import ImageOptions
from .model.page import PageImage, PageSource
from .model.picture import EncodedImage
from .model.rotation import turned
from .model.text import Line, PageText, Word
from .model.version import PRODUCER
from .pdf.glyphless import FONT_NAME, register
from .pdf.image import draw_image, turned_orientation
from .pdf.profiles import is_profile
from .pdf.textlayer import PlacedLine, PlacedWord, draw_lines

CMYK = 4
"""Components of such colours."""
A4_PT = (595.2, 841.8)
"""The size of a page whose own is not known."""
LEAST_WORD_PX = 1.0
"""Words of no width, which engines give now and then, are found and copied like all others."""
PLACEHOLDER_WIDTH_PX = 1240
PLACEHOLDER_LONGEST_PX = 4000
"""A strip is drawn with fewer pixels across."""


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page as a PDF, and what a reader of it should find.

    Attributes:
        pdf: The PDF of one page.
        size_pt: Width and height of the page.
        image_px: Width and height of its picture, as stored.
        image_filter: How PDF calls the picture's compression.
        image_bytes: The picture's share of the PDF.
        notes: What was changed in the picture, in words.
    """

    pdf: bytes
    size_pt: tuple[float, float]
    image_px: tuple[int, int]
    image_filter: str
    image_bytes: int = 0
    notes: tuple[str, ...] = ()


def render_page(
    page: PageImage, text: PageText | None = None, images: ImageOptions | None = None
) -> bytes:
    """A PDF of one page, the same bytes for the same input: see `render`."""
    return render(page, text, images).pdf


def render(
    page: PageImage, text: PageText | None = None, images: ImageOptions | None = None
) -> RenderedPage:
    """Makes a PDF of one page, the same bytes for the same input.

    Args:
        page: The scan, from `load_page`.
        text: What was read on it, in pixels of any copy of the page; None for no text layer.
        images: How the scan stands in it.

    Returns:
        The PDF, and what it should show.

    Raises:
        ScanError: Nothing of the scan can be decoded.
        Exception: Whatever Pillow raises where its pixels cannot be encoded.
    """
    images = images or ImageOptions()
    page = page.decoded()
    embedded = encode(page, images)
    image, converted = embedded.image, ""
    if images.pdfa and image.components == CMYK and image.icc_profile is None:
        embedded = encode_as_srgb(page, images)
        image = embedded.image
        converted = "its CMYK colours were converted to sRGB, for PDF/A"
    elif images.pdfa and image.icc_profile and not is_profile(image.icc_profile, image.components):
        image = replace(image, icc_profile=None)
        converted = "its damaged colour profile was left out, for PDF/A"
    size_pt, orientation = page.size_pt, page.orientation
    if images.rotate_pages and text is not None:
        orientation = turned_orientation(orientation, text.rotation_deg)
        size_pt = size_pt if text.rotation_deg % 180 == 0 else (size_pt[1], size_pt[0])
        text = turned(text, text.rotation_deg)
    rendered = _page_pdf(image, size_pt, orientation, text)
    notes = tuple(filter(None, (converted, embedded.note)))
    return replace(rendered, notes=notes)


def render_placeholder(
    source: PageSource, reason: str, size_pt: tuple[float, float] | None = None
) -> RenderedPage:
    """A PDF of one page that says, to the eye and to a search, which page is missing and why.

    Args:
        source: The page.
        reason: Why it is missing.
        size_pt: Width and height of the page; None for A4.
    """
    size_pt = size_pt or A4_PT
    scale = min(PLACEHOLDER_WIDTH_PX / min(size_pt), PLACEHOLDER_LONGEST_PX / max(size_pt))
    width, height = (max(1, round(side * scale)) for side in size_pt)
    margin, em = max(1, min(width, height) // 10), max(6, min(width, height) // 40)
    font = ImageFont.load_default(em)
    columns = max(8, int((width - 2 * margin) / font.getlength("n")))
    rows = ["This page could not be read.", ""]
    for part in (f"File: {source}", reason.removeprefix(f"{source}: ")):
        rows += [*textwrap.wrap(nfc(printable(part)), columns), ""]
    image = Image.new("1", (width, height), 1)
    draw = ImageDraw.Draw(image)
    lines = []
    y = float(margin)
    for row in rows:
        draw.text((margin, y), row, 0, font)
        if row:
            lines.append(_typeset(row, margin, y, em, font))
        y += em * 1.5
    text = PageText(width, height, tuple(lines))
    return _page_pdf(lossless(image), size_pt, 1, text)


def _typeset(
    row: str, left_px: int, y: float, em: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> Line:
    words = []
    at = 0
    for text in row.split():
        at = row.index(text, at)
        left = left_px + font.getlength(row[:at])
        right = left + max(1.0, font.getlength(text))
        at += len(text)
        words.append(Word(text, Box(left, y, right, y + em)))
    bottom = y + em * 0.95
    return Line(tuple(words), Baseline(left_px, bottom, words[-1].box.right, bottom), em * 0.75)


def _page_pdf(
    image: EncodedImage, size_pt: tuple[float, float], orientation: int, text: PageText | None
) -> RenderedPage:
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
    canvas.setProducer(PRODUCER)
    draw_image(canvas, image, *size_pt, orientation)
    if text is not None:
        draw_lines(canvas, place_lines(text, size_pt))
    canvas.showPage()
    canvas.save()
    size_px = image.width, image.height
    return RenderedPage(buffer.getvalue(), size_pt, size_px, image.filter, image.size)


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
            end = max(end, start + LEAST_WORD_PX)
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

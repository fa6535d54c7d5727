"""Stage 3: a PDF of one page, the scan at full size under invisible text that lies on the print."""

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
from .model.options import ImageOptions, OutputType
from .model.outcomes import NOT_READ, RenderedStats
from .model.page import PageImage, PageSource
from .model.picture import EncodedImage
from .model.points import points_per_pixel
from .model.rotation import turned
from .model.text import Line, PageText, Word
from .model.version import PRODUCER
from .pdf.glyphless import FONT_NAME, register
from .pdf.image import draw_image, turned_orientation
from .pdf.profiles import is_profile
from .pdf.textlayer import PlacedLine, PlacedWord, draw_lines

CMYK_COMPONENTS = 4
A4_PT = (595.2, 841.8)
"""210 x 297 mm (ISO 216), rounded down: the size of a placeholder whose scan tells none."""
MIN_WORD_PX = 1.0
"""Words of no width, which engines give now and then, are drawn this wide, so that they are in the
text like all others."""
PLACEHOLDER_WIDTH_PX = 1240
"""The shorter side of a placeholder's picture: A4 at 150 dpi, enough for print that can be read."""
PLACEHOLDER_MAX_SIDE_PX = 4000
"""Its longer side at most, or a strip would take much memory for a few words."""
PLACEHOLDER_MARGIN, PLACEHOLDER_ROWS, PLACEHOLDER_PITCH = 10, 40, 1.5
"""Its layout: the margin is a tenth of the shorter side and the size of the letters a fortieth,
which is 15 pt on A4; the lines are one and a half sizes apart."""
PLACEHOLDER_BASELINE, PLACEHOLDER_CAPITALS = 0.95, 0.75
"""Of Pillow's built-in font, in sizes: from the top of a row to the baseline, and from there to the
top of the capitals, each within 0.05 of what Pillow measures."""


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page as a PDF, and what a reader of it should find.

    Attributes:
        pdf: The PDF of one page.
        stats: What a reader of it should see.
        notes: What was changed in the picture, in words.
    """

    pdf: bytes
    stats: RenderedStats
    notes: tuple[str, ...] = ()


def render_page(
    page: PageImage,
    text: PageText | None = None,
    images: ImageOptions | None = None,
    output_type: OutputType = "auto",
) -> bytes:
    """A PDF of one page, the same bytes for the same input: see `render`."""
    return render(page, text, images, output_type).pdf


def render(
    page: PageImage,
    text: PageText | None = None,
    images: ImageOptions | None = None,
    output_type: OutputType = "auto",
) -> RenderedPage:
    """Makes a PDF of one page, the same bytes for the same input.

    Args:
        page: The scan, from `load_page`.
        text: What was read on it, in pixels of any copy of the page; None for no text layer.
        images: How the scan stands in the PDF.
        output_type: `pdfa` converts what PDF/A-2 does not allow in a picture: CMYK without a
            profile becomes sRGB, a damaged profile is left out. `auto` and `pdf` change nothing.

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
    if output_type == "pdfa":
        if image.components == CMYK_COMPONENTS and image.icc_profile is None:
            embedded = encode_as_srgb(page, images)
            image = embedded.image
            converted = "its CMYK colors were converted to sRGB, for PDF/A"
        elif image.icc_profile and not is_profile(image.icc_profile, image.components):
            image = replace(image, icc_profile=None)
            converted = "its damaged color profile was left out, for PDF/A"
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
    # Not a scan of some resolution, but a picture with enough pixels for its words.
    zoom = min(PLACEHOLDER_WIDTH_PX / min(size_pt), PLACEHOLDER_MAX_SIDE_PX / max(size_pt))
    width, height = (max(1, round(side * zoom)) for side in size_pt)
    shorter = min(width, height)
    margin, em = max(1, shorter // PLACEHOLDER_MARGIN), max(6, shorter // PLACEHOLDER_ROWS)
    font = ImageFont.load_default(em)
    columns = max(8, int((width - 2 * margin) / font.getlength("n")))
    rows = [NOT_READ, ""]
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
        y += em * PLACEHOLDER_PITCH
    text = PageText(width, height, tuple(lines))
    return _page_pdf(lossless(image), size_pt, 1, text)


def _typeset(
    row: str, left_px: int, y: float, em: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> Line:
    """The line of text for a row of a placeholder, each word where the font puts it."""
    words = []
    at = 0
    for text in row.split():
        at = row.index(text, at)
        left = left_px + font.getlength(row[:at])
        right = left + max(MIN_WORD_PX, font.getlength(text))
        at += len(text)
        words.append(Word(text, Box(left, y, right, y + em)))
    bottom = y + em * PLACEHOLDER_BASELINE
    baseline = Baseline(left_px, bottom, words[-1].box.right, bottom)
    return Line(tuple(words), baseline, em * PLACEHOLDER_CAPITALS)


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
    pdf = buffer.getvalue()
    size_px = image.width, image.height
    return RenderedPage(pdf, RenderedStats(len(pdf), size_pt, size_px, image.filter, image.size))


def place_lines(text: PageText, size_pt: tuple[float, float]) -> list[PlacedLine]:
    """The lines of a page of this size in points: origin bottom left, y up.

    Both scales are the same, but for the rounding of the copy's size: it has square pixels.
    """
    scale, scale_y = points_per_pixel((text.width_px, text.height_px), size_pt)
    lines = []
    for line in text.lines:
        base = line.baseline
        ux, uy = base.direction
        words = []
        for word in line.words:
            start, end = base.extent(word.box)
            end = max(end, start + MIN_WORD_PX)
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

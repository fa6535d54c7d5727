"""Pictures drawn over a whole page, in all orientations."""

from __future__ import annotations

import io

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageOps
from reportlab.pdfgen.canvas import Canvas

from pipeline.images.lossless import lossless
from pipeline.pdf.image import draw_image, turned_orientation

ORIENTATION_TAG = 274


def marked() -> Image.Image:
    """No two of its eight orientations are alike."""
    pixels = np.full((60, 90), 255, np.uint8)
    pixels[:20, :20], pixels[40:, 60:] = 0, 120
    return Image.fromarray(pixels)


def drawn(image: Image.Image, orientation: int, size_pt: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size_pt, invariant=1)
    draw_image(canvas, lossless(image), *size_pt, orientation)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientations_are_those_of_exif(orientation: int) -> None:
    image = marked()
    exif = image.getexif()
    exif[ORIENTATION_TAG] = orientation
    upright = ImageOps.exif_transpose(image)
    with pypdfium2.PdfDocument(drawn(image, orientation, upright.size)) as document:
        shown = document[0].render(scale=1).to_pil().convert("L")
    assert shown.size == upright.size
    difference = np.abs(np.asarray(shown, int) - np.asarray(upright, int))
    assert np.percentile(difference, 95) == 0, "but for the edges"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_four_quarters_are_a_whole_turn(orientation: int) -> None:
    quarters = [turned_orientation(orientation, 90 * count) for count in range(5)]
    assert quarters[0] == quarters[4] == orientation
    assert len(set(quarters)) == 4
    assert turned_orientation(orientation, -90) == quarters[3]


def test_turning_the_orientation_turns_the_page() -> None:
    image = marked()
    with (
        pypdfium2.PdfDocument(drawn(image, 1, (90, 60))) as as_stored,
        pypdfium2.PdfDocument(drawn(image, turned_orientation(1, 90), (60, 90))) as turned,
    ):
        one, other = (
            document[0].render(scale=1).to_pil().convert("L") for document in (as_stored, turned)
        )
    difference = np.asarray(one.transpose(Image.Transpose.ROTATE_270), int) - np.asarray(other, int)
    assert np.percentile(np.abs(difference), 95) == 0

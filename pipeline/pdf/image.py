"""Pictures for reportlab that are encoded already, as PDF holds them: nothing is decoded."""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

from reportlab.pdfbase.pdfdoc import (
    PDFArrayCompact,
    PDFDictionary,
    PDFName,
    PDFObjectReference,
    PDFStream,
)
from reportlab.pdfgen.canvas import Canvas

from ..model.picture import EncodedImage
from .reportlab_private import (
    WrittenObject,
    add_object,
    add_x_object,
    document_of,
    has_object,
)

ORIENTATION_MATRICES = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
"""How the unit square of an image (ISO 32000-1, 8.9.5.1) lies on the page, for each orientation of
Exif (2.32, 4.6.4): its x axis, its y axis and its origin, in widths and heights of the page.

Pages are turned by this matrix and never by /Rotate, which readers treat in different ways.
"""

TURNED_RIGHT = {1: 6, 6: 3, 3: 8, 8: 1, 2: 7, 7: 4, 4: 5, 5: 2}
"""What each orientation becomes when the page as shown is turned clockwise by a quarter."""

INSET_PT = 0.001
"""The image stays this far within the page, 1/72,000 inch: readers that round its edges outwards
would resample the whole scan (`test_bilevel_pages_render_as_scanned`, with poppler)."""

IMAGE_NAME = "scan"
"""The one picture of a page, to reportlab."""

COLOR_SPACES = {1: "DeviceGray", 3: "DeviceRGB", 4: "DeviceCMYK"}


class ImageXObject(WrittenObject):
    """An `EncodedImage` as reportlab writes it."""

    def __init__(self, image: EncodedImage) -> None:
        self.image = image

    def written(self, document: Any) -> bytes:
        """The stream and its dictionary."""
        image = self.image
        entries: dict[str, object] = {
            "Type": PDFName("XObject"),
            "Subtype": PDFName("Image"),
            "Width": image.width,
            "Height": image.height,
            "Filter": PDFName(image.filter),
        }
        if image.deflated:
            entries["Filter"] = PDFArrayCompact([PDFName("FlateDecode"), PDFName(image.filter)])
        if image.filter != "JPXDecode":  # a JPEG 2000 file says both itself
            entries["ColorSpace"] = self._color_space(document)
            entries["BitsPerComponent"] = image.bits
        if image.parameters:
            entries["DecodeParms"] = PDFDictionary(dict(image.parameters))
        if image.decode:
            entries["Decode"] = PDFArrayCompact(image.decode)
        written: bytes = PDFStream(PDFDictionary(entries), image.data).format(document)
        return written

    def _color_space(self, document: Any) -> object:
        space: object = PDFName(COLOR_SPACES[self.image.components])
        profile = self.image.icc_profile
        if profile:
            key = f"icc.{hashlib.sha256(profile).hexdigest()[:16]}"
            if not has_object(document, key):
                entries = PDFDictionary(
                    {
                        "N": self.image.components,
                        "Alternate": space,
                        "Filter": PDFName("FlateDecode"),
                    }
                )
                add_object(document, PDFStream(entries, zlib.compress(profile, 9)), key)
            space = PDFArrayCompact([PDFName("ICCBased"), PDFObjectReference(key)])
        if self.image.palette:
            last = len(self.image.palette) // self.image.components - 1
            table = f"<{self.image.palette.hex()}>"
            space = PDFArrayCompact([PDFName("Indexed"), space, last, table])
        return space


def turned_orientation(orientation: int, clockwise_deg: int) -> int:
    """The orientation of a page that is shown turned.

    Args:
        orientation: Its EXIF orientation, 1 to 8.
        clockwise_deg: By how much it is turned: a multiple of 90.
    """
    for _ in range(clockwise_deg // 90 % 4):
        orientation = TURNED_RIGHT[orientation]
    return orientation


def draw_image(
    canvas: Canvas, image: EncodedImage, width_pt: float, height_pt: float, orientation: int = 1
) -> None:
    """Draws an image over the whole page, turned and mirrored by a matrix, its bytes untouched.

    Once in a document: pages are merged later.

    Args:
        canvas: The page.
        image: What to draw.
        width_pt: Width of the page as shown.
        height_pt: Height of it.
        orientation: EXIF orientation of the stored pixels.
    """
    add_x_object(document_of(canvas), IMAGE_NAME, ImageXObject(image))
    a, b, c, d, e, f = ORIENTATION_MATRICES[orientation]
    width, height = width_pt - 2 * INSET_PT, height_pt - 2 * INSET_PT
    canvas.saveState()
    canvas.translate(INSET_PT, INSET_PT)
    canvas.transform(a * width, b * height, c * width, d * height, e * width, f * height)
    canvas.doForm(IMAGE_NAME)
    canvas.restoreState()

"""Draws the font of the text layer, `pipeline/pdf/glyphless.ttf`. Run it to write the file anew.

Glyphs differ in their advance width only. Each has a contour of two points: it paints nothing,
but gives the glyph a bounding box, without which pdfium drops one-letter words and draws
highlights of no height.
"""

import io
import sys
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from pipeline.pdf.glyphless import ADVANCES, ASCENT, DESCENT, TTF_PATH, UNITS_PER_EM


def draw() -> bytes:
    names = [".notdef", *(f"blank{advance}" for advance in ADVANCES)]
    widths = dict(zip(names, (500, *ADVANCES), strict=True))
    builder = FontBuilder(UNITS_PER_EM, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupGlyf({name: _outline(width) for name, width in widths.items()})
    builder.setupHorizontalMetrics({name: (width, 0) for name, width in widths.items()})
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupHead(unitsPerEm=UNITS_PER_EM, created=0, modified=0)
    head = builder.font["head"]
    head.xMin, head.yMin, head.xMax, head.yMax = 0, DESCENT, max(ADVANCES), ASCENT
    builder.setupMaxp()
    builder.font.recalcBBoxes = builder.font.recalcTimestamp = False
    buffer = io.BytesIO()
    builder.save(buffer)
    return buffer.getvalue()


def _outline(width: int):  # type: ignore[no-untyped-def]
    pen = TTGlyphPen(None)
    pen.moveTo((0, DESCENT))
    pen.lineTo((width, ASCENT))
    pen.closePath()
    return pen.glyph()


if __name__ == "__main__":
    Path(TTF_PATH).write_bytes(draw())
    sys.stderr.write(f"{TTF_PATH}: {len(draw())} bytes\n")

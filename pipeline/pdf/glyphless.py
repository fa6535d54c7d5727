"""A font that paints nothing, for text that is found, selected and copied but not seen.

There is a Type0 font with Identity-H encoding (ISO 32000-1, 9.7) for each Unicode plane in use. The
code of a character is the low 16 bits of its code point, so that every character is one code, and
ToUnicode gives the code point back. CIDToGIDMap leads each code to one of a few blank glyphs, which
differ in their advance width only. The idea of an invisible font with one glyph is Tesseract's.

To reportlab this is a "dynamic" font whose subset number is the Unicode plane: canvases switch
between the planes by themselves, and the fonts are written when the document is saved.

What readers force, and the tests that hold it:

- each glyph has an outline of no area, two points: without one, PDFium loses words of one letter,
  and its highlights have no height (`test_the_font_file_is_what_its_script_draws`,
  `test_lines_are_read_whole` with "i l I . a 1 one letter words");
- a font of its own for each plane: reportlab writes the code points of other planes with five
  digits, which no reader takes (`test_characters_of_other_planes`);
- widths near those of print, so that words are stretched less, and highlights of a part of a word
  lie on that part (`test_glyphs_are_about_as_wide_as_letters`, `test_highlights_lie_on_the_words`).
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.pdfdoc import (
    PDFArrayCompact,
    PDFDictionary,
    PDFName,
    PDFStream,
    PDFString,
    PDFZCompress,
)
from reportlab.pdfgen.canvas import Canvas

from .cmap import to_unicode
from .reportlab_private import (
    DynamicFont,
    add_object,
    document_of,
    has_object,
    indirect_dictionary,
)

FONT_NAME = "GlyphLessFont"
RESOURCE_PREFIX = "GL"
"""Fonts are named GL0, GL1, ... in a page's resources, by Unicode plane."""
UNITS_PER_EM = 1000
ASCENT, DESCENT = 800, -200
"""Of the font, in thousandths of an em: its height is one em, as viewers draw highlights by it."""
ADVANCES = (500, 0, 250, 350, 700, 850, 1000)
"""Advance widths of glyphs 1, 2, ... in thousandths of an em. Glyph 0 (.notdef) is never used."""
DEFAULT_GLYPH, MARK_GLYPH, NARROW_GLYPH, SLIM_GLYPH, CAPITAL_GLYPH, BROAD_GLYPH, WIDE_GLYPH = range(
    1, 8
)
# Characters by their width in ordinary typefaces (DejaVu Sans, Times New Roman).
NARROW = frozenset(" \xa0ijlIft.,:;!|'`()[]/\\ıłΙΊιіІї‘’·")
SLIM = frozenset('r-"*{}°“”s')
BROAD = frozenset("mMW%@—ŒœæÆ…шщжюмЖШЩЮФ")
EMOJI_START = 0x1F000
"""From here on in plane 1 there are emoji and other pictures, as wide as they are high."""

SYMBOLIC = 4
"""Flag of fonts whose characters are not the Latin ones only (ISO 32000-1, table 123)."""
STEM_V = 80
"""Thickness of stems, which a font descriptor must have: of an ordinary typeface."""

TTF_PATH = Path(__file__).with_name("glyphless.ttf")
Used = dict[int, set[int]]
"""The code points in use, by Unicode plane."""


@lru_cache(1 << 16)  # a plane
def glyph_of(code_point: int) -> int:
    """The blank glyph whose width is nearest to that of a character in an ordinary typeface.

    The nearer it is, the less a word must be stretched to lie on the print.
    """
    character = chr(code_point)
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return MARK_GLYPH
    if unicodedata.east_asian_width(character) in "WF" or code_point >= EMOJI_START:
        return WIDE_GLYPH
    base = character if character in NARROW else unicodedata.normalize("NFKD", character)[0]
    if base in NARROW:
        return NARROW_GLYPH
    if base in SLIM:
        return SLIM_GLYPH
    if base in BROAD:
        return BROAD_GLYPH
    return CAPITAL_GLYPH if category == "Lu" else DEFAULT_GLYPH


def is_encodable(code_point: int) -> bool:
    """Whether a character can be in the text of a PDF/A (ISO 19005-2, 6.2.11.7.2).

    Surrogates, non-characters, NUL and U+FEFF cannot.
    """
    return (
        code_point > 0
        and not 0xD800 <= code_point < 0xE000
        and code_point & 0xFFFE != 0xFFFE
        and code_point != 0xFEFF
    )


class GlyphlessFont(DynamicFont):
    """The font, as reportlab draws with it; its subsets are the Unicode planes.

    Register it once with `register`; then `canvas.setFont(FONT_NAME, size)`.
    """

    fontName = FONT_NAME
    resourcePrefix = RESOURCE_PREFIX

    class face:
        """What reportlab asks of a typeface."""

        name = FONT_NAME
        builtIn = False
        ascent = ASCENT
        descent = DESCENT

    def stringWidth(self, text: str | bytes, size: float, encoding: str = "utf8") -> float:
        """Width of `text` set at `size`, in points."""
        if isinstance(text, bytes):
            text = text.decode(encoding)
        advances = (ADVANCES[glyph_of(ord(character)) - 1] for character in text)
        return sum(advances) * size / UNITS_PER_EM

    def splitString(
        self, text: str | bytes, doc: Any, encoding: str = "utf8"
    ) -> list[tuple[int, bytes]]:
        """Runs of (Unicode plane, codes); the document notes the characters as used."""
        if isinstance(text, bytes):
            text = text.decode(encoding)
        used = used_in_document(doc)
        runs: list[tuple[int, bytearray]] = []
        for code_point in filter(is_encodable, map(ord, text)):
            plane = code_point >> 16
            if not runs or runs[-1][0] != plane:
                runs.append((plane, bytearray()))
            runs[-1][1].extend((code_point & 0xFFFF).to_bytes(2, "big"))
            used.setdefault(plane, set()).add(code_point)
        return [(plane, bytes(codes)) for plane, codes in runs]

    def subsets(self, document: Any) -> Mapping[int, Any]:
        """The Type0 fonts of all planes in use."""
        return {
            plane: _type0_font(document, plane, code_points)
            for plane, code_points in sorted(used_in_document(document).items())
        }


def used_in_document(doc: Any) -> Used:
    """The characters drawn in a reportlab document so far; it keeps them in an attribute."""
    used: Used = vars(doc).setdefault("glyphless_used", {})
    return used


@cache
def register() -> GlyphlessFont:
    """Makes the font known to reportlab, once in a process."""
    font = GlyphlessFont()
    pdfmetrics.registerFont(font)
    return font


def font_pdf(used: Used) -> bytes:
    """A PDF of one empty page with the fonts for these characters, to be shared by merged pages."""
    font = register()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, initialFontName=FONT_NAME, invariant=1, pageCompression=1)
    document = document_of(canvas)
    for plane, code_points in used.items():
        font.getSubsetInternalName(plane, document)
        used_in_document(document).setdefault(plane, set()).update(code_points)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _widths(code_points: Iterable[int]) -> list[object]:
    """The W array: `first last width` for runs of one width other than the default."""
    rows: list[list[int]] = []
    for code_point in sorted(code_points):
        code, width = code_point & 0xFFFF, ADVANCES[glyph_of(code_point) - 1]
        if width == ADVANCES[0]:
            continue
        if rows and rows[-1][1] == code - 1 and rows[-1][2] == width:
            rows[-1][1] = code
        else:
            rows.append([code, code, width])
    return [value for row in rows for value in row]


def _cid_to_gid(code_points: Iterable[int]) -> bytes:
    """The CIDToGIDMap: two bytes for each code up to the last one in use, its glyph."""
    code_points = list(code_points)
    glyphs = bytearray(b"\0\1" * (max((c & 0xFFFF for c in code_points), default=0) + 1))
    for code_point in code_points:
        glyphs[2 * (code_point & 0xFFFF) + 1] = glyph_of(code_point)
    return bytes(glyphs)


def _type0_font(doc: Any, plane: int, code_points: set[int]) -> Any:
    """The font of one plane, with what it refers to, in a reportlab document; a reference."""

    def stream(key: str, content: bytes, **entries: object) -> Any:
        written = PDFStream(PDFDictionary(entries), content, filters=[PDFZCompress])
        return add_object(doc, written, key)

    descriptor_key = "glyphless.descriptor"
    if not has_object(doc, descriptor_key):
        ttf = TTF_PATH.read_bytes()
        descriptor = indirect_dictionary(
            Type=PDFName("FontDescriptor"),
            FontName=PDFName(FONT_NAME),
            Flags=SYMBOLIC,
            FontBBox=PDFArrayCompact([0, DESCENT, max(ADVANCES), ASCENT]),
            ItalicAngle=0,
            Ascent=ASCENT,
            Descent=DESCENT,
            CapHeight=ASCENT,
            StemV=STEM_V,
            FontFile2=stream("glyphless.ttf", ttf, Length1=len(ttf)),
        )
        add_object(doc, descriptor, descriptor_key)
    cid_font: dict[str, object] = {
        "Type": PDFName("Font"),
        "Subtype": PDFName("CIDFontType2"),
        "BaseFont": PDFName(FONT_NAME),
        "CIDSystemInfo": PDFDictionary(
            {"Registry": PDFString("Adobe"), "Ordering": PDFString("Identity"), "Supplement": 0}
        ),
        "FontDescriptor": pdfdoc.PDFObjectReference(descriptor_key),
        "DW": ADVANCES[0],
        "CIDToGIDMap": stream(f"glyphless.gid{plane}", _cid_to_gid(code_points)),
    }
    widths = _widths(code_points)
    if widths:
        cid_font["W"] = PDFArrayCompact(widths)
    return add_object(
        doc,
        indirect_dictionary(
            Type=PDFName("Font"),
            Subtype=PDFName("Type0"),
            BaseFont=PDFName(FONT_NAME),
            Encoding=PDFName("Identity-H"),
            DescendantFonts=PDFArrayCompact(
                [add_object(doc, indirect_dictionary(**cid_font), f"glyphless.cid{plane}")]
            ),
            ToUnicode=stream(f"glyphless.cmap{plane}", to_unicode(plane, code_points)),
        ),
        f"glyphless.font{plane}",
    )

"""The font that paints nothing: its glyphs, its file, its planes."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader
from tools.glyphless_ttf import draw

from pipeline.pdf.glyphless import (
    ADVANCES,
    FONT_NAME,
    TTF_PATH,
    font_pdf,
    glyph_of,
    is_encodable,
    register,
)


def test_glyphs_are_about_as_wide_as_letters() -> None:
    assert glyph_of(ord("i")) != glyph_of(ord("m")) != glyph_of(ord("日"))
    assert glyph_of(0x301) == glyph_of(ord("\u200e"))


def test_the_font_file_is_what_its_script_draws() -> None:
    assert TTF_PATH.read_bytes() == draw()


@pytest.mark.parametrize(
    ("character", "encodable"),
    (("a", True), ("日", True), ("😀", True), ("\0", False), ("\ufeff", False), ("\ufffe", False),
     ("\ud800", False), ("\U0001ffff", False)),
)  # fmt: skip
def test_what_cannot_be_in_a_text_is_left_out(character: str, encodable: bool) -> None:
    assert is_encodable(ord(character)) is encodable


def test_the_width_of_a_text_is_that_of_its_glyphs() -> None:
    font = register()
    text = "im日"
    thousandths = sum(ADVANCES[glyph_of(ord(character)) - 1] for character in text)
    assert font.stringWidth(text, 20) == pytest.approx(thousandths * 20 / 1000)
    assert font.stringWidth(text.encode(), 20) == font.stringWidth(text, 20)


def test_the_shared_fonts_have_widths_and_glyphs_for_what_is_used() -> None:
    with PdfReader(io.BytesIO(font_pdf({0: {0x41, 0x69}, 1: {0x1F600}}))) as reader:
        fonts = reader.pages[0]["/Resources"]["/Font"]
        assert set(fonts) == {"/GL0", "/GL1"}
        (descendant,) = fonts["/GL0"]["/DescendantFonts"]
        descendant = descendant.get_object()
        widths = [ADVANCES[glyph_of(code) - 1] for code in (0x41, 0x69)]
        assert descendant["/W"] == [0x41, 0x41, widths[0], 0x69, 0x69, widths[1]]
        glyphs = descendant["/CIDToGIDMap"].get_data()
        assert (glyphs[2 * 0x41 + 1], glyphs[2 * 0x69 + 1]) == (glyph_of(0x41), glyph_of(0x69))
        assert len(glyphs) == 2 * (0x69 + 1)
        assert str(fonts["/GL1"]["/BaseFont"]).endswith(FONT_NAME)

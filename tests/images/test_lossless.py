"""Pixels packed as G4 or Flate, none of them changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from support.pictures import (
    Save,
    by_pdfium,
    by_poppler,
    drawing,
    png_file,
    rendered,
    shown_on_white,
    stored,
)
from support.readers import run
from support.stored import Stored, opened, same_pixels

from pipeline import (
    ConvertOptions,
    ImageOptions,
    convert_blocking,
)


def test_sixteen_bits_are_kept(save: Save) -> None:
    image = drawing("I;16")
    for name in ("x.png", "x.tif"):
        found = stored(save(image, name))
        assert found.image["/BitsPerComponent"] == 16
        assert found.pixels().tobytes() == image.tobytes()


def test_transparent_palette_entries_lie_on_white(save: Save) -> None:
    image = drawing("P")
    path = save(image, "x.png", transparency=bytes([0, 128] + [255] * 198))
    found = stored(path)
    assert found.filter == "/FlateDecode"
    assert found.palette, "the pixels need not be touched"
    assert same_pixels(found.pixels(), shown_on_white(path))


@pytest.mark.parametrize(
    "compression", ("group3", "group4", "tiff_lzw", "tiff_deflate", "packbits", None)
)
def test_bilevel_tiff_becomes_g4(save: Save, compression: str | None) -> None:
    clean = Image.new("1", (400, 600), 1)
    ImageDraw.Draw(clean).text((40, 40), "Few strokes on much paper", 0)
    path = save(clean, "x.tif", compression=compression, strip_size=2000)
    found = stored(path)
    assert found.filter == "/CCITTFaxDecode"
    assert same_pixels(found.pixels(), clean)


def test_a_halftone_is_not_blown_up_by_g4(save: Save) -> None:
    halftone = Image.linear_gradient("L").resize((512, 512)).convert("1")
    path = save(halftone, "x.bmp")
    found = stored(path)
    assert len(found.data) <= 512 * 512 // 8
    assert same_pixels(found.pixels(), halftone)


@pytest.mark.parametrize("compression", ("tiff_lzw", "tiff_deflate", "packbits", None))
@pytest.mark.parametrize("mode", ("L", "RGB", "P", "CMYK"))
def test_other_tiff_keeps_its_pixels(save: Save, mode: str, compression: str | None) -> None:
    path = save(drawing(mode), "x.tif", compression=compression)
    found = stored(path)
    assert found.filter == "/FlateDecode"
    assert same_pixels(found.pixels(), opened(path))


@pytest.mark.parametrize("name", ("x.bmp", "x.gif", "x.webp", "x.ppm", "x.pgm", "x.pbm"))
def test_other_formats_keep_their_pixels(save: Save, name: str) -> None:
    mode = {"x.pgm": "L", "x.pbm": "1"}.get(name, "RGB")
    path = save(drawing(mode), name, **({"lossless": True} if name == "x.webp" else {}))
    assert same_pixels(stored(path).pixels(), opened(path))


def test_an_interlaced_png(tmp_path: Path) -> None:
    pixels = np.asarray(Image.effect_noise((61, 83), 90).convert("RGB"))
    rows = b""
    for x, y, right, down in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
                              (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):  # fmt: skip
        rows += b"".join(b"\0" + row.tobytes() for row in pixels[y::down, x::right])
    path = png_file(tmp_path / "x.png", 61, 83, 8, 2, rows, interlaced=1)
    found = Stored(rendered(path))
    assert found.space == "/DeviceGray"
    assert same_pixels(found.pixels(), Image.fromarray(pixels))


def test_a_jpeg_in_a_flate_stream_is_the_same_file(tmp_path: Path) -> None:
    """Where that is smaller; pdfimages takes it out again."""
    page = Image.new("RGB", (800, 1100), "white")
    ImageDraw.Draw(page).text((100, 100), "A page that is nearly empty", "black", font_size=30)
    scan = tmp_path / "x.jpg"
    page.save(scan, dpi=(72, 72))
    deflated, plain = rendered(scan, ImageOptions()), rendered(scan, ImageOptions("none"))
    assert len(deflated) < 0.9 * len(plain)
    assert (Stored(deflated).deflated, Stored(plain).deflated) == (True, False)
    assert Stored(deflated).data == Stored(plain).data == scan.read_bytes()
    assert by_pdfium(deflated).tobytes() == by_pdfium(plain).tobytes()
    assert by_poppler(plain, tmp_path).tobytes() == by_poppler(deflated, tmp_path).tobytes()
    run("pdfimages", "-j", tmp_path / "x.pdf", tmp_path / "out")
    assert (tmp_path / "out-000.jpg").read_bytes() == scan.read_bytes()
    pdf = tmp_path / "y.pdf"
    assert convert_blocking([scan], pdf, ConvertOptions(store=None), engine="none").exit_code == 0
    assert Stored(pdf).data == scan.read_bytes()

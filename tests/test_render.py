"""One page to a PDF: turned, converted for PDF/A, or a placeholder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageChops
from support.command import Command
from support.pictures import photo
from support.readers import page_sizes, pdfium_text, poppler_words
from support.stored import Stored

from pipeline import (
    Baseline,
    Box,
    ImageOptions,
    Line,
    PageSource,
    PageText,
    Word,
    load_page,
    render_page,
)
from pipeline.render import place_lines, render, render_placeholder

BACK = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}
"""For each clockwise turn that makes a page upright, what undoes it."""


def shown(pdf: bytes) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        return document[0].render(scale=1).to_pil().convert("L")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_shown_turned(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "scan.png"
    pixels = np.full((60, 90), 255, np.uint8)
    pixels[:20, :20], pixels[40:, 60:] = 0, 120
    image = Image.fromarray(pixels)
    exif = image.getexif()
    exif[274] = orientation
    image.save(path, dpi=(72, 72), exif=exif)
    with load_page(PageSource(path)) as page:
        page = replace(page, dpi=(72, 72))
        as_scanned = shown(render_page(page, PageText(10, 10, rotation_deg=90)))
        for deg, back in BACK.items():
            text = PageText(10, 10, rotation_deg=deg)
            turned_page = shown(render_page(page, text, ImageOptions(rotate_pages=True)))
            assert turned_page.size == as_scanned.transpose(back).size
            unturned = turned_page.transpose(back)
            assert ImageChops.difference(unturned, as_scanned).getextrema()[1] < 60


def test_rotate_pages_by_hand(tmp_path: Path, command: Command) -> None:
    json_file, pdf = tmp_path / "page.json", tmp_path / "page.pdf"
    text = PageText(100, 200, rotation_deg=270)
    json_file.write_text(text.to_json())
    scan_file = tmp_path / "page.png"
    Image.new("1", (100, 200), 1).save(scan_file, dpi=(72, 72))
    arguments = ("render", scan_file, json_file, "-o", pdf, "--image-dpi", 72)
    assert command(*arguments).returncode == 0
    assert page_sizes(pdf) == [(100, 200)]
    assert command(*arguments, "--rotate-pages").returncode == 0
    assert page_sizes(pdf) == [(200, 100)]


def test_pictures_are_converted_where_pdfa_is_asked_for(tmp_path: Path) -> None:
    cmyk, damaged = tmp_path / "1.tif", tmp_path / "2.jpg"
    photo("CMYK", (200, 150)).save(cmyk, dpi=(100, 100))
    photo("RGB", (200, 150)).save(damaged, dpi=(100, 100), icc_profile=bytes(16) + b"RGB " * 9)
    spaces = {"auto": "/DeviceCMYK", "pdf": "/DeviceCMYK", "pdfa": "/DeviceRGB"}
    for output_type, space in spaces.items():
        with load_page(PageSource(cmyk)) as page:
            pdf = render_page(page, output_type=output_type)  # type: ignore[arg-type]
        assert Stored(pdf).space == space
    for output_type, kept in (("auto", True), ("pdfa", False)):
        with load_page(PageSource(damaged)) as page:
            pdf = render_page(page, output_type=output_type)  # type: ignore[arg-type]
        assert (Stored(pdf).icc is not None) is kept


def test_options_of_pictures_say_nothing_of_pdfa() -> None:
    with pytest.raises(TypeError):
        ImageOptions(pdfa=True)  # type: ignore[call-arg]


def test_a_page_in_numbers(tmp_path: Path) -> None:
    path = tmp_path / "1.jpg"
    photo("L", (300, 200)).save(path, dpi=(100, 100))
    with load_page(PageSource(path)) as page:
        rendered = render(page)
    stats = rendered.stats
    assert stats.pdf_bytes == len(rendered.pdf)
    assert (stats.size_pt, stats.image_px) == ((216, 144), (300, 200))
    assert stats.image_filter == "DCTDecode"
    assert 0 < stats.image_bytes < stats.pdf_bytes


def test_pixels_of_any_copy_become_points() -> None:
    """A line of a copy of half the size lies where it lies on the page."""
    word = Word("word", Box(10, 20, 60, 40))
    text = PageText(100, 200, (Line((word,), Baseline(10, 38, 60, 38), 15),))
    (line,) = place_lines(text, (50.0, 100.0))
    assert (line.x_pt, line.y_pt, line.ascent_pt, line.angle_deg) == (5, 81, 7.5, 0)
    (placed,) = line.words
    assert (placed.start_pt, placed.end_pt) == (0, 25)


@pytest.mark.parametrize("size_pt", (None, (300.0, 200.0), (30.0, 9000.0)))
def test_a_placeholder_says_what_is_missing(
    tmp_path: Path, size_pt: tuple[float, float] | None
) -> None:
    source = PageSource(Path("scans/häßlich.tif"), 2)
    rendered = render_placeholder(source, f"{source}: cannot be decoded (bad data)", size_pt)
    pdf = tmp_path / "x.pdf"
    pdf.write_bytes(rendered.pdf)
    assert page_sizes(pdf)[0] == pytest.approx(size_pt or (595.2, 841.8), abs=0.01)
    said = "".join(pdfium_text(pdf, 0).split())
    for part in ("This page could not be read", "häßlich.tif (frame 3)", "(bad data)"):
        assert "".join(part.split()) in said
    if size_pt is None:  # each word lies on its print
        with pypdfium2.PdfDocument(pdf) as document:
            shown = document[0].render(scale=2).to_pil().convert("L")
        for found in poppler_words(pdf, 0):
            box = tuple(
                round(2 * side) for side in (found.left, found.top, found.right, found.bottom)
            )
            assert shown.crop(box).getextrema()[0] < 100, found.text

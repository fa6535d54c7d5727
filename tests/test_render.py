"""Stage 3 by itself: pages shown upright (`--rotate-pages`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageChops
from support.command import Command
from support.readers import page_sizes
from support.truth import BACK

from pipeline import ImageOptions, PageSource, PageText, load_page, render_page


def shown(pdf: bytes) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        image: Image.Image = document[0].render(scale=1).to_pil().convert("L")
    return image


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
            assert np.asarray(ImageChops.difference(unturned, as_scanned)).max() < 60


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

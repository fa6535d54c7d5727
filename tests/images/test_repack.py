"""Scans packed anew: fewer bytes, the same pixels, the same colors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageChops
from support.pictures import INK, PAPER, SRGB, by_pdfium, by_poppler, rendered, strokes
from support.stored import Stored, same_pixels

from pipeline import (
    ImageOptions,
)

WORDS = 60
"""Bytes that the names of parameters may differ by."""
ENDINGS = ("png", "tif", "bmp")


def check(image: Image.Image, name: str, folder: Path, **how: Any) -> Stored:
    """Both ways give the same pixels; the smaller one is the default."""
    path = folder / name
    image.save(path, dpi=(72, 72), **how)
    pdf, plain = rendered(path), rendered(path, ImageOptions("none"))
    assert len(pdf) <= len(plain) + WORDS
    found = Stored(pdf)
    if found.image["/BitsPerComponent"] < 16:
        assert same_pixels(found.pixels(), image)
    for one, other in (
        (by_pdfium(pdf), by_pdfium(plain)),
        (by_poppler(pdf, folder), by_poppler(plain, folder)),
    ):
        assert one.size == image.size
        difference: Any = ImageChops.difference(one, other).getextrema()
        assert max(high for _, high in difference) <= 1, "rounding of 16 bits, and no more"
    return found


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("mode", ("RGB", "L", "1"))
def test_black_and_white_is_g4(tmp_path: Path, mode: str, ending: str) -> None:
    found = check(strokes([(255,) * 3, (0,) * 3]).convert(mode), f"x.{ending}", tmp_path)
    assert found.filter == "/CCITTFaxDecode"
    assert (found.space, found.palette) == ("/DeviceGray", b"")


@pytest.mark.parametrize("ending", ENDINGS)
def test_ink_and_paper_is_g4_with_a_palette(tmp_path: Path, ending: str) -> None:
    found = check(strokes([PAPER, INK]), f"x.{ending}", tmp_path)
    assert (found.filter, found.space) == ("/CCITTFaxDecode", "/DeviceRGB")
    assert found.palette == bytes(INK + PAPER)
    check(strokes([PAPER, INK]).quantize(2), f"x.{ending}", tmp_path)
    found = check(strokes([(250,), (20,)], "L"), f"x.{ending}", tmp_path)
    assert (found.filter, found.space) == ("/CCITTFaxDecode", "/DeviceGray")
    assert found.palette == bytes((20, 250))


@pytest.mark.parametrize("ending", ENDINGS)
def test_gray_stored_as_color_is_gray(tmp_path: Path, ending: str) -> None:
    gray = Image.effect_noise((420, 600), 60)
    found = check(gray.convert("RGB"), f"x.{ending}", tmp_path)
    assert (found.space, found.palette) == ("/DeviceGray", b"")
    assert found.image["/BitsPerComponent"] == 8
    assert same_pixels(found.pixels(), gray)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(("count", "bits"), ((3, 2), (4, 2), (5, 4), (16, 4)))
def test_few_grays_have_few_bits(tmp_path: Path, count: int, bits: int, ending: str) -> None:
    random = np.random.default_rng(count)
    grays = np.linspace(10, 250, count).astype(np.uint8)
    for mode in ("L", "RGB"):
        image = Image.fromarray(grays[random.integers(0, count, (300, 210))]).convert(mode)
        found = check(image, f"x.{ending}", tmp_path)
        assert found.image["/BitsPerComponent"] == bits
        assert (found.space, found.palette) == ("/DeviceGray", bytes(grays))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(("count", "bits"), ((3, 2), (16, 4), (17, 8), (256, 8)))
def test_few_colors_have_a_palette(tmp_path: Path, count: int, bits: int, ending: str) -> None:
    random = np.random.default_rng(count)
    colors = random.permutation(1 << 16)[:count, None] >> np.array([0, 4, 8]) & 255
    image = Image.fromarray(colors.astype(np.uint8)[random.integers(0, count, (300, 210))])
    found = check(image, f"x.{ending}", tmp_path)
    assert found.space == "/DeviceRGB"
    assert (found.image["/BitsPerComponent"], len(found.palette)) == (bits, 3 * count)


def test_one_more_color_is_no_palette(tmp_path: Path) -> None:
    colors = np.stack([np.arange(257) % 256, np.arange(257) // 2, np.arange(257) // 3], -1)
    image = Image.fromarray(np.tile(colors.astype(np.uint8), (300, 1, 1)))
    for ending in ENDINGS:
        assert check(image, f"x.{ending}", tmp_path).palette == b""


def test_a_palette_that_is_hardly_used(tmp_path: Path) -> None:
    image = strokes([PAPER, INK, (200, 30, 30)]).quantize(3)
    image.putpalette((image.getpalette() or []) + [7, 8, 9] * 200)
    path = tmp_path / "x.png"
    image.save(path, bits=8, dpi=(72, 72))
    assert Stored(rendered(path, ImageOptions("none"))).image["/BitsPerComponent"] == 8
    assert Stored(rendered(path)).image["/BitsPerComponent"] == 2
    assert same_pixels(Stored(rendered(path)).pixels(), image)


def test_pages_of_one_color(tmp_path: Path) -> None:
    for color in ((255,) * 3, (0,) * 3, (128,) * 3, PAPER):
        for ending in ENDINGS:
            check(Image.new("RGB", (420, 600), color), f"x.{ending}", tmp_path)


def test_eight_bits_stored_as_sixteen(tmp_path: Path) -> None:
    eight = np.asarray(Image.effect_noise((420, 600), 60)).astype(np.uint16)
    for ending in ("png", "tif"):
        path = tmp_path / f"x.{ending}"
        Image.fromarray(eight * 257).save(path, dpi=(72, 72))
        found = Stored(rendered(path))
        assert found.image["/BitsPerComponent"] == 8
        assert found.pixels().tobytes() == eight.astype(np.uint8).tobytes()
        kept = rendered(path, ImageOptions("none"))
        apart: Any = ImageChops.difference(by_pdfium(rendered(path)), by_pdfium(kept))
        assert all(high <= 1 for _, high in apart.getextrema())


@pytest.mark.parametrize("ending", ("png", "tif"))
def test_gray_under_a_profile_of_colors(tmp_path: Path, ending: str) -> None:
    """Its grays are those of that profile: no profile of gray fits them."""
    noise = Image.effect_noise((420, 600), 60)
    few = noise.point([value // 16 * 17 for value in range(256)])
    two = strokes([(255,) * 3, (0,) * 3])
    for gray, bits in ((noise, 8), (few, 4), (two, 1)):
        found = check(gray.convert("RGB"), f"x.{ending}", tmp_path, icc_profile=SRGB)
        assert found.icc == SRGB
        assert found.space == "/DeviceRGB"
        assert found.image["/BitsPerComponent"] == bits
        assert found.palette


def test_a_profile_of_gray_is_kept(tmp_path: Path) -> None:
    gray_profile = SRGB[:16] + b"GRAY" + SRGB[20:]
    path = tmp_path / "x.png"
    shades: list[list[tuple[int, ...]]] = [[(255,), (0,)], [(250,), (20,)], [(250,), (20,), (99,)]]
    for colors in shades:
        strokes(colors, "L").save(path, icc_profile=gray_profile)
        found = Stored(rendered(path))
        assert (found.icc, found.space) == (gray_profile, "/DeviceGray")

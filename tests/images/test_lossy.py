"""Scans in fewer bytes, with other pixels: only where asked, and hard to tell from the scan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader
from support import survival
from support.command import run_command
from support.doubles import Stamp
from support.pictures import (
    GRAY_LEVELS,
    LOSSY,
    SRGB,
    apart,
    by_pdfium,
    by_poppler,
    photo,
    rendered,
)
from support.readers import pdfium_words, poppler_words
from support.stored import Stored

from pipeline import (
    ConvertOptions,
    ImageOptions,
    convert_blocking,
)


@pytest.mark.parametrize(
    ("name", "mode"),
    [("x.png", "RGB"), ("x.png", "L"), *((name, mode) for name in ("x.tif", "x.jpg")
     for mode in ("RGB", "L", "CMYK"))],
)  # fmt: skip
def test_pictures_become_a_smaller_jpeg(tmp_path: Path, name: str, mode: str) -> None:
    path = tmp_path / name
    how: dict[str, Any] = {"quality": 98, "subsampling": 0} if name == "x.jpg" else {}
    photo(mode).save(path, dpi=(72, 72), **how)
    kept, lossy = rendered(path, ImageOptions()), rendered(path, LOSSY)
    assert len(lossy) < 0.7 * len(kept)
    found = Stored(lossy)
    assert found.filter == "/DCTDecode"
    assert found.space == {"RGB": "/DeviceRGB", "L": "/DeviceGray", "CMYK": "/DeviceCMYK"}[mode]
    assert (found.image["/Width"], found.image["/Height"]) == (600, 840)
    assert apart(by_pdfium(lossy), by_pdfium(kept)) < GRAY_LEVELS
    assert apart(by_poppler(lossy, tmp_path), by_poppler(kept, tmp_path)) < GRAY_LEVELS
    assert rendered(path, LOSSY) == lossy, "the same bytes each time"


@pytest.mark.slow
def test_gray_in_color_and_sixteen_bits_become_gray(tmp_path: Path) -> None:
    gray = photo("L")
    gray.convert("RGB").save(tmp_path / "rgb.png", dpi=(72, 72))
    deep = np.asarray(gray).astype(np.uint16) * 256 + 77
    Image.fromarray(deep).save(tmp_path / "deep.png", dpi=(72, 72))
    for name in ("rgb.png", "deep.png"):
        found = Stored(rendered(tmp_path / name, LOSSY))
        assert (found.filter, found.space) == ("/DCTDecode", "/DeviceGray")
        assert apart(by_pdfium(rendered(tmp_path / name, LOSSY)), gray) < GRAY_LEVELS


@pytest.mark.parametrize("ending", ("png", "jpg"))
def test_the_profile_is_kept_once(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"x.{ending}"
    how: dict[str, Any] = {"quality": 98} if ending == "jpg" else {}
    for image in (photo(), photo("L").convert("RGB")):
        image.save(path, icc_profile=SRGB, comment=b"a comment", **how)
        found = Stored(rendered(path, LOSSY))
        assert (found.filter, found.icc, found.space) == ("/DCTDecode", SRGB, "/DeviceRGB")
        assert b"ICC_PROFILE" not in found.data
        assert b"a comment" not in found.data


def test_what_is_left_as_it_is(tmp_path: Path) -> None:
    """Black and white, few bytes already, small pictures, and drawings without shades."""
    bilevel = photo("L").point([0] * 128 + [255] * 128)
    images = {
        "bilevel.tif": bilevel.convert("1"),
        "bilevel.png": bilevel,
        "small.jpg": photo(),
        "stamp.png": photo(size=(120, 90)),
        "flat.png": Image.new("RGB", (600, 840), (240, 230, 200)),
    }
    for name, image in images.items():
        path = tmp_path / name
        more: dict[str, Any] = {"quality": 20} if name == "small.jpg" else {}
        image.save(path, dpi=(300, 300), **more)
        for options in (LOSSY, ImageOptions("lossy", max_dpi=310)):
            assert rendered(path, options) == rendered(path, ImageOptions()), name


def test_print_in_grays_keeps_its_edges(tmp_path: Path) -> None:
    """As 16 grays: smaller than JPEG, and closer to the scan."""
    large = Image.new("L", (2400, 3360), 255)
    draw = ImageDraw.Draw(large)
    for row in range(80, 3300, 90):
        draw.text((100, row), f"{row}: print that was scanned in gray", 30, font_size=80)
    page = large.resize((600, 840), Image.Resampling.LANCZOS)
    path = tmp_path / "x.png"
    page.save(path, dpi=(72, 72))
    found = Stored(rendered(path, LOSSY))
    assert found.filter == "/FlateDecode"
    assert found.image["/BitsPerComponent"] == 4
    assert len(found.data) < 0.9 * len(Stored(rendered(path, ImageOptions())).data)
    assert apart(found.pixels(), page) < 1


def test_a_stamp_in_color_is_not_lost(tmp_path: Path) -> None:
    page = photo("L").point([200 + value // 5 for value in range(256)]).convert("RGB")
    draw = ImageDraw.Draw(page)
    draw.ellipse((400, 600, 480, 680), outline=(200, 30, 40), width=4)
    path = tmp_path / "x.png"
    page.save(path, dpi=(72, 72))
    shown = by_pdfium(rendered(path, LOSSY))
    stamp = page.crop((396, 596, 484, 684)), shown.crop((396, 596, 484, 684))
    redness = [np.asarray(each).astype(int) @ (2, -1, -1) for each in stamp]
    assert len(rendered(path, LOSSY)) < 0.7 * len(rendered(path, ImageOptions()))
    assert redness[1].max() > 0.8 * redness[0].max()
    assert redness[1].mean() == pytest.approx(redness[0].mean(), rel=0.2)


@pytest.mark.parametrize(
    ("name", "optimize", "filter"),
    (("x.png", "none", "/FlateDecode"), ("x.png", "lossless", "/FlateDecode"),
     ("x.png", "lossy", "/DCTDecode"), ("x.jpg", "lossless", "/DCTDecode"),
     ("x.jpg", "none", "/DCTDecode")),
)  # fmt: skip
def test_fewer_pixels_on_the_same_page(
    tmp_path: Path, name: str, optimize: str, filter: str
) -> None:
    path = tmp_path / name
    photo(size=(1200, 1680)).save(path, dpi=(300, 300))
    options = ImageOptions(optimize, max_dpi=100)  # type: ignore[arg-type]
    kept, less = rendered(path, ImageOptions()), rendered(path, options)
    found = Stored(less)
    assert found.filter == filter
    assert (found.image["/Width"], found.image["/Height"]) == (400, 560)
    assert found.page.mediabox == Stored(kept).page.mediabox
    for shown in (by_pdfium, lambda pdf, dpi: by_poppler(pdf, tmp_path, dpi)):
        assert apart(shown(less, 100), shown(kept, 100)) < GRAY_LEVELS


def test_only_the_axis_that_is_too_fine(tmp_path: Path) -> None:
    """Of a fax in gray, and of one that lies on its side."""
    for orientation in (1, 6):
        path = tmp_path / f"{orientation}.tif"
        photo("L", (816, 392)).save(path, dpi=(204, 98), tiffinfo={274: orientation})
        kept, less = rendered(path, ImageOptions()), rendered(path, ImageOptions(max_dpi=102))
        found = Stored(less)
        assert (found.image["/Width"], found.image["/Height"]) == (408, 392)
        assert found.page.mediabox == Stored(kept).page.mediabox
        assert apart(by_pdfium(less), by_pdfium(kept)) < GRAY_LEVELS


def test_a_resolution_just_above_is_left(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    photo().save(path, dpi=(157, 157))
    assert rendered(path, ImageOptions(max_dpi=150)) == rendered(path, ImageOptions())
    assert rendered(path, ImageOptions(max_dpi=120)) != rendered(path, ImageOptions())


def test_text_and_places_are_those_of_the_scan(tmp_path: Path) -> None:
    """The engine sees every pixel, and what it reads stays where it was."""
    scan = tmp_path / "1.png"
    photo(size=(1200, 1680)).save(scan, dpi=(300, 300))
    words = []
    for images in (ImageOptions(), ImageOptions("lossy", max_dpi=90)):
        options = ConvertOptions(images=images, existing="force", store=None)
        pdf = tmp_path / "x.pdf"
        report = convert_blocking([scan], pdf, options, engine=Stamp())
        assert report.exit_code == 0
        words.append((poppler_words(pdf, 0), pdfium_words(pdf, 0)))
    assert words[0] == words[1]
    assert words[1][0][0].text == "1200x1680RGB"


@pytest.mark.slow
def test_other_options_make_it_anew_and_read_nothing_again(tmp_path: Path) -> None:
    scan, pdf = tmp_path / "1.png", tmp_path / "x.pdf"
    photo(size=(1200, 1680)).save(scan, dpi=(300, 300))
    convert = ("convert", scan, "-o", pdf, "--engine", "faults", "--cache-dir", tmp_path / "cache")
    done = survival.run(*convert)
    assert done.returncode == 0, done.stderr
    for more, size in (
        (("--optimize", "lossy"), (1200, 1680)),
        (("--optimize", "lossy", "--image-max-dpi", "150"), (600, 840)),
        (("--image-max-dpi", "100"), (400, 560)),
    ):
        report = tmp_path / "report.json"
        done = survival.run(*convert, "--report", report, *more)
        assert done.returncode == 0, done.stderr
        (document,) = json.loads(report.read_text())["documents"]
        (page,) = document["pages"]
        assert (document["outcome"], page["text_from"]) == ("converted", "store")
        assert (page["picture"]["width"], page["picture"]["height"]) == size
        assert 0 < page["picture"]["bytes"] < page["bytes_out"]
        assert document["bytes_saved"] == document["bytes_in"] - document["bytes_out"] > 0
        assert any("like the scan" in note or "dpi instead of" in note for note in page["notes"])
        assert "saved (" in done.stderr
    assert "1 skipped" in survival.run(*convert, *more).stderr


def test_the_stage_by_itself(tmp_path: Path) -> None:
    scan, page = tmp_path / "1.png", tmp_path / "1.pdf"
    photo(size=(1200, 1680)).save(scan, dpi=(300, 300))
    options = ("--optimize", "lossy", "--image-max-dpi", 100)
    done = run_command("render", scan, "-o", page, *options)
    assert done.returncode == 0, done.stderr
    assert Stored(page).pixels().size == (400, 560)


def test_pdfa_stays_pdfa(tmp_path: Path) -> None:
    for mode, output_type in (("RGB", "auto"), ("L", "auto"), ("CMYK", "pdfa")):
        scan, pdf = tmp_path / f"{mode}.tif", tmp_path / f"{mode}.pdf"
        photo(mode).save(scan, dpi=(100, 100))
        options = ConvertOptions(images=LOSSY, output_type=output_type, store=None)  # type: ignore[arg-type]
        report = convert_blocking([scan], pdf, options, engine="none")
        assert (report.exit_code, report.documents[0].message) == (0, "")
        with PdfReader(pdf) as reader:
            stream: Any = reader.root_object["/Metadata"].get_object()
            assert b"<pdfaid:part>2</pdfaid:part>" in stream.get_data()
        found = Stored(pdf)
        assert found.filter == "/DCTDecode"
        assert found.space == ("/DeviceGray" if mode == "L" else "/DeviceRGB")


def test_a_picture_longer_than_a_jpeg_can_be_stays(tmp_path: Path) -> None:
    """libjpeg writes sides of up to 65,500 pixels: a strip of receipts may be longer."""
    path = tmp_path / "x.png"
    strip = photo("L", (128, 400))
    long = Image.new("L", (128, 65_510), 255)
    for top in range(0, long.height, strip.height):
        long.paste(strip, (0, top))
    long.save(path, dpi=(600, 600), compress_level=1)
    assert Stored(rendered(path, LOSSY)).filter == "/FlateDecode"

"""Scans in fewer bytes, with other pixels: only where asked, and hard to tell from the scan."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageCms, ImageDraw, ImageFilter
from pypdf import PdfReader
from support import survival
from support.command import run_command
from support.doubles import Stamp
from support.readers import pdfium_words, poppler_words, run
from support.stored import Stored, opened

from pipeline import (
    ConvertOptions,
    ImageOptions,
    PageSource,
    convert_blocking,
    load_page,
    render_page,
)
from pipeline.images.similarity import WINDOW_PX, ssim

LOSSY = ImageOptions("lossy")
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
GREY_LEVELS = 6
"""Mean difference that is hard to see, of 255."""


def photo(mode: str = "RGB", size: tuple[int, int] = (600, 840)) -> Image.Image:
    """Soft shapes, fine grain and some print, as on a page with a picture."""
    channels = [Image.effect_noise(size, 90).filter(ImageFilter.GaussianBlur(9 - 2 * each))
                for each in range(3)]  # fmt: skip
    image = Image.merge("RGB", channels)
    draw = ImageDraw.Draw(image)
    for row in range(40, size[1], 60):
        draw.text((30, row), f"Row {row} of a page in colour", (20, 20, 60), font_size=22)
    return image.convert(mode)


def made(path: Path, options: ImageOptions = LOSSY) -> bytes:
    with load_page(PageSource(path)) as page:
        return render_page(page, images=options)


def by_pdfium(pdf: bytes, dpi: float = 72) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    shown: Image.Image = document[0].render(scale=dpi / 72).to_pil().convert("RGB")
    document.close()
    return shown


def by_poppler(pdf: bytes, folder: Path, dpi: float = 72) -> Image.Image:
    (folder / "x.pdf").write_bytes(pdf)
    run("pdftoppm", "-r", dpi, "-singlefile", folder / "x.pdf", folder / "shown")
    with Image.open(folder / "shown.ppm") as shown:
        return shown.convert("RGB")


def apart(one: Image.Image, other: Image.Image) -> float:
    """Mean difference in grey levels."""
    assert one.size == other.size
    pixels = [np.asarray(each.convert("RGB")).astype(int) for each in (one, other)]
    return float(np.abs(pixels[0] - pixels[1]).mean())


@pytest.mark.parametrize(
    ("name", "mode"),
    [("x.png", "RGB"), ("x.png", "L"), *((name, mode) for name in ("x.tif", "x.jpg")
     for mode in ("RGB", "L", "CMYK"))],
)  # fmt: skip
def test_pictures_become_a_smaller_jpeg(tmp_path: Path, name: str, mode: str) -> None:
    path = tmp_path / name
    how: dict[str, Any] = {"quality": 98, "subsampling": 0} if name == "x.jpg" else {}
    photo(mode).save(path, dpi=(72, 72), **how)
    kept, lossy = made(path, ImageOptions()), made(path)
    assert len(lossy) < 0.7 * len(kept)
    found = Stored(lossy)
    assert found.filter == "/DCTDecode"
    assert found.space == {"RGB": "/DeviceRGB", "L": "/DeviceGray", "CMYK": "/DeviceCMYK"}[mode]
    assert (found.image["/Width"], found.image["/Height"]) == (600, 840)
    assert apart(by_pdfium(lossy), by_pdfium(kept)) < GREY_LEVELS
    assert apart(by_poppler(lossy, tmp_path), by_poppler(kept, tmp_path)) < GREY_LEVELS
    assert made(path) == lossy, "the same bytes each time"


def test_grey_in_colour_and_sixteen_bits_become_grey(tmp_path: Path) -> None:
    grey = photo("L")
    grey.convert("RGB").save(tmp_path / "rgb.png", dpi=(72, 72))
    deep = np.asarray(grey).astype(np.uint16) * 256 + 77
    Image.fromarray(deep).save(tmp_path / "deep.png", dpi=(72, 72))
    for name in ("rgb.png", "deep.png"):
        found = Stored(made(tmp_path / name))
        assert (found.filter, found.space) == ("/DCTDecode", "/DeviceGray")
        assert apart(by_pdfium(made(tmp_path / name)), grey) < GREY_LEVELS


@pytest.mark.parametrize("ending", ("png", "jpg"))
def test_the_profile_is_kept_once(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"x.{ending}"
    how: dict[str, Any] = {"quality": 98} if ending == "jpg" else {}
    for image in (photo(), photo("L").convert("RGB")):
        image.save(path, icc_profile=SRGB, comment=b"a comment", **how)
        found = Stored(made(path))
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
            assert made(path, options) == made(path, ImageOptions()), name


def test_print_in_greys_keeps_its_edges(tmp_path: Path) -> None:
    """As 16 greys: smaller than JPEG, and closer to the scan."""
    large = Image.new("L", (2400, 3360), 255)
    draw = ImageDraw.Draw(large)
    for row in range(80, 3300, 90):
        draw.text((100, row), f"{row}: print that was scanned in grey", 30, font_size=80)
    page = large.resize((600, 840), Image.Resampling.LANCZOS)
    path = tmp_path / "x.png"
    page.save(path, dpi=(72, 72))
    found = Stored(made(path))
    assert found.filter == "/FlateDecode"
    assert found.image["/BitsPerComponent"] == 4
    assert len(found.data) < 0.9 * len(Stored(made(path, ImageOptions())).data)
    assert apart(found.pixels(), page) < 1


def test_a_stamp_in_colour_is_not_lost(tmp_path: Path) -> None:
    page = photo("L").point([200 + value // 5 for value in range(256)]).convert("RGB")
    draw = ImageDraw.Draw(page)
    draw.ellipse((400, 600, 480, 680), outline=(200, 30, 40), width=4)
    path = tmp_path / "x.png"
    page.save(path, dpi=(72, 72))
    shown = by_pdfium(made(path))
    stamp = page.crop((396, 596, 484, 684)), shown.crop((396, 596, 484, 684))
    redness = [np.asarray(each).astype(int) @ (2, -1, -1) for each in stamp]
    assert len(made(path)) < 0.7 * len(made(path, ImageOptions()))
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
    kept, less = made(path, ImageOptions()), made(path, options)
    found = Stored(less)
    assert found.filter == filter
    assert (found.image["/Width"], found.image["/Height"]) == (400, 560)
    assert found.page.mediabox == Stored(kept).page.mediabox
    for shown in (by_pdfium, lambda pdf, dpi: by_poppler(pdf, tmp_path, dpi)):
        assert apart(shown(less, 100), shown(kept, 100)) < GREY_LEVELS


def test_only_the_axis_that_is_too_fine(tmp_path: Path) -> None:
    """Of a fax in grey, and of one that lies on its side."""
    for orientation in (1, 6):
        path = tmp_path / f"{orientation}.tif"
        photo("L", (816, 392)).save(path, dpi=(204, 98), tiffinfo={274: orientation})
        kept, less = made(path, ImageOptions()), made(path, ImageOptions(max_dpi=102))
        found = Stored(less)
        assert (found.image["/Width"], found.image["/Height"]) == (408, 392)
        assert found.page.mediabox == Stored(kept).page.mediabox
        assert apart(by_pdfium(less), by_pdfium(kept)) < GREY_LEVELS


def test_a_resolution_just_above_is_left(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    photo().save(path, dpi=(157, 157))
    assert made(path, ImageOptions(max_dpi=150)) == made(path, ImageOptions())
    assert made(path, ImageOptions(max_dpi=120)) != made(path, ImageOptions())


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


def test_likeness() -> None:
    one = np.asarray(photo("L", (128, 128)))
    blurred = np.asarray(photo("L", (128, 128)).filter(ImageFilter.GaussianBlur(1)))
    assert ssim(one[None], one[None]) == pytest.approx(1)
    (less,) = ssim(one[None], blurred[None])
    x, y = (each[:WINDOW_PX, :WINDOW_PX].astype(float) for each in (one, blurred))
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    common = ((x - x.mean()) * (y - y.mean())).mean()
    by_hand = (2 * x.mean() * y.mean() + c1) * (2 * common + c2)
    by_hand /= (x.mean() ** 2 + y.mean() ** 2 + c1) * (x.var() + y.var() + c2)
    window = ssim(one[None, :WINDOW_PX, :WINDOW_PX], blurred[None, :WINDOW_PX, :WINDOW_PX])
    assert window == pytest.approx(by_hand)
    assert less < 1


def test_a_jpeg_in_a_flate_stream_is_the_same_file(tmp_path: Path) -> None:
    """Where that is smaller; pdfimages takes it out again."""
    page = Image.new("RGB", (800, 1100), "white")
    ImageDraw.Draw(page).text((100, 100), "A page that is nearly empty", "black", font_size=30)
    scan = tmp_path / "x.jpg"
    page.save(scan, dpi=(72, 72))
    deflated, plain = made(scan, ImageOptions()), made(scan, ImageOptions("none"))
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


def test_old_style_jpeg_in_tiff(tmp_path: Path) -> None:
    """Compression 6 (TIFF 6.0, section 22): the tags name a whole JPEG."""
    buffer = io.BytesIO()
    photo(size=(160, 128)).save(buffer, "JPEG", quality=90, subsampling=0)
    jpeg = buffer.getvalue()
    header = jpeg.index(b"\xff\xda")
    start = header + 2 + int.from_bytes(jpeg[header + 2 : header + 4])
    at = 8 + 2 + 12 * 12 + 4 + 6
    tags = ((256, 4, 1, 160), (257, 4, 1, 128), (258, 3, 3, at - 6), (259, 3, 1, 6),
            (262, 3, 1, 6), (273, 4, 1, at + start), (277, 3, 1, 3), (278, 4, 1, 128),
            (279, 4, 1, len(jpeg) - start), (513, 4, 1, at), (514, 4, 1, len(jpeg)),
            (530, 3, 2, 1 | 1 << 16))  # fmt: skip
    tiff = b"II*\0" + struct.pack("<IH", 8, len(tags))
    tiff += b"".join(struct.pack("<HHII", *tag) for tag in tags) + b"\0" * 4
    path = tmp_path / "old.tif"
    path.write_bytes(tiff + struct.pack("<3H", 8, 8, 8) + jpeg)
    (tmp_path / "x.jpg").write_bytes(jpeg)
    found = Stored(made(path, ImageOptions()))
    assert apart(found.pixels(), opened(tmp_path / "x.jpg")) < 1

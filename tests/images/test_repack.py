"""Scans packed anew: fewer bytes, the same pixels, the same colours."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageCms, ImageDraw
from PIL.TiffImagePlugin import TiffImageFile
from support.command import run_command
from support.readers import run
from support.stored import Stored, same_pixels

from pipeline import ImageOptions, PageSource, load_page, render_page

PAPER, INK = (250, 246, 230), (20, 24, 60)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
WORDS = 60
"""Bytes that the names of parameters may differ by."""
ENDINGS = ("png", "tif", "bmp")


def page(colours: list[tuple[int, ...]], mode: str = "RGB") -> Image.Image:
    """Strokes of all these colours but the first, on paper of the first."""
    image = Image.new(mode, (420, 600), colours[0] if len(colours[0]) > 1 else colours[0][0])
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"  # no colours between
    for number, colour in enumerate(colours[1:]):
        at = 12 + number * 560 // len(colours)
        fill = colour if len(colour) > 1 else colour[0]
        draw.text((20, at), f"Line {number} of a page", fill)
        draw.line((200, at, 400, at + 7), fill)
    return image


def made(path: Path, optimize: str = "lossless") -> bytes:
    with load_page(PageSource(path)) as opened:
        return render_page(opened, images=ImageOptions(optimize))  # type: ignore[arg-type]


def by_pdfium(pdf: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    shown: Image.Image = document[0].render(scale=1).to_pil().convert("RGB")
    document.close()
    return shown


def by_poppler(pdf: bytes, folder: Path) -> Image.Image:
    (folder / "x.pdf").write_bytes(pdf)
    run("pdftoppm", "-r", 72, "-singlefile", folder / "x.pdf", folder / "shown")
    with Image.open(folder / "shown.ppm") as shown:
        return shown.convert("RGB")


def check(image: Image.Image, name: str, folder: Path, **how: Any) -> Stored:
    """Both ways give the same pixels; the smaller one is the default."""
    path = folder / name
    image.save(path, dpi=(72, 72), **how)
    pdf, plain = made(path), made(path, "none")
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
    found = check(page([(255,) * 3, (0,) * 3]).convert(mode), f"x.{ending}", tmp_path)
    assert found.filter == "/CCITTFaxDecode"
    assert (found.space, found.palette) == ("/DeviceGray", b"")


@pytest.mark.parametrize("ending", ENDINGS)
def test_ink_and_paper_is_g4_with_a_palette(tmp_path: Path, ending: str) -> None:
    found = check(page([PAPER, INK]), f"x.{ending}", tmp_path)
    assert (found.filter, found.space) == ("/CCITTFaxDecode", "/DeviceRGB")
    assert found.palette == bytes(INK + PAPER)
    check(page([PAPER, INK]).quantize(2), f"x.{ending}", tmp_path)
    found = check(page([(250,), (20,)], "L"), f"x.{ending}", tmp_path)
    assert (found.filter, found.space) == ("/CCITTFaxDecode", "/DeviceGray")
    assert found.palette == bytes((20, 250))


@pytest.mark.parametrize("ending", ENDINGS)
def test_grey_stored_as_colour_is_grey(tmp_path: Path, ending: str) -> None:
    grey = Image.effect_noise((420, 600), 60)
    found = check(grey.convert("RGB"), f"x.{ending}", tmp_path)
    assert (found.space, found.palette) == ("/DeviceGray", b"")
    assert found.image["/BitsPerComponent"] == 8
    assert same_pixels(found.pixels(), grey)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(("count", "bits"), ((3, 2), (4, 2), (5, 4), (16, 4)))
def test_few_greys_have_few_bits(tmp_path: Path, count: int, bits: int, ending: str) -> None:
    random = np.random.default_rng(count)
    greys = np.linspace(10, 250, count).astype(np.uint8)
    for mode in ("L", "RGB"):
        image = Image.fromarray(greys[random.integers(0, count, (300, 210))]).convert(mode)
        found = check(image, f"x.{ending}", tmp_path)
        assert found.image["/BitsPerComponent"] == bits
        assert (found.space, found.palette) == ("/DeviceGray", bytes(greys))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(("count", "bits"), ((3, 2), (16, 4), (17, 8), (256, 8)))
def test_few_colours_have_a_palette(tmp_path: Path, count: int, bits: int, ending: str) -> None:
    random = np.random.default_rng(count)
    colours = random.permutation(1 << 16)[:count, None] >> np.array([0, 4, 8]) & 255
    image = Image.fromarray(colours.astype(np.uint8)[random.integers(0, count, (300, 210))])
    found = check(image, f"x.{ending}", tmp_path)
    assert found.space == "/DeviceRGB"
    assert (found.image["/BitsPerComponent"], len(found.palette)) == (bits, 3 * count)


def test_one_more_colour_is_no_palette(tmp_path: Path) -> None:
    colours = np.stack([np.arange(257) % 256, np.arange(257) // 2, np.arange(257) // 3], -1)
    image = Image.fromarray(np.tile(colours.astype(np.uint8), (300, 1, 1)))
    for ending in ENDINGS:
        assert check(image, f"x.{ending}", tmp_path).palette == b""


def test_a_palette_that_is_hardly_used(tmp_path: Path) -> None:
    image = page([PAPER, INK, (200, 30, 30)]).quantize(3)
    image.putpalette((image.getpalette() or []) + [7, 8, 9] * 200)
    path = tmp_path / "x.png"
    image.save(path, bits=8, dpi=(72, 72))
    assert Stored(made(path, "none")).image["/BitsPerComponent"] == 8
    assert Stored(made(path)).image["/BitsPerComponent"] == 2
    assert same_pixels(Stored(made(path)).pixels(), image)


def test_pages_of_one_colour(tmp_path: Path) -> None:
    for colour in ((255,) * 3, (0,) * 3, (128,) * 3, PAPER):
        for ending in ENDINGS:
            check(Image.new("RGB", (420, 600), colour), f"x.{ending}", tmp_path)


def test_eight_bits_stored_as_sixteen(tmp_path: Path) -> None:
    eight = np.asarray(Image.effect_noise((420, 600), 60)).astype(np.uint16)
    for ending in ("png", "tif"):
        path = tmp_path / f"x.{ending}"
        Image.fromarray(eight * 257).save(path, dpi=(72, 72))
        found = Stored(made(path))
        assert found.image["/BitsPerComponent"] == 8
        assert found.pixels().tobytes() == eight.astype(np.uint8).tobytes()
        difference: Any = ImageChops.difference(
            by_pdfium(made(path)), by_pdfium(made(path, "none"))
        )
        assert all(high <= 1 for _, high in difference.getextrema())


def test_sixteen_bits_of_colour_stay_sixteen(tmp_path: Path) -> None:
    # Pillow reads them as 8 bits: black and white, were they packed anew.
    body = np.where(np.arange(40 * 30 * 3).reshape(30, 40, 3) % 2, 0xFF01, 0x0002).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in body)
    found = Stored(made(_png(tmp_path / "x.png", 40, 30, 16, 2, rows)))
    assert (found.image["/BitsPerComponent"], found.space) == (16, "/DeviceRGB")


@pytest.mark.parametrize("ending", ("png", "tif"))
def test_grey_under_a_profile_of_colours(tmp_path: Path, ending: str) -> None:
    """Its greys are those of that profile: no profile of grey fits them."""
    noise = Image.effect_noise((420, 600), 60)
    few = noise.point([value // 16 * 17 for value in range(256)])
    two = page([(255,) * 3, (0,) * 3])
    for grey, bits in ((noise, 8), (few, 4), (two, 1)):
        found = check(grey.convert("RGB"), f"x.{ending}", tmp_path, icc_profile=SRGB)
        assert found.icc == SRGB
        assert found.space == "/DeviceRGB"
        assert found.image["/BitsPerComponent"] == bits
        assert found.palette


def test_a_profile_of_grey_is_kept(tmp_path: Path) -> None:
    grey_profile = SRGB[:16] + b"GRAY" + SRGB[20:]
    path = tmp_path / "x.png"
    shades: list[list[tuple[int, ...]]] = [[(255,), (0,)], [(250,), (20,)], [(250,), (20,), (99,)]]
    for colours in shades:
        page(colours, "L").save(path, icc_profile=grey_profile)
        found = Stored(made(path))
        assert (found.icc, found.space) == (grey_profile, "/DeviceGray")


def test_jpeg_is_never_packed_anew(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    page([(255,) * 3, (0,) * 3]).save(path)
    assert Stored(made(path)).data == path.read_bytes()
    Image.new("RGB", (420, 600), "white").save(path)
    assert Stored(made(path)).data == path.read_bytes()


def test_what_does_not_shrink_stays(tmp_path: Path) -> None:
    """A halftone in a pattern: Flate knows it again, G4 does not."""
    dots = Image.fromarray(np.tile(np.array([[0, 255], [255, 0]], np.uint8), (300, 210)))
    path = tmp_path / "x.png"
    dots.save(path)
    found = Stored(made(path))
    assert found.filter == "/FlateDecode"
    assert len(found.data) <= len(Stored(made(path, "none")).data)


def test_the_option(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    page([(255,) * 3, (0,) * 3]).save(path)
    convert = ("convert", path, "-o", tmp_path / "out", "--engine", "none")
    sizes = []
    for more in ((), ("--optimize", "none"), ("--optimize", "lossless")):
        done = run_command(*convert, *more)
        assert done.returncode == 0, done.stderr
        assert "skipped" not in done.stderr, "with another option it is another PDF"
        sizes.append(len(Stored(tmp_path / "out/x.pdf").data))
    assert sizes[1] in (len(chunk) for chunk in (_idat(path),))
    assert sizes[0] == sizes[2] < sizes[1]
    done = run_command("render", path, "-o", tmp_path / "r.pdf", "--optimize", "none")
    assert done.returncode == 0, done.stderr
    assert len(Stored(tmp_path / "r.pdf").data) == sizes[1]


def test_the_summary_tells_what_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "x.bmp"
    page([PAPER, INK]).save(path)
    done = run_command("convert", path, "-o", tmp_path / "out", "--engine", "none")
    assert done.returncode == 0, done.stderr
    saved = path.stat().st_size - (tmp_path / "out/x.pdf").stat().st_size
    share = saved / path.stat().st_size
    assert f"; {saved / 1000:.1f} kB saved ({share:.1%} of the scans)" in done.stderr
    path.write_bytes(path.read_bytes()[:50])  # what is missing is not saved
    done = run_command("convert", path, "-o", tmp_path / "out", "--engine", "none")
    assert done.returncode in (3, 10)
    assert " saved " not in done.stderr


def _idat(path: Path) -> bytes:
    data = path.read_bytes()
    at = data.index(b"IDAT")
    return data[at + 4 : at + 4 + int.from_bytes(data[at - 4 : at])]


def _png(
    path: Path, width: int, height: int, bits: int, colour: int, rows: bytes, interlaced: int = 0
) -> Path:
    buffer = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    buffer.seek(0, io.SEEK_END)
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        buffer.write(struct.pack(">I", len(body)) + kind + body)
        buffer.write(struct.pack(">I", zlib.crc32(kind + body)))
    path.write_bytes(buffer.getvalue())
    return path


def test_strips_and_tiles_of_g4_become_one_strip(tmp_path: Path) -> None:
    image = page([(255,) * 3, (0,) * 3]).convert("1").crop((0, 0, 384, 576))
    image.save(tmp_path / "strips.tif", compression="group4", strip_size=384 // 8 * 64)
    tiles = []
    for top in range(0, 576, 64):
        for left in range(0, 384, 128):
            buffer = io.BytesIO()
            tile = image.crop((left, top, left + 128, top + 64))
            tile.save(buffer, "TIFF", compression="group4", tiffinfo={262: 0}, strip_size=1024)
            with Image.open(buffer) as written:
                assert isinstance(written, TiffImageFile)
                at, size = (written.tag_v2[tag][0] for tag in (273, 279))
                photometric = written.tag_v2[262]
            tiles.append(buffer.getvalue()[at : at + size])
    (tmp_path / "tiles.tif").write_bytes(_tiled(384, 576, 128, 64, photometric, tiles))
    for name in ("strips.tif", "tiles.tif"):
        found = Stored(made(tmp_path / name))
        assert found.filter == "/CCITTFaxDecode"
        assert same_pixels(found.pixels(), image), name


def test_an_interlaced_png(tmp_path: Path) -> None:
    pixels = np.asarray(Image.effect_noise((61, 83), 90).convert("RGB"))
    rows = b""
    for x, y, right, down in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
                              (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):  # fmt: skip
        rows += b"".join(b"\0" + row.tobytes() for row in pixels[y::down, x::right])
    path = _png(tmp_path / "x.png", 61, 83, 8, 2, rows, interlaced=1)
    found = Stored(made(path))
    assert found.space == "/DeviceGray"
    assert same_pixels(found.pixels(), Image.fromarray(pixels))


def _tiled(
    width: int, height: int, across: int, down: int, photometric: int, tiles: list[bytes]
) -> bytes:
    count = len(tiles)
    tags = [(256, width), (257, height), (258, 1), (259, 4), (262, photometric), (277, 1),
            (322, across), (323, down)]  # fmt: skip
    lists_at = 8 + 2 + 12 * (len(tags) + 2) + 4
    data_at = lists_at + 8 * count
    offsets = [data_at + sum(map(len, tiles[:number])) for number in range(count)]
    index = struct.pack("<H", len(tags) + 2)
    for tag, value in tags:
        index += struct.pack("<HHII", tag, 4, 1, value)
    index += struct.pack("<HHII", 324, 4, count, lists_at)
    index += struct.pack("<HHII", 325, 4, count, lists_at + 4 * count)
    lists = struct.pack(f"<{2 * count}I", *offsets, *map(len, tiles))
    return b"II*\0" + struct.pack("<I", 8) + index + b"\0" * 4 + lists + b"".join(tiles)

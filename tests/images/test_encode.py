"""Scans in the PDF: the same bytes where PDF can hold them, the same pixels everywhere."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw
from PIL.TiffImagePlugin import TiffImageFile
from support.stored import Stored, opened, same_pixels
from support.truth import SCANS

from pipeline import PageSource, downscale, load_page, page_sources, render_page

Save = Callable[..., Path]


def drawing(mode: str = "RGB", size: tuple[int, int] = (217, 301)) -> Image.Image:
    """Something with edges, slopes and, where the mode has them, colours."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    colours = np.stack([x % 256, y % 256, (x * y) % 256], -1).astype(np.uint8)
    image = Image.fromarray(colours, "RGB")
    draw = ImageDraw.Draw(image)
    draw.text((20, 20), "The same pixels", "black")
    draw.ellipse((60, 100, 160, 250), fill="white", outline="black")
    if mode == "1":
        return image.convert("L").point(lambda value: 255 * (value > 127)).convert("1")
    if mode == "P":
        return image.quantize(200)
    if mode == "I;16":
        return Image.fromarray(((x * 251 + y * 197) % 65536).astype(np.uint16))
    return image.convert(mode)


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def save(image: Image.Image, name: str, **how: Any) -> Path:
        path = tmp_path / name
        image.save(path, **how)
        return path

    return save


def stored(path: Path, frame: int = 0) -> Stored:
    with load_page(PageSource(path, frame)) as page:
        return Stored(render_page(page))


def shown_on_white(path: Path) -> Image.Image:
    with Image.open(path) as image:
        rgba = image.convert("RGBA")
    paper = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(paper, rgba).convert("RGB")


def test_jpeg_bytes_are_the_same(save: Save) -> None:
    for mode in ("L", "RGB", "CMYK"):
        for progressive in (False, True):
            path = save(drawing(mode), "x.jpg", progressive=progressive)
            found = stored(path)
            assert found.filter == "/DCTDecode"
            assert found.data == path.read_bytes()


def test_cmyk_jpeg_is_inverted_only_with_an_adobe_marker(save: Save) -> None:
    path = save(drawing("CMYK"), "adobe.jpg")
    assert stored(path).image["/Decode"] == [1, 0] * 4
    data = path.read_bytes()
    at = data.index(b"\xff\xee")
    path.write_bytes(data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :])
    assert "/Decode" not in stored(path).image
    with load_page(PageSource(path)) as page:  # nor must the engine see a negative
        seen = downscale(page, 2000)
    # Pillow wrote no black, inverted: taken as it stands that is black all over.
    assert seen.convert("L").getextrema() == (0, 0)


def test_only_the_first_picture_of_an_mpo(save: Save, tmp_path: Path) -> None:
    first, second = drawing(), drawing().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    path = save(first, "phone.mpo", save_all=True, append_images=[second], quality=90)
    assert [source.frame for source in page_sources(path)] == [0]
    found = stored(path)
    assert found.data.endswith(b"\xff\xd9")
    assert path.read_bytes().startswith(found.data)
    assert len(found.data) < path.stat().st_size
    with Image.open(io.BytesIO(found.data)) as image, Image.open(path) as whole:
        assert same_pixels(image, whole)


def test_jpeg_2000_bytes_are_the_same(save: Save) -> None:
    for mode in ("L", "RGB"):
        path = save(drawing(mode), "x.jp2")
        found = stored(path)
        assert found.filter == "/JPXDecode"
        assert found.data == path.read_bytes()


def test_a_bare_codestream_gets_its_boxes(save: Save) -> None:
    for mode in ("L", "RGB"):
        path = save(drawing(mode), "x.j2k", no_jp2=True)
        found = stored(path)
        assert path.read_bytes() in found.data
        assert found.data[4:8] == b"jP  "
        assert same_pixels(found.pixels(), opened(path))


def test_png_data_is_the_same(save: Save) -> None:
    for mode, how in (
        ("1", {}), ("L", {}), ("RGB", {}), ("I;16", {}), ("P", {}),
        ("P", {"bits": 8}), ("P", {"optimize": True}),
    ):  # fmt: skip
        path = save(drawing(mode), "x.png", **how)
        found = stored(path)
        assert found.filter == "/FlateDecode"
        data = path.read_bytes()
        assert data.count(b"IDAT") == 1, "small images have one chunk"
        assert found.data in data
        assert same_pixels(found.pixels(), opened(path))


def test_png_of_few_colours(save: Save) -> None:
    for bits in (1, 2, 4):
        image = drawing().quantize(2**bits)
        path = save(image, "x.png", bits=bits)
        found = stored(path)
        assert found.image["/BitsPerComponent"] == bits
        assert same_pixels(found.pixels(), opened(path))


def test_sixteen_bits_are_kept(save: Save) -> None:
    image = drawing("I;16")
    for name in ("x.png", "x.tif"):
        found = stored(save(image, name))
        assert found.image["/BitsPerComponent"] == 16
        assert found.pixels().tobytes() == image.tobytes()


def test_alpha_lies_on_white(save: Save) -> None:
    image = drawing("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    for name in ("x.png", "x.webp", "x.tif", "x.jp2"):
        path = save(image, name, **({"lossless": True} if name == "x.webp" else {}))
        assert same_pixels(stored(path).pixels(), shown_on_white(path))
    grey = image.convert("LA")
    path = save(grey, "grey.png")
    found = stored(path)
    assert found.space == "/DeviceGray"
    assert same_pixels(found.pixels(), shown_on_white(path))


def test_transparent_palette_entries_lie_on_white(save: Save) -> None:
    image = drawing("P")
    path = save(image, "x.png", transparency=bytes([0, 128] + [255] * 198))
    found = stored(path)
    assert found.filter == "/FlateDecode"
    assert found.palette, "the pixels need not be touched"
    assert same_pixels(found.pixels(), shown_on_white(path))


def test_a_transparent_colour_lies_on_white(save: Save) -> None:
    path = save(drawing("RGB"), "x.png", transparency=(0, 0, 0))
    assert same_pixels(stored(path).pixels(), shown_on_white(path))


@pytest.mark.parametrize("photometric", (0, 1))
def test_g4_strip_bytes_are_the_same(save: Save, photometric: int) -> None:
    image = drawing("1")
    size = (image.width + 7) // 8 * image.height
    path = save(image, "x.tif", compression="group4", strip_size=size, tiffinfo={262: photometric})
    found = stored(path)
    assert found.filter == "/CCITTFaxDecode"
    assert found.data in path.read_bytes()
    assert same_pixels(found.pixels(), opened(path))


def test_g4_with_reversed_bits(save: Save) -> None:
    image = drawing("1")
    size = (image.width + 7) // 8 * image.height
    path = save(image, "x.tif", compression="group4", strip_size=size, tiffinfo={266: 2})
    assert opened(path).tobytes() == image.tobytes()
    found = stored(path)
    assert found.filter == "/CCITTFaxDecode"
    assert same_pixels(found.pixels(), image)


@pytest.mark.parametrize("how", ({"compression": "group4"}, {"compression": "jpeg"}))
@pytest.mark.parametrize("lost", ("missing", "zero"))
def test_strips_whose_sizes_a_decoder_must_guess(
    save: Save, how: dict[str, str], lost: str
) -> None:
    image = drawing("1" if how["compression"] == "group4" else "L")
    path = save(image, "x.tif", strip_size=10**6, **how)
    seen = opened(path)
    data = bytearray(path.read_bytes())
    start = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[start : start + 2], "little")
    entries = range(start + 2, start + 2 + 12 * count, 12)
    (entry,) = (at for at in entries if int.from_bytes(data[at : at + 2], "little") == 279)
    if lost == "zero":
        data[entry + 8 : entry + 12] = bytes(4)
    else:  # another tag in its place, in order
        data[entry : entry + 12] = struct.pack("<HHII", 280, 3, 1, 0)
    path.write_bytes(data)
    assert same_pixels(opened(path), seen), "the decoder guesses right"
    assert same_pixels(stored(path).pixels(), seen)


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


@pytest.mark.parametrize("mode", ("L", "RGB", "YCbCr", "CMYK"))
@pytest.mark.parametrize("strip_rows", (10_000, 16, 160))
def test_jpeg_inside_tiff_is_not_decoded(save: Save, mode: str, strip_rows: int) -> None:
    image = drawing(mode, (208, 310))
    stride = 208 * len(image.getbands())
    path = save(image, "x.tif", compression="jpeg", strip_size=strip_rows * stride, quality=80)
    with Image.open(path) as scan:
        assert isinstance(scan, TiffImageFile)
        assert len(scan.tag_v2[273]) == -(-310 // strip_rows)
    found = stored(path)
    assert found.filter == "/DCTDecode"
    with Image.open(path) as scan:
        difference = np.abs(
            np.asarray(found.pixels().convert("RGB"), int) - np.asarray(scan.convert("RGB"), int)
        )
    # Two decoders of the same data may round chroma differently, but not see another picture.
    assert difference.mean() < 1


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


def test_floating_point_is_shown(save: Save) -> None:
    ramp = np.linspace(0, 1, 200 * 100, dtype=np.float32).reshape(100, 200)
    path = save(Image.fromarray(ramp), "x.tif")
    with load_page(PageSource(path)) as page:
        assert any("32 bits" in note for note in page.notes)
        pixels = Stored(render_page(page)).pixels()
    assert pixels.getpixel((0, 0)) == 0
    assert pixels.getpixel((199, 99)) == 255


def test_colour_profiles_are_kept(save: Save) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for name in ("x.jpg", "x.png", "x.tif"):
        assert stored(save(drawing(), name, icc_profile=profile)).icc == profile
    # One that does not fit the pixels is worse than none.
    assert stored(save(drawing("L"), "grey.jpg", icc_profile=profile)).icc is None


@pytest.mark.parametrize("folder", sorted(path.name for path in SCANS.iterdir()))
def test_fixtures_are_kept(converted: Path, folder: str) -> None:
    scans = sorted((SCANS / folder).iterdir())
    sources = [source for path in scans for source in page_sources(path)]
    for index, source in enumerate(sources):
        found = Stored(converted / f"{folder}.pdf", index)
        if source.path.suffix in (".jpg", ".jp2"):
            assert found.data == source.path.read_bytes()
        assert same_pixels(found.pixels(), opened(source.path, source.frame))

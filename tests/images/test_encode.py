"""Which bytes of a scan stand in the PDF: its own where PDF can hold them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.command import run_command
from support.pictures import INK, PAPER, Save, drawing, png_file, rendered, stored, strokes
from support.stored import Stored, opened, same_pixels
from support.truth import SCANS

from pipeline import (
    ImageOptions,
    PageSource,
    downscale,
    load_page,
    page_sources,
)


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


def test_png_of_few_colors(save: Save) -> None:
    for bits in (1, 2, 4):
        image = drawing().quantize(2**bits)
        path = save(image, "x.png", bits=bits)
        found = stored(path)
        assert found.image["/BitsPerComponent"] == bits
        assert same_pixels(found.pixels(), opened(path))


@pytest.mark.slow
@pytest.mark.parametrize("folder", sorted(path.name for path in SCANS.iterdir()))
def test_fixtures_are_kept(converted: Path, folder: str) -> None:
    scans = sorted((SCANS / folder).iterdir())
    sources = [source for path in scans for source in page_sources(path)]
    for index, source in enumerate(sources):
        found = Stored(converted / f"{folder}.pdf", index)
        if source.path.suffix in (".jpg", ".jp2"):
            assert found.data == source.path.read_bytes()
        assert same_pixels(found.pixels(), opened(source.path, source.frame))


def test_sixteen_bits_of_color_stay_sixteen(tmp_path: Path) -> None:
    # Pillow reads them as 8 bits: black and white, were they packed anew.
    body = np.where(np.arange(40 * 30 * 3).reshape(30, 40, 3) % 2, 0xFF01, 0x0002).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in body)
    found = Stored(rendered(png_file(tmp_path / "x.png", 40, 30, 16, 2, rows)))
    assert (found.image["/BitsPerComponent"], found.space) == (16, "/DeviceRGB")


def test_jpeg_is_never_packed_anew(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    strokes([(255,) * 3, (0,) * 3]).save(path)
    assert Stored(rendered(path)).data == path.read_bytes()
    Image.new("RGB", (420, 600), "white").save(path)
    assert Stored(rendered(path)).data == path.read_bytes()


def test_what_does_not_shrink_stays(tmp_path: Path) -> None:
    """A halftone in a pattern: Flate knows it again, G4 does not."""
    dots = Image.fromarray(np.tile(np.array([[0, 255], [255, 0]], np.uint8), (300, 210)))
    path = tmp_path / "x.png"
    dots.save(path)
    found = Stored(rendered(path))
    assert found.filter == "/FlateDecode"
    assert len(found.data) <= len(Stored(rendered(path, ImageOptions("none"))).data)


@pytest.mark.slow
def test_the_option(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    strokes([(255,) * 3, (0,) * 3]).save(path)
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


@pytest.mark.slow
def test_the_summary_tells_what_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "x.bmp"
    strokes([PAPER, INK]).save(path)
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

"""Scans that are cut off: what is there is shown, what is not is said."""

from __future__ import annotations

import asyncio
import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from support.command import run_command
from support.readers import run
from support.stored import Stored, opened, same_pixels
from support.truth import SCANS

from pipeline import (
    ImageOptions,
    PageJob,
    PageResult,
    PageSource,
    ScanWarning,
    async_ocr,
    load_page,
    process_page,
)
from pipeline.images.jpeg import EOI
from pipeline.workers.page_text import read_page

SIZE = (480, 640)
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 12: 8}


def picture(mode: str = "RGB") -> Image.Image:
    """Blobs that no decoder's filling looks like."""
    coarse = np.random.default_rng(7).integers(30, 200, (80, 60, 3)).astype(np.uint8)
    image = Image.fromarray(coarse).resize(SIZE, Image.Resampling.BICUBIC)
    return image.quantize(50) if mode == "P" else image.convert(mode)


def made(path: Path, frame: int = 0) -> PageResult:
    outcome = process_page(PageJob(PageSource(path, frame), engine="none"))
    assert isinstance(outcome, PageResult), outcome
    return outcome


def shown(result: PageResult, folder: Path) -> list[Image.Image]:
    """The page by pdfium and by poppler, a pixel for each of the scan's."""
    assert isinstance(result.pdf, bytes)
    document = pypdfium2.PdfDocument(result.pdf)
    scale = SIZE[0] / document[0].get_size()[0]
    by_pdfium = document[0].render(scale=scale).to_pil().convert("RGB")
    document.close()
    (folder / "x.pdf").write_bytes(result.pdf)
    run("pdftoppm", "-r", round(72 * scale), "-singlefile", folder / "x.pdf", folder / "x")
    with Image.open(folder / "x.ppm") as image:
        return [by_pdfium, image.convert("RGB")]


def cut(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def index_first(path: Path) -> None:
    """A TIFF of one frame as scanners write it: what it holds, and then that."""
    data = path.read_bytes()
    assert data[:4] == b"II*\0"
    (at,) = struct.unpack("<I", data[4:8])
    (count,) = struct.unpack("<H", data[at : at + 2])
    entries = {}
    for place in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, number = struct.unpack("<HHI", data[place : place + 8])
        size = SIZES[kind] * number
        value = data[place + 8 : place + 12][:size]
        if size > 4:
            (where,) = struct.unpack("<I", data[place + 8 : place + 12])
            value = data[where : where + size]
        entries[tag] = kind, number, value
    unpacked = {tag: struct.unpack(f"<{entries[tag][1]}{'HI'[entries[tag][0] == 4]}",
                                   entries[tag][2]) for tag in (273, 279)}  # fmt: skip
    strips = [data[o : o + n] for o, n in zip(unpacked[273], unpacked[279], strict=True)]
    values_at = 8 + 2 + 12 * count + 4
    values = sum(len(value) + len(value) % 2 for _, _, value in entries.values())
    values += 4 * len(strips)
    offsets = [values_at + values + sum(map(len, strips[:n])) for n in range(len(strips))]
    entries[273] = 4, len(strips), struct.pack(f"<{len(strips)}I", *offsets)
    index, body = struct.pack("<H", count), b""
    for tag, (kind, number, value) in sorted(entries.items()):
        index += struct.pack("<HHI", tag, kind, number)
        if len(value) <= 4:
            index += value.ljust(4, b"\0")
        else:
            index += struct.pack("<I", values_at + len(body))
            body += value + b"\0" * (len(value) % 2)
    whole = b"II*\0" + struct.pack("<I", 8) + index + b"\0" * 4 + body.ljust(values, b"\0")
    path.write_bytes(whole + b"".join(strips))


def check(path: Path, folder: Path, share: float = 0.6, *, upside_down: bool = False) -> None:
    """Of a file that is cut off there, the first rows are shown and the last are white."""
    whole = opened(path).convert("RGB")
    assert made(path).damage == "", "it is whole"
    cut(path, share)
    result = made(path)
    assert "the file is cut off or damaged: " in result.damage
    assert result.notes[0] == result.damage
    percent = int(result.damage.split(" %")[0].split()[-1])
    rows = SIZE[1] - SIZE[1] * percent // 100
    assert 0.1 * SIZE[1] < rows < 0.9 * SIZE[1]
    for image in shown(result, folder):
        assert image.size == SIZE
        seen, real = np.asarray(image).astype(int), np.asarray(whole).astype(int)
        if upside_down:
            seen, real = seen[::-1], real[::-1]
        assert np.abs(seen - real)[: rows - 40].max() <= 2
        assert (seen[rows + 30 :] == 255).all()


@pytest.mark.parametrize("mode", ("L", "RGB", "CMYK"))
@pytest.mark.parametrize("more", ({}, {"restart_marker_blocks": 7}))
def test_jpeg(tmp_path: Path, mode: str, more: dict[str, Any]) -> None:
    path = tmp_path / "x.jpg"
    picture(mode).save(path, quality=90, **more)
    if mode == "CMYK":  # readers make RGB of it in ways of their own
        cut(path, 0.6)
        assert "% of the picture is missing" in made(path).damage
    else:
        check(path, tmp_path)


def test_jpeg_with_an_end_put_to_it(tmp_path: Path) -> None:
    """Pillow decodes it without a word."""
    path = tmp_path / "x.jpg"
    picture().save(path)
    cut(path, 0.5)
    path.write_bytes(path.read_bytes() + b"\xff\xd9")
    opened(path)
    assert "% of the picture is missing" in made(path).damage


def test_jpeg_that_lacks_nothing_but_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    picture().save(path)
    whole = opened(path)
    data = path.read_bytes()
    for missing in (1, 2):
        path.write_bytes(data[:-missing])
        result = made(path)
        assert "all of the picture is there" in result.damage
        assert isinstance(result.pdf, bytes)
        assert same_pixels(Stored(result.pdf).pixels(), whole)


def test_jpeg_with_something_after_it(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    picture().save(path)
    path.write_bytes(path.read_bytes() + b"a trailer" * 999)
    result = made(path)
    assert result.damage == ""
    assert isinstance(result.pdf, bytes)
    assert Stored(result.pdf).data == path.read_bytes()


def test_progressive_jpeg_is_shown_coarsely(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    picture().save(path, progressive=True)
    whole = np.asarray(opened(path)).astype(int)
    assert made(path).damage == ""
    cut(path, 0.6)
    result = made(path)
    assert "coarse or missing" in result.damage
    for image in shown(result, tmp_path):
        assert np.abs(np.asarray(image) - whole).mean() < 15


@pytest.mark.parametrize("mode", ("1", "L", "P", "RGB", "RGBA"))
def test_png(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "x.png"
    picture(mode).save(path)
    check(path, tmp_path)


def test_png_with_bad_data_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    picture().save(path)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = bytes(200)
    path.write_bytes(data)
    assert "% of the picture is missing" in made(path).damage


@pytest.mark.parametrize("compression", ("raw", "packbits", "tiff_lzw", "tiff_adobe_deflate"))
@pytest.mark.parametrize("mode", ("L", "RGB"))
def test_tiff(tmp_path: Path, mode: str, compression: str) -> None:
    path = tmp_path / "x.tif"
    picture(mode).save(path, compression=compression, strip_size=SIZE[0] * 3 * 16)
    index_first(path)
    check(path, tmp_path)


@pytest.mark.parametrize("strip_rows", (16, 640))
@pytest.mark.parametrize("compression", ("group3", "group4"))
def test_bilevel_tiff(tmp_path: Path, compression: str, strip_rows: int) -> None:
    path = tmp_path / "x.tif"
    picture("1").save(path, compression=compression, strip_size=SIZE[0] // 8 * strip_rows)
    index_first(path)
    assert made(path).damage == ""
    cut(path, 0.6)
    outcome = process_page(PageJob(PageSource(path), engine="none"))
    assert not isinstance(outcome, PageResult) or outcome.damage, "not silently"
    if strip_rows == 16:
        assert isinstance(outcome, PageResult)
        assert "% of the picture is missing" in outcome.damage


@pytest.mark.parametrize("strip_rows", (16, 640))
def test_jpeg_in_tiff(tmp_path: Path, strip_rows: int) -> None:
    path = tmp_path / "x.tif"
    picture().save(path, compression="jpeg", strip_size=SIZE[0] * 3 * strip_rows)
    index_first(path)
    assert made(path).damage == ""
    cut(path, 0.6)
    outcome = process_page(PageJob(PageSource(path), engine="none"))
    assert not isinstance(outcome, PageResult) or outcome.damage, "not silently"


def test_bmp_and_pnm(tmp_path: Path) -> None:
    for name in ("x.bmp", "x.ppm"):
        path = tmp_path / name
        picture().save(path)
        check(path, tmp_path, upside_down=name == "x.bmp")


def test_a_scan_of_which_nothing_can_be_seen_fails(tmp_path: Path) -> None:
    for name in ("x.jpg", "x.png", "x.ppm"):
        path = tmp_path / name
        picture().save(path)
        data = path.read_bytes()
        start = {"x.jpg": data.find(b"\xff\xda") + 14, "x.png": data.find(b"IDAT") + 4, "x.ppm": 15}
        path.write_bytes(data[: start[name]])
        outcome = process_page(PageJob(PageSource(path), engine="none"))
        assert not isinstance(outcome, PageResult), name


@pytest.mark.slow
def test_a_damaged_scan_is_read_and_said(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "1.jpg"
    path.write_bytes((SCANS / "receipts/hardware.jpg").read_bytes())
    cut(path, 0.4)
    convert = ("convert", folder, "-o", tmp_path / "out", "--report", tmp_path / "r.json")
    for more in ((), ("-q",)):
        done = run_command(*convert, "--force", *more)
        assert done.returncode == 10, done.stderr
        assert "1.jpg: the file is cut off or damaged: " in done.stderr
        (page,) = json.loads((tmp_path / "r.json").read_text())["documents"][0]["pages"]
        assert page["damage"] in page["notes"]
        assert page["words"] > 3, "also when its text is known"


def test_render_says_so_too(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    picture().save(path)
    cut(path, 0.5)
    done = run_command("render", path, "-o", tmp_path / "x.pdf")
    assert done.returncode == 0, done.stderr
    assert "the file is cut off or damaged: " in done.stderr


def test_the_orientation_of_a_damaged_scan(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    exif = Image.Exif()
    exif[274] = 6
    buffer = io.BytesIO()
    picture().save(buffer, "JPEG", exif=exif)
    path.write_bytes(buffer.getvalue()[: len(buffer.getvalue()) // 2])
    with load_page(PageSource(path)) as page:
        assert page.orientation == 6
    result = made(path)
    assert isinstance(result.pdf, bytes)
    document = pypdfium2.PdfDocument(result.pdf)
    shown = document[0].render().to_pil().convert("L")
    document.close()
    assert shown.width > shown.height
    right, left = (shown.crop((x, 0, x + 5, shown.height)) for x in (shown.width - 9, 4))
    assert left.getextrema() == (255, 255), "stored last: on the left once it is turned"
    assert right.getextrema()[0] < 200


def test_the_option_changes_nothing_of_it(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    picture().save(path)
    cut(path, 0.5)
    job = PageJob(PageSource(path), engine="none", images=ImageOptions("none"))
    outcome = process_page(job)
    assert isinstance(outcome, PageResult)
    assert outcome.damage


def test_what_is_missing_is_said_however_its_text_became_known(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    picture().save(path, "JPEG")
    whole = path.read_bytes()
    job = PageJob(PageSource(path), engine="none", key="0" * 64, store=tmp_path / "store")
    path.write_bytes(whole[: len(whole) // 2] + EOI)
    assert read_page(job).damage
    outcome = process_page(job)
    assert isinstance(outcome, PageResult)
    assert (outcome.stats.text_from, bool(outcome.damage)) == ("store", True)


def test_a_scan_known_to_be_whole_is_not_looked_through_again(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    picture().save(path, "JPEG")
    job = PageJob(PageSource(path), engine="none", key="0" * 64, store=tmp_path / "store")
    read_page(job)
    for _ in range(2):
        outcome = process_page(job)
        assert isinstance(outcome, PageResult)
        assert (outcome.stats.text_from, outcome.damage) == ("store", "")
    cut(path, 0.5)  # under the key of a whole one: nobody looks
    outcome = process_page(job)
    assert isinstance(outcome, PageResult)
    assert outcome.damage == ""


@pytest.mark.slow
def test_its_text_is_read_as_far_as_it_can_be_seen(tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    path.write_bytes((SCANS / "receipts/hardware.jpg").read_bytes())
    whole = asyncio.run(async_ocr(path))
    cut(path, 0.4)
    with pytest.warns(ScanWarning, match=r"cut\.jpg: the file is cut off or damaged: \d+ % of"):
        part = asyncio.run(async_ocr(path))
    first = whole.splitlines()[:3]
    assert part.splitlines()[:3] == first
    assert len(part) < len(whole)

    printed = run_command("text", path)
    assert printed.returncode == 10
    assert printed.stdout.splitlines() == part.splitlines()
    done = run_command("ocr", path, "-o", tmp_path / "page.json")
    assert done.returncode == 0
    assert first[0].split()[0] in (tmp_path / "page.json").read_text()
    for said in (printed.stderr, done.stderr):
        assert f"{path}: the file is cut off or damaged" in said

"""Pages upside down, sideways, and white on black; `--rotate-pages`."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from conftest import Command
from PIL import Image, ImageChops, ImageOps
from readers import READERS, Found, page_sizes
from truth import PAGES, SCANS, TruePage, recall, share_in_place

from pipeline import (
    Baseline,
    Box,
    ImageOptions,
    Line,
    PageSource,
    PageText,
    Word,
    downscale,
    load_page,
    recognize,
    render_page,
)
from pipeline.turned import turned

BACK = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}
"""For each clockwise turn that makes a page upright, what undoes it."""
PAGE = {f"{page.document}/{page.name}": page for page in PAGES}
FEW = ("letters/2", "receipts/hardware", "languages/german", "languages/japanese", "fax/message")
JAPANESE = PAGE["languages/japanese"]


@cache
def scan(name: str) -> Image.Image:
    """The copy of a fixture that is recognised."""
    (path,) = SCANS.glob(f"{name}.*")
    with load_page(PageSource(path)) as opened:
        return downscale(opened, 2000).convert("RGB")


@cache
def upright(name: str) -> PageText:
    return recognize(scan(name), engine="rapid")


def places(text: PageText) -> list[Found]:
    return [
        Found(word.text, word.box.left, word.box.top, word.box.right, word.box.bottom)
        for line in text.lines
        for word in line.words
    ]


@pytest.mark.parametrize("name", FEW)
def test_an_upright_page_is_not_turned(name: str) -> None:
    assert upright(name).rotation_deg == 0
    assert all(line.baseline.direction[0] > 0.99 for line in upright(name).lines)


@pytest.mark.parametrize("turn_deg", BACK)
@pytest.mark.parametrize("name", FEW)
def test_turned_pages_are_read(name: str, turn_deg: int) -> None:
    image = scan(name).transpose(BACK[turn_deg])
    text = recognize(image, engine="rapid")
    assert text.rotation_deg == turn_deg
    assert (text.width_px, text.height_px) == image.size, "places are those of the page as scanned"
    assert recall(PAGE[name], text.text) >= 0.97 * recall(PAGE[name], upright(name).text)
    assert text.lines[0].text == upright(name).lines[0].text, "in the order of reading"
    way = {90: (0, -1), 180: (-1, 0), 270: (0, 1)}[turn_deg]
    for line in text.lines:
        assert line.baseline.direction == pytest.approx(way, abs=0.06)
    size = scan(name).size
    share, count = share_in_place(PAGE[name], places(turned(text, turn_deg)), size)
    true_share, true_count = share_in_place(PAGE[name], places(upright(name)), size)
    assert count >= 0.97 * true_count
    assert share >= true_share - 0.02


@pytest.mark.parametrize("name", FEW)
def test_white_on_black(name: str) -> None:
    text = recognize(ImageOps.invert(scan(name)), engine="rapid")
    assert text.rotation_deg == 0
    assert recall(PAGE[name], text.text) >= 0.97 * recall(PAGE[name], upright(name).text)
    share, count = share_in_place(PAGE[name], places(text), scan(name).size)
    assert count >= 0.97 * share_in_place(PAGE[name], places(upright(name)), scan(name).size)[1]
    assert share >= 0.97


def test_a_bar_in_white_on_black_and_a_page_both_turned_and_inverted() -> None:
    name = "languages/german"
    pixels = np.array(scan(name))
    box = upright(name).lines[3].words[0].box
    rows = slice(int(box.top) - 8, int(box.bottom) + 8)
    pixels[rows] = 255 - pixels[rows]
    bar = recognize(Image.fromarray(pixels), engine="rapid")
    assert recall(PAGE[name], bar.text) >= 0.97 * recall(PAGE[name], upright(name).text)
    both = recognize(ImageOps.invert(scan(name)).transpose(BACK[180]), engine="rapid")
    assert both.rotation_deg == 180
    assert recall(PAGE[name], both.text) >= 0.97 * recall(PAGE[name], upright(name).text)


@pytest.mark.parametrize(
    ("way", "direction"), ((Image.Transpose.ROTATE_90, -1), (Image.Transpose.ROTATE_270, 1))
)
def test_a_note_along_the_margin(way: Image.Transpose, direction: int) -> None:
    name = "letters/2"
    image = scan(name).copy()
    first = upright(name).lines[0]
    box = Box(
        min(word.box.left for word in first.words) - 10,
        min(word.box.top for word in first.words) - 10,
        max(word.box.right for word in first.words) + 10,
        max(word.box.bottom for word in first.words) + 10,
    )
    note = image.crop(tuple(map(int, (box.left, box.top, box.right, box.bottom)))).transpose(way)
    image.paste(note, (12, 500))
    text = recognize(image, engine="rapid")
    assert text.rotation_deg == 0
    along = [line for line in text.lines if abs(line.baseline.direction[0]) < 0.1]
    others = [line.text for line in text.lines if line not in along]
    assert others == [line.text for line in upright(name).lines], "the rest is as before"
    assert {"OF", "THE", "ANNUAL", "MEETING"} <= {
        word for line in along for word in line.text.split()
    }
    for line in along:
        assert line.baseline.direction == pytest.approx((0, direction), abs=0.06)


@cache
def columns(pitch: float) -> Image.Image:
    """The Japanese fixture set anew in columns, from its own characters."""
    pixels = scan("languages/japanese")
    scale = pixels.width / JAPANESE.width
    sheet = Image.new("RGB", (1400, 1500), pixels.getpixel((5, 5)))
    x = 1250
    for line in JAPANESE.lines:
        for word in line:
            left, top, right, bottom = (side * scale for side in word["box"])
            wide = (right - left) / len(word["text"])
            for index in range(len(word["text"])):
                start = left + index * wide
                sign = pixels.crop(tuple(map(round, (start, top - 2, start + wide, bottom + 2))))
                sheet.paste(sign, (x, round(80 + index * wide * pitch)))
        x -= 100
    return sheet


@pytest.mark.parametrize("pitch", (1.1, 1.25))
def test_columns_of_japanese_are_no_sideways_page(pitch: float) -> None:
    text = recognize(columns(pitch), engine="rapid")
    assert text.rotation_deg == 0
    assert recall(JAPANESE, text.text) >= 0.9
    upside_down = recognize(columns(pitch).transpose(BACK[180]), engine="rapid")
    assert upside_down.rotation_deg == 180
    assert recall(JAPANESE, upside_down.text) >= 0.9


def test_an_empty_page_and_a_page_of_one_sign_are_not_turned() -> None:
    assert recognize(Image.new("L", (600, 900), 255), engine="rapid").rotation_deg == 0
    sign = Image.new("L", (600, 900), 255)
    sign.paste(0, (300, 300, 306, 420))
    assert recognize(sign, engine="rapid").rotation_deg == 0


def test_a_text_turned_four_times_is_the_same() -> None:
    line = Line((Word("so", Box(10, 20, 60, 40), 0.9),), Baseline(10, 38, 60, 37), 15)
    text = PageText(100, 300, (line,), 90, "x")
    right = turned(text, 90)
    assert (right.width_px, right.height_px, right.rotation_deg) == (300, 100, 0)
    assert right.lines[0].words[0].box == Box(260, 10, 280, 60)
    assert right.lines[0].baseline == Baseline(262, 10, 263, 60)
    assert turned(right, -90) == text
    assert turned(turned(text, 180), 180) == turned(text, 360) == text


def test_only_quarter_turns_are_taken() -> None:
    askew = PageText(10, 10, rotation_deg=45)
    assert "turned by 45 degrees" in askew.fault
    with pytest.raises(ValueError, match="quarter"):
        PageText.from_json(askew.to_json())


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


@pytest.mark.parametrize("turn_deg", BACK)
def test_rotate_pages(tmp_path: Path, command: Command, turn_deg: int) -> None:
    name = "letters/2"
    folder = tmp_path / "letters"
    folder.mkdir()
    with Image.open(SCANS / "letters/2.png") as image:
        image.transpose(BACK[turn_deg]).save(folder / "1.png", dpi=image.info["dpi"])
        width_pt, height_pt = (side * 72 / image.info["dpi"][0] for side in image.size)
    cache_dir, pdf, report = tmp_path / "cache", tmp_path / "out/letters.pdf", tmp_path / "run.json"
    arguments = ("convert", folder, "-o", tmp_path / "out", "--cache-dir", cache_dir)
    arguments += ("--report", report)
    done = command(*arguments)
    assert done.returncode == 0, done.stderr
    as_scanned = (width_pt, height_pt) if turn_deg == 180 else (height_pt, width_pt)
    assert page_sizes(pdf)[0] == pytest.approx(as_scanned, abs=0.1)
    for read, _ in READERS.values():
        assert recall(PAGE[name], read(pdf, 0)) >= 0.97

    done = command(*arguments, "--rotate-pages")
    assert done.returncode == 0, done.stderr
    assert page_sizes(pdf)[0] == pytest.approx((width_pt, height_pt), abs=0.1)
    with pypdfium2.PdfDocument(pdf) as document:
        assert document[0].get_rotation() == 0
    for read, words in READERS.values():
        assert recall(PAGE[name], read(pdf, 0)) >= 0.97
        share, count = share_in_place(PAGE[name], words(pdf, 0), (width_pt, height_pt))
        assert count > 0.85 * len(PAGE[name].words)
        assert share >= 0.97
    (document,) = json.loads(report.read_text())["documents"]
    assert document["outcome"] == "converted", "the option shows in the PDF"
    assert document["pages"][0]["rotation_deg"] == turn_deg
    assert document["pages"][0]["text_from"] == "store", "nothing is read again for it"
    made = pdf.read_bytes()
    assert command(*arguments, "--rotate-pages").returncode == 0
    assert pdf.read_bytes() == made


@pytest.mark.parametrize(("name", "tilt_deg"), (("letters/3", -1.5), ("letters/1", 1.5)))
def test_words_of_a_tilted_page_lie_on_their_print(
    tmp_path: Path, name: str, tilt_deg: float
) -> None:
    page, image = PAGE[name], scan(name)
    paper = image.getpixel((5, 5))
    tilted = image.rotate(tilt_deg, Image.Resampling.BICUBIC, fillcolor=paper)
    path, pdf = tmp_path / "tilted.png", tmp_path / "tilted.pdf"
    tilted.save(path, dpi=(170, 170))
    with load_page(PageSource(path)) as opened:
        pdf.write_bytes(render_page(opened, recognize(tilted, engine="rapid")))
    true = replace(
        page, lines=[[moved(word, page, tilt_deg) for word in row] for row in page.lines]
    )
    for read, words in READERS.values():
        assert recall(page, read(pdf, 0)) >= 0.97
        share, count = share_in_place(true, words(pdf, 0), page_sizes(pdf)[0])
        assert count >= 0.97 * len(page.words)
        assert share >= 0.98


def moved(word: dict, page: TruePage, tilt_deg: float) -> dict:
    """A true word of a page that is turned about its middle, counter-clockwise."""
    cos, sin = math.cos(math.radians(tilt_deg)), math.sin(math.radians(tilt_deg))
    left, top, right, bottom = word["box"]
    x, y = (left + right - page.width) / 2, (top + bottom - page.height) / 2
    x, y = page.width / 2 + x * cos + y * sin, page.height / 2 - x * sin + y * cos
    width, height = right - left, bottom - top
    across = (width * cos + height * abs(sin)) / 2
    down = (height * cos + width * abs(sin)) / 2
    return {**word, "box": (x - across, y - down, x + across, y + down)}


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

"""Lines in the order in which a person reads them, and so copied from the PDF."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from support.readers import pdfium_text, poppler_text
from support.run_store import reading

from pipeline import Baseline, Box, Line, PageSource, Word, load_page, render_page
from pipeline.ocr.order import reading_order

LETTER_PX = 9
PITCH_PX = 30
PROSE = "these are the words of an ordinary column of running text"


def line(text: str, x: float, y: float, tilt_deg: float = 0.0) -> Line:
    """A line of print at a place of an upright page, which is then turned about its corner."""
    cos, sin = math.cos(math.radians(tilt_deg)), math.sin(math.radians(tilt_deg))
    words = []
    at = x
    for word in text.split(" "):
        end = at + LETTER_PX * len(word)
        corners = [
            (cos * px - sin * py, sin * px + cos * py) for px in (at, end) for py in (y - 15, y)
        ]
        xs, ys = zip(*corners, strict=True)
        words.append(Word(word, Box(min(xs), min(ys), max(xs), max(ys))))
        at = end + LETTER_PX
    end = at - LETTER_PX
    base = Baseline(cos * x - sin * y, sin * x + cos * y, cos * end - sin * y, sin * end + cos * y)
    return Line(tuple(words), base, 15.0)


def column(name: str, x: float, y: float, rows: int, tilt: float = 0.0) -> list[Line]:
    words = PROSE.split()
    return [
        line(f"{name}{row} {' '.join(words[row % 5 : row % 5 + 6])}", x, y + PITCH_PX * row, tilt)
        for row in range(rows)
    ]


def firsts(lines: tuple[Line, ...]) -> list[str]:
    return [each.words[0].text for each in lines]


def names(name: str, rows: int) -> list[str]:
    return [f"{name}{row}" for row in range(rows)]


def by_top(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda each: (each.baseline.y0, each.baseline.x0))


@pytest.mark.parametrize("tilt", (0.0, 1.5, -3.0))
@pytest.mark.parametrize("offset", (0, 11))
def test_columns_are_read_one_after_the_other(tilt: float, offset: int) -> None:
    page = column("a", 100, 200, 8, tilt) + column("b", 560, 200 + offset, 8, tilt)
    assert firsts(reading_order(by_top(page))) == names("a", 8) + names("b", 8)


def test_three_columns() -> None:
    page = [each for at, name in enumerate("abc") for each in column(name, 60 + 430 * at, 90, 6)]
    assert firsts(reading_order(by_top(page))) == names("a", 6) + names("b", 6) + names("c", 6)


def test_headings_part_the_columns_above_and_below() -> None:
    wide = "a heading that runs over both of the columns and on to the end of them all"
    page = [line(f"Title {wide}", 150, 60)]
    page += column("a", 100, 120, 5) + column("b", 560, 120, 5)
    page += [line(f"Middle {wide}", 150, 300)]
    page += column("c", 100, 360, 5) + column("d", 560, 360, 5)
    expected = ["Title", *names("a", 5), *names("b", 5), "Middle", *names("c", 5), *names("d", 5)]
    assert firsts(reading_order(by_top(page))) == expected


@pytest.mark.parametrize("tilt", (0.0, 2.0))
def test_tables_are_read_along_their_rows(tilt: float) -> None:
    page = []
    for row in range(10):
        for at, cell in enumerate((f"r{row} item", "two pieces", "12.50")):
            page.append(line(cell, 100 + 300 * at, 100 + PITCH_PX * row, tilt))
    texts = [each.text for each in reading_order(sorted(page, key=lambda x: x.baseline.x0))]
    assert texts == [cell for row in range(10) for cell in (f"r{row} item", "two pieces", "12.50")]


def test_prices_of_a_receipt_stay_beside_their_goods() -> None:
    page = []
    for row in range(8):
        page.append(line(f"g{row} a long description of goods", 20, 60 + PITCH_PX * row))
        page.append(line(f"p{row}.50", 420, 62 + PITCH_PX * row))
    found = firsts(reading_order(page[::-1]))
    assert found == [name for row in range(8) for name in (f"g{row}", f"p{row}.50")]


def test_a_note_turned_along_the_margin_comes_last() -> None:
    words = (Word("note", Box(20, 100, 40, 300)),)
    note = Line(words, Baseline(40, 300, 40, 100), 15.0)
    assert firsts(reading_order([note, *column("a", 100, 80, 6)])) == [*names("a", 6), "note"]


def test_a_tall_sign_within_a_table_stays_in_its_row() -> None:
    sign = Line((Word("1", Box(305, 115, 315, 130)),), Baseline(315, 130, 315, 115), 9.0)
    page = [line("first row", 100, 130), line("9.50", 500, 130), line("second row", 100, 160), sign]
    assert [each.text for each in reading_order(page)] == ["first row", "1", "9.50", "second row"]


def test_turned_pages_and_empty_ones_are_left_alone() -> None:
    turned = [
        Line((Word(f"w{at}", Box(at, 0, at + 15, 300)),), Baseline(at, 0, at, 300), 15.0)
        for at in (200, 100, 300)
    ]
    assert reading_order(turned) == tuple(turned)
    assert reading_order([]) == ()


def joined(first: Line, second: Line) -> Line:
    """Two lines as one that was found across the gutter."""
    a, b = first.baseline, second.baseline
    return Line(first.words + second.words, Baseline(a.x0, a.y0, b.x1, b.y1), first.height)


@pytest.mark.parametrize("tilt", (0.0, 2.0))
def test_lines_found_across_the_gutter_are_cut(tilt: float) -> None:
    left, right = column("a", 100, 200, 8, tilt), column("b", 500, 200, 8, tilt)
    page = [joined(*pair) for pair in zip(left[:6], right[:6], strict=True)]
    page += [*left[6:], *right[6:]]
    found = reading_order(page)
    assert firsts(found) == names("a", 8) + names("b", 8)
    for part, whole in zip(found, left + right, strict=True):
        assert part.words == whole.words
        assert part.baseline.x0 == pytest.approx(whole.baseline.x0, abs=3)
        assert part.baseline.y1 == pytest.approx(whole.baseline.y1, abs=3)


def test_wide_gaps_without_a_gutter_are_not_cut() -> None:
    page = [
        joined(line(f"first{row} half", 100, y), line("second half", 330 + 25 * row, y))
        for row, y in enumerate(range(100, 400, 30))
    ]
    assert reading_order(page) == tuple(page)


def test_nothing_is_lost() -> None:
    page = column("a", 100, 200, 9) + column("b", 560, 205, 7) + column("c", 300, 500, 5)
    page += [page[0], Line((), Baseline(0, 0, 10, 0), 5.0)]
    found = reading_order(page)
    assert len(found) == len(page)
    assert sorted(map(id, found)) == sorted(map(id, page))


LEFT = """The harbour was closed for the
winter and the boats lay under
canvas along the quay. Nobody
came to mend them before the
ice had gone and the gulls had
returned from the open water.""".splitlines()
RIGHT = """Further inland the farmers had
begun to carry timber down to
the mill, where it was cut for
the new bridge. The wheel ran
day and night, and the miller
slept beside his warm machine.""".splitlines()


# At 28 pixels, less than the size of the letters, poppler takes both columns for one.
@pytest.mark.parametrize(
    ("read", "gutter_px"),
    [(poppler_text, 44), (poppler_text, 100)] + [(pdfium_text, gap) for gap in (28, 44, 100)],
)
def test_two_columns_do_not_run_into_each_other(
    tmp_path: Path, read: Callable[[Path, int], str], gutter_px: int
) -> None:
    image = Image.new("L", (1240, 700), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(32)
    width = max(draw.textlength(row, font=font) for row in LEFT)
    for x, rows in ((80, LEFT), (80 + width + gutter_px, RIGHT)):
        for row, text in enumerate(rows):
            draw.text((x, 120 + 44 * row), text, 0, font)
    image.save(tmp_path / "page.png", dpi=(150, 150))
    found = reading(image, "eng")
    with load_page(PageSource(tmp_path / "page.png")) as page:
        (tmp_path / "page.pdf").write_bytes(render_page(page, found))
    whole = " ".join(LEFT + RIGHT)
    assert " ".join(found.text.split()) == whole
    assert " ".join(read(tmp_path / "page.pdf", 0).split()) == whole

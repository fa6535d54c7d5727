"""Invisible text read back by other readers: whole lines, in order, on their places."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas
from support.readers import pdfium_words, poppler_text, poppler_words
from support.truth import MARKS

from pipeline.pdf.glyphless import FONT_NAME, register
from pipeline.pdf.textlayer import MIDDLE, PlacedLine, PlacedWord, draw_lines

SIZE = (595.0, 842.0)


def line(
    text: str, y: float = 700, x: float = 60, angle: float = 0, width: float = 6, gap: float = 4
) -> PlacedLine:
    """A line whose words are as wide as their number of letters says."""
    words = []
    at = 0.0
    for word in text.split(" "):
        words.append(PlacedWord(word, at, at + width * len(word)))
        at += width * len(word) + gap
    return PlacedLine(x, y, angle, 9, tuple(words))


def drawn(tmp_path: Path, *lines: PlacedLine) -> Path:
    register()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, SIZE, initialFontName=FONT_NAME, pageCompression=1, invariant=1)
    draw_lines(canvas, lines)
    canvas.showPage()
    canvas.save()
    path = tmp_path / "layer.pdf"
    path.write_bytes(buffer.getvalue())
    return path


def lines_of(text: str) -> list[str]:
    return [" ".join(row.translate(MARKS).split()) for row in text.splitlines() if row.strip()]


def read(pdf: Path, reader: str) -> list[str]:
    if reader == "poppler":
        return lines_of(poppler_text(pdf, 0))
    if reader == "pypdf":
        return lines_of(PdfReader(pdf).pages[0].extract_text())
    with pypdfium2.PdfDocument(pdf) as document:
        return lines_of(document[0].get_textpage().get_text_bounded())


readers = pytest.mark.parametrize("reader", ("poppler", "pdfium", "pypdf"))

TEXTS = (
    "The quick brown fox jumps over 13 lazy dogs.",
    "Příliš žluťoučký kůň úpěl ďábelské ódy",
    "Straße façade naïve Ångström £5 (test) a\\b",
    "Ελληνικά κείμενο Привет мир",
    "i l I . a 1 one letter words",
)


@readers
@pytest.mark.parametrize("text", TEXTS)
def test_lines_are_read_whole(tmp_path: Path, text: str, reader: str) -> None:
    assert read(drawn(tmp_path, line(text)), reader) == [text]


@readers
@pytest.mark.parametrize("gap", (0.2, 1, 4, 8))
def test_words_are_kept_apart(tmp_path: Path, gap: float, reader: str) -> None:
    text = "near words do not become one"
    assert read(drawn(tmp_path, line(text, gap=gap)), reader) == [text]


@readers
@pytest.mark.parametrize("angle", (0.1, -0.3, 0.7, -1.2, 2))
def test_tilted_lines_are_read_whole(tmp_path: Path, angle: float, reader: str) -> None:
    texts = [f"{number} slightly tilted line number {number}" for number in (11, 22, 33)]
    pdf = drawn(
        tmp_path,
        *(line(text, 700 - 30 * index, angle=angle) for index, text in enumerate(texts)),
    )
    assert read(pdf, reader) == texts


@readers
@pytest.mark.parametrize("angle", (5, -7, 10, -10))
def test_crooked_lines_keep_their_words(tmp_path: Path, angle: float, reader: str) -> None:
    text = "steeper lines keep their words"
    found = " ".join(read(drawn(tmp_path, line(text, 400, angle=angle)), reader)).split()
    assert sorted(found) == sorted(text.split())


def test_steep_lines_keep_their_words(tmp_path: Path) -> None:
    text = "steeper lines keep their words"
    found = " ".join(read(drawn(tmp_path, line(text, 400, angle=30)), "pdfium")).split()
    assert sorted(found) == sorted(text.split())


@pytest.mark.parametrize("angle", (90, 180, -90))
def test_turned_lines_are_read(tmp_path: Path, angle: float) -> None:
    text = "Turned margin note here"
    found = " ".join(read(drawn(tmp_path, line(text, 400, 300, angle)), "pdfium"))
    if angle == 180:  # pdfium gives the words of a line upside down from left to right
        assert sorted(found.split()) == sorted(text.split())
    else:
        assert found == text


@readers
def test_hyphens_at_line_ends_stay(tmp_path: Path, reader: str) -> None:
    rows = ["the word is conti-", "nued on the next line"]
    pdf = drawn(tmp_path, *(line(row, 700 - 14 * index) for index, row in enumerate(rows)))
    assert read(pdf, reader) == rows


@readers
def test_no_space_between_signs_that_touch(tmp_path: Path, reader: str) -> None:
    text = "日本語 の テキスト です。"
    (found,) = read(drawn(tmp_path, line(text, width=11, gap=1)), reader)
    assert found == text.replace(" ", "")


@readers
def test_signs_in_columns_are_kept_apart(tmp_path: Path, reader: str) -> None:
    columns = line("合計 東京 大阪", width=11, gap=18)
    found = read(drawn(tmp_path, columns), reader)
    assert " ".join(found) == "合計 東京 大阪"  # to poppler they are columns
    for column, placed in zip(pdfium_words(tmp_path / "layer.pdf", 0), columns.words, strict=True):
        assert column.right == pytest.approx(60 + placed.end_pt, abs=1)


def test_right_to_left_is_found_in_logical_order(tmp_path: Path) -> None:
    words = ("שלום", "עולם", "2024")
    width, at, placed = 30.0, 200.0, []
    for word in words:
        placed.append(PlacedWord(word, at - width, at))
        at -= width + 4
    pdf = drawn(tmp_path, PlacedLine(60, 700, 0, 9, tuple(placed)))
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0].get_textpage()
        for word in words:
            assert page.search(word).get_next(), word


@pytest.mark.parametrize("angle", (0, 0.4, -1.2, 3))
def test_words_lie_where_they_were_put(tmp_path: Path, angle: float) -> None:
    placed = line("every word has its place", 500, angle=angle)
    pdf = drawn(tmp_path, placed)
    for found in (poppler_words(pdf, 0), pdfium_words(pdf, 0)):
        for word in placed.words:
            (box,) = [each for each in found if each.text.translate(MARKS) == word.text]
            along = (word.start_pt + word.end_pt) / 2
            x = placed.x_pt + along * math.cos(math.radians(angle))
            y = placed.y_pt + along * math.sin(math.radians(angle)) + MIDDLE * 9
            assert (box.left + box.right) / 2 == pytest.approx(x, abs=2.5)
            assert SIZE[1] - (box.top + box.bottom) / 2 == pytest.approx(y, abs=0.25 * 9 / 0.8)


LOW, UP, BOTH = "some arrows over an asset", "that held all", "Highly dignified grammarians"


@pytest.mark.parametrize("angle", (0.7, -1.5, 2.5, -4, 7))
@pytest.mark.parametrize("text", (f"{LOW} {UP} {BOTH}", f"{UP} {BOTH} {LOW} {UP}"))
def test_boxes_keep_their_middle_on_the_print(tmp_path: Path, text: str, angle: float) -> None:
    """Low letters are 6 high, others 8.5, and tails reach 2.5 down, in a line of 9."""
    placed = line(text, 400, angle=angle, width=4)
    pdf = drawn(tmp_path, placed)
    sin, cos = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    for found in (poppler_words(pdf, 0), pdfium_words(pdf, 0)):
        assert len(found) == len(placed.words)
        for word in placed.words:
            along = (word.start_pt + word.end_pt) / 2
            box = min(
                (each for each in found if each.text.translate(MARKS) == word.text),
                key=lambda each: abs((each.left + each.right) / 2 - placed.x_pt - along * cos),
            )
            above = SIZE[1] - (box.top + box.bottom) / 2 - placed.y_pt - along * sin
            lowest = -2.5 if set(word.text) & set("gjpqy") else 0
            highest = 6 if set(word.text) <= set("acegmnopqrsuvwxyz") else 8.5
            assert lowest <= above <= highest, word.text


def test_nothing_is_painted(tmp_path: Path) -> None:
    pdf = drawn(tmp_path, *(line(text, 700 - 20 * index) for index, text in enumerate(TEXTS)))
    with pypdfium2.PdfDocument(pdf) as document:
        shown = document[0].render(scale=2).to_pil().convert("L")
    assert shown.getextrema() == (255, 255)


def test_words_without_width_or_text_do_no_harm(tmp_path: Path) -> None:
    words = (PlacedWord("", 0, 10), PlacedWord("x", 5, 5), PlacedWord("fine", 20, 50))
    pdf = drawn(tmp_path, PlacedLine(60, 700, 0, 9, words), PlacedLine(60, 600, 0, 0, words))
    assert read(pdf, "pdfium") == ["fine"]


def test_characters_of_other_planes(tmp_path: Path) -> None:
    pdf = drawn(tmp_path, line("smile 😀 end"))
    assert read(pdf, "poppler") == ["smile 😀 end"]
    page: Any = PdfReader(pdf).pages[0]
    fonts = page["/Resources"]["/Font"]
    assert set(fonts) == {"/GL0", "/GL1"}

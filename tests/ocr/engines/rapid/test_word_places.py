"""Words of the default engine lie on their ink."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from support.run_store import reading
from tools.word_places import overlap

from pipeline import Box, Line
from pipeline.ocr.engines.rapid.recognizer import Reading
from pipeline.ocr.engines.rapid.word_places import letters, line_from_reading

TEXT = "ship the iron pumps"
TRUE = [(16, 75), (95, 140), (160, 222), (240, 330)]
HEIGHT, WIDTH = 48, 344
COLUMN = 8.0


def strip(paper: int = 255, ink: int = 0) -> np.ndarray:
    """A line whose letters are bars, 3 pixels apart."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (paper,) * 3)
    draw = ImageDraw.Draw(image)
    for word, (left, right) in zip(TEXT.split(), TRUE, strict=True):
        step = (right - left + 3) / len(word)
        for at in range(len(word)):
            start = left + at * step
            draw.rectangle((round(start), 12, round(start + step) - 4, 35), fill=(ink,) * 3)
    return np.asarray(image)


def read(crop: np.ndarray, late: float = 0.7, quad: np.ndarray | None = None) -> Line:
    """The line, if the model sees each character `late` columns behind its middle."""
    columns = []
    for word, (left, right) in zip(TEXT.split(), TRUE, strict=True):
        step = (right - left + 3) / len(word)
        columns += [left + (at + 0.5) * step for at in range(len(word))] + [right + 8.0]
    places = [math.floor(x / COLUMN - 0.5 + late + 0.5) for x in columns[:-1]]
    if quad is None:
        quad = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], np.float32)
    scores = (0.9,) * len(TEXT)
    return line_from_reading(quad, Reading(TEXT, tuple(places), scores, WIDTH / COLUMN), crop)


@pytest.mark.parametrize("late", (0.0, 0.7, 1.2))
@pytest.mark.parametrize(("paper", "ink"), ((255, 0), (150, 90), (20, 230)))
def test_boxes_are_the_ink_with_a_little_air(late: float, paper: int, ink: int) -> None:
    words = read(strip(paper, ink), late).words
    assert [word.text for word in words] == TEXT.split()
    for word, (left, right) in zip(words, TRUE, strict=True):
        assert left - 5 <= word.box.left <= left
        assert right <= word.box.right <= right + 5
        assert 12 - 5 <= word.box.top <= 12
        assert 36 <= word.box.bottom <= 36 + 5


def test_rules_and_neighboring_lines_are_no_letters() -> None:
    crop = strip().copy()
    crop[40:42] = 0  # an underline
    crop[0:6, 100:110] = 0  # a letter of the line above
    assert not letters(crop)[38:].any()
    assert not letters(crop)[:8].any()
    for word in read(crop).words:
        assert word.box.top >= 12 - 5 and word.box.bottom <= 36 + 5


def test_words_keep_their_expected_places_without_ink() -> None:
    words = read(np.full((HEIGHT, WIDTH, 3), 255, np.uint8)).words
    for word, (left, right) in zip(words, TRUE, strict=True):
        assert overlap(word.box, Box(left, 0, right, HEIGHT)) > 0.6


@pytest.mark.parametrize("columns", ([3, 3, 3], [0, 0, 0], [39, 39, 39]))
def test_no_word_is_lost_where_columns_make_no_sense(columns: list[int]) -> None:
    quad = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], np.float32)
    reading = Reading("a b", tuple(columns), (0.9,) * 3, WIDTH / COLUMN)
    line = line_from_reading(quad, reading, strip())
    assert [word.text for word in line.words] == ["a", "b"]
    for word in line.words:
        assert 0 <= word.box.left < word.box.right <= WIDTH
        assert 0 <= word.box.top < word.box.bottom <= HEIGHT


@pytest.mark.parametrize("angle", (0, 2, -4))
def test_words_of_a_drawn_page_lie_on_their_print(angle: float) -> None:
    image = Image.new("L", (1000, 400), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(34)
    true = {}
    for row, text in enumerate(("Every word, wide or i", "must lie on its own print")):
        x = 100.0
        for word in text.split():
            true[word] = Box(*draw.textbbox((x, 120 + 80 * row), word, font=font))
            draw.text((x, 120 + 80 * row), word, 0, font)
            x += draw.textlength(f"{word} ", font=font)
    center = (500, 200)
    turn = cv2.getRotationMatrix2D(center, -angle, 1)
    turned = image.rotate(-angle, Image.Resampling.BICUBIC, center=center, fillcolor=255)
    page = reading(turned, "eng")
    read_boxes = {word.text: word.box for line in page.lines for word in line.words}
    assert set(read_boxes) == set(true)
    for text, box in true.items():
        corners = [turn @ (*corner, 1) for corner in box.corners]
        xs, ys = zip(*corners, strict=True)
        assert overlap(read_boxes[text], Box(min(xs), min(ys), max(xs), max(ys))) >= 0.5, text

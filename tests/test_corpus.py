"""How many lines of the corpus each reader gives back whole, by script."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from support.corpus.lines import LINES, draw_corpus, whole_lines
from support.corpus.texts import TEXTS, TOUCH
from support.readers import mupdf_text, pdfium_text, poppler_text, pypdf_text

from pipeline.model.geometry import Baseline, Box
from pipeline.model.text import Line, Word


def mupdf_rows(pdf: Path, page: int) -> str:
    """Its rows, and below them the same rows turned back.

    mupdf 1.21 gives right-to-left text as it stands on the page, from left to right.
    """
    text = mupdf_text(pdf, page)
    back = (re.sub("[A-Za-z0-9٠-٩]+", _turned, _turned(row)) for row in text.splitlines())
    return "\n".join((text, *back))


def _turned(text: re.Match[str] | str) -> str:
    return (text if isinstance(text, str) else text[0])[::-1]


EXTRACT = {
    "poppler": poppler_text,
    "pdfium": pdfium_text,
    "pypdf": pypdf_text,
    "mupdf": mupdf_rows,
}
FLOORS = {
    "latin": {"poppler": 15, "pdfium": 15, "pypdf": 15, "mupdf": 15},
    "hyphens": {"poppler": 7, "pdfium": 7, "pypdf": 7, "mupdf": 7},
    "cjk": {"poppler": 6, "pdfium": 6, "pypdf": 6, "mupdf": 6},
    "right-to-left": {"poppler": 6, "pdfium": 8, "pypdf": 6, "mupdf": 8},
    "indic": {"poppler": 4, "pdfium": 4, "pypdf": 4, "mupdf": 4},
    "symbols": {"poppler": 5, "pdfium": 4, "pypdf": 5, "mupdf": 5},
    "tilted": {"poppler": 6, "pdfium": 8, "pypdf": 8, "mupdf": 8},
    "turned": {"poppler": 3, "pdfium": 2, "pypdf": 3, "mupdf": 3},
}
"""What has been reached: lines given back whole at least."""


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.mark.parametrize("reader", EXTRACT)
@pytest.mark.parametrize("script", TEXTS)
def test_lines_are_read_whole(pdf: Path, script: str, reader: str) -> None:
    page = list(TEXTS).index(script)
    whole = whole_lines(script, EXTRACT[reader](pdf, page))
    missing = [line.text for line in LINES if line.script == script and line.name not in whole]
    assert len(whole) >= FLOORS[script][reader], f"not whole: {missing}"


def test_the_model_joins_words_as_they_are_printed() -> None:
    for line in LINES:
        assert line.as_read().text == unicodedata.normalize("NFC", line.text)


def test_signs_far_from_each_other_are_words_of_their_own() -> None:
    def text(gap_px: float) -> str:
        words = (
            Word("東京", Box(0, 0, 40, 20)),
            Word("大阪", Box(40 + gap_px, 0, 80 + gap_px, 20)),
        )
        return Line(words, Baseline(0, 20, 80 + gap_px, 20), 16).text

    assert text(2) == text(20) == "東京大阪"
    assert text(40) == "東京 大阪"


def test_no_space_is_read_between_signs_that_touch(pdf: Path) -> None:
    touching = [line for line in LINES if TOUCH in TEXTS[line.script][line.name]]
    assert len(touching) >= 6
    for extract in (poppler_text, pdfium_text, pypdf_text):
        for line in touching:
            page = list(TEXTS).index(line.script)
            assert line.name in whole_lines(line.script, extract(pdf, page)), line.text

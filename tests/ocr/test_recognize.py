"""What is done about engines that answer wrongly."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PIL import Image
from support.doubles import Still
from support.readers import poppler_text

from pipeline import (
    Baseline,
    Box,
    Line,
    PageFailure,
    PageJob,
    PageSource,
    PageText,
    RecognitionError,
    Word,
    async_ocr,
    convert,
    process_page,
)
from pipeline.model.events import DocumentDone

GOOD = Word("fine", Box(1, 1, 9, 9), 0.5)


FAULTS = {
    "not within the page": Word("out", Box(1, 1, 99, 9)),
    "NFC": Word("e\u0301", Box(1, 1, 9, 9)),
    "not 0 to 1": Word("sure", Box(1, 1, 9, 9), 97.0),
    "inside out": Word("wrong", Box(9, 1, 1, 9)),
    "nowhere": Word("nan", Box(float("nan"), 1, 9, 9)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_engine_fails_its_page_not_the_run(tmp_path: Path, fault: str) -> None:
    class Odd(Still):
        name = "odd"

        def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
            if image.width < 30:
                return super().recognize(image, languages)
            line = Line((GOOD, FAULTS[fault]), Baseline(0, 9, 30, 9), 8)
            return PageText(image.width, image.height, (line,), engine=self.name)

    Image.new("L", (40, 40), 255).save(tmp_path / "1.png")
    Image.new("L", (20, 40), 255).save(tmp_path / "2.png")
    report = asyncio.run(convert([tmp_path], tmp_path / "out", engine=Odd()))
    assert report.exit_code == 10
    (failure,) = report.failures
    assert failure.stage == "recognize"
    assert "1.png: engine odd is faulty: " in failure.message
    assert FAULTS[fault].text in failure.message
    assert isinstance(report.documents[0], DocumentDone)
    assert report.documents[0].pages == 2


def test_a_word_without_width_is_found_all_the_same(tmp_path: Path) -> None:
    class Thin(Still):
        def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
            words = (GOOD, Word("thin", Box(20, 1, 20, 9)))
            line = Line(words, Baseline(0, 9, 40, 9), 8)
            return PageText(image.width, image.height, (line,), engine=self.name)

    Image.new("L", (40, 40), 255).save(tmp_path / "1.png")
    report = asyncio.run(convert([tmp_path], tmp_path / "out", engine=Thin()))
    assert report.exit_code == 0, report.documents
    (pdf,) = (tmp_path / "out").iterdir()
    assert poppler_text(pdf, 0).split() == ["fine", "thin"]


@pytest.mark.parametrize("answer", (None, "text", PageText(0, 0)))
def test_an_answer_that_is_no_page(tmp_path: Path, answer: object) -> None:
    class Odd(Still):
        def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
            return answer  # type: ignore[return-value]

    Image.new("L", (40, 40), 255).save(tmp_path / "1.png")
    outcome = process_page(PageJob(PageSource(tmp_path / "1.png"), engine=Odd()))
    assert isinstance(outcome, PageFailure)
    assert "engine still is faulty" in outcome.message
    with pytest.raises(RecognitionError):
        asyncio.run(async_ocr(tmp_path / "1.png", engine=Odd()))

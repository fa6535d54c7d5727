"""A failed page says in what it failed, and something stands in for it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.doubles import Faulty, Stamp, Still
from support.readers import page_sizes, pdfium_text

from pipeline import (
    Baseline,
    Box,
    ConvertOptions,
    ImageOptions,
    Line,
    PageFailure,
    PageJob,
    PageSource,
    PageText,
    Word,
    convert_blocking,
    process_page,
)
from pipeline.model.outcomes import Stage

IMPOSSIBLE: Any = "fine"


def scan(folder: Path) -> Path:
    path = folder / "wide.png"
    Image.effect_noise((90, 50), 50).save(path, dpi=(72, 72))
    return path


@pytest.mark.parametrize(
    ("engine", "images", "stage", "kind"),
    (
        (Faulty(), ImageOptions(), "recognize", "RecognitionError"),
        (Stamp(), ImageOptions(max_dpi=IMPOSSIBLE), "render", "TypeError"),
    ),
    ids=("recognize", "render"),
)
def test_a_failure_names_its_stage(
    tmp_path: Path, engine: Still, images: ImageOptions, stage: Stage, kind: str
) -> None:
    path = scan(tmp_path)
    failure = process_page(PageJob(PageSource(path), engine=engine, images=images))
    assert isinstance(failure, PageFailure)
    assert (failure.stage, failure.kind) == (stage, kind)
    assert failure.message.startswith(f"{path}: ")
    assert not failure.is_of_scan, "it is tried again in the next run"
    assert isinstance(failure.pdf, bytes) and io.BytesIO(failure.pdf).read(5) == b"%PDF-"
    assert failure.stats.rendered.size_pt == pytest.approx((90, 50))


class Twice(Still):
    """Gives each line twice, in the same place: readers take one for the shadow of the other."""

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        text = Stamp().recognize(image)
        if image.width < image.height:
            return text
        words = tuple(
            Word(name, Box(20 * n, 10, 20 * n + 18, 20), 1.0)
            for n, name in enumerate(("some", "words", "here"))
        )
        line = Line(words, Baseline(0, 18, 60, 18), 8)
        return PageText(image.width, image.height, (line, line))


def test_a_text_that_readers_do_not_give_back_costs_its_page_only(tmp_path: Path) -> None:
    scan(tmp_path)
    Image.effect_noise((50, 90), 50).save(tmp_path / "x.png", dpi=(72, 72))
    options = ConvertOptions(workers="threads", store=None)
    report = convert_blocking([tmp_path], tmp_path / "out", options, engine=Twice())
    assert report.exit_code == 10
    (failure,) = report.failures
    assert failure.source.path.name == "wide.png"
    assert (failure.stage, failure.kind) == ("render", "VerificationError")
    assert "lacks 13 of 26 letters and digits" in failure.message
    (pdf,) = (tmp_path / "out").glob("*.pdf")
    assert page_sizes(pdf)[0] == pytest.approx((90, 50))
    assert pdfium_text(pdf, 0) == "", "the scan stands there without text"
    assert "50x90L" in pdfium_text(pdf, 1)

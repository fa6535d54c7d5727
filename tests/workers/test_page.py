"""A failed page says in what it failed, and something stands in for it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.doubles import Faulty, Stamp, Still

from pipeline import ImageOptions, PageFailure, PageJob, PageSource, process_page
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

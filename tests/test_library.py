"""What the package exports: the stages one by one, jobs, outcomes and errors."""

from __future__ import annotations

import asyncio
import dataclasses
import pickle
import warnings
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.doubles import Stamp, Still
from support.readers import page_sizes
from support.truth import SCANS

import pipeline
from pipeline import (
    Bookmark,
    Metadata,
    PageFailure,
    PageJob,
    PageResult,
    PageSource,
    ScanWarning,
    async_ocr,
    batch_ocr,
    merge_pages,
    process_page,
)

FAX = SCANS / "fax/message.tif"


def test_stages_one_by_one(tmp_path: Path) -> None:
    documents = list(pipeline.find_documents([SCANS / "fax"], tmp_path))
    (source, *_) = pipeline.page_sources(documents[0].scans[0])
    with pipeline.load_page(source) as page:
        small = pipeline.downscale(page, 800)
        text = pipeline.recognize(small, "eng", engine=Stamp())
        pdf = pipeline.render_page(page, text)
    again = process_page(PageJob(source, ocr=pipeline.OcrOptions(max_side_px=800), engine=Stamp()))
    assert isinstance(again, PageResult)
    assert again.pdf == pdf
    merge_pages([pdf, pdf], tmp_path / "two.pdf", Metadata(title="Two"), [Bookmark("first", 0)])
    assert len(page_sizes(tmp_path / "two.pdf")) == 2


def test_jobs_and_outcomes_can_be_sent_to_other_processes() -> None:
    job = PageJob(PageSource(FAX, 1))
    assert pickle.loads(pickle.dumps(job)) == job
    failure = PageFailure(job.source, "load", "ScanError", "gone", b"pdf")
    assert pickle.loads(pickle.dumps(failure)) == failure
    for name in pipeline.__all__:
        kind = getattr(pipeline, name)
        if isinstance(kind, type) and issubclass(kind, Exception):
            assert pickle.loads(pickle.dumps(kind("what, which, what to do"))).args == (
                "what, which, what to do",
            )


def test_what_is_exported_is_there_and_documented() -> None:
    assert sorted(pipeline.__all__) == list(pipeline.__all__)
    for name in pipeline.__all__:
        thing = getattr(pipeline, name)
        if not name.startswith("__"):
            assert thing.__doc__, name
        if dataclasses.is_dataclass(thing) and name != "Report":
            assert thing.__dataclass_params__.frozen, name  # type: ignore[union-attr]


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    path = tmp_path / "cut.png"
    Image.effect_noise((400, 400), 30).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


async def one(path: Path) -> object:
    return await async_ocr(path, engine=Still())


async def batch(path: Path) -> object:
    return await batch_ocr([path], engine=Still())


async def task(path: Path) -> object:
    return await asyncio.gather(async_ocr(path, engine=Still()))


@pytest.mark.parametrize("read", (one, batch, task))
def test_a_warning_points_to_the_code_of_the_user(
    cut: Path, read: Callable[[Path], Coroutine[Any, Any, object]]
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(read(cut))
    (warning,) = caught
    assert warning.category is ScanWarning
    assert warning.filename == __file__
    if read is not task:
        assert warning.lineno == read.__code__.co_firstlineno + 1, "the line that awaits"

"""What the package exports: the stages one by one, jobs, outcomes and errors."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path

from support.doubles import Stamp
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

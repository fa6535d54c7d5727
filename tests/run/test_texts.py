"""The library: stages one by one, inside a running loop, and what it exports."""

from __future__ import annotations

import asyncio
import dataclasses
import pickle
from pathlib import Path

import pytest
from PIL import Image
from support.doubles import Faulty, Patient, Seer, Stamp, Still
from support.readers import page_sizes, pdfium_text
from support.truth import SCANS

import pipeline
from pipeline import (
    Bookmark,
    ConvertOptions,
    EngineError,
    LanguageError,
    Metadata,
    PageFailure,
    PageJob,
    PageResult,
    PageSource,
    PageText,
    RecognitionError,
    ScanError,
    async_ocr,
    batch_ocr,
    convert,
    convert_blocking,
    merge_pages,
    process_page,
)
from pipeline.model.events import (
    DocumentDone,
    EngineChosen,
    Event,
    PageDone,
    PageFailed,
    PageStarted,
    RunPlanned,
)

FAX = SCANS / "fax/message.tif"


def white(path: Path, size: tuple[int, int] = (60, 80)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, 255).save(path, dpi=(72, 72))
    return path


def test_the_event_loop_is_free_while_a_page_is_read(tmp_path: Path) -> None:
    engine = Patient()

    async def main() -> str:
        reading = asyncio.create_task(async_ocr(white(tmp_path / "a.png"), engine=engine))
        await asyncio.to_thread(engine.asked.wait)
        engine.go.set()  # only a loop that runs gets here before the page is read
        return await reading

    assert asyncio.run(main()) == "60x80L"


def test_pages_are_read_at_the_same_time(tmp_path: Path) -> None:
    class Meeting(Still):
        """Goes on when two pages are in it at once."""

        def __init__(self) -> None:
            import threading

            self.barrier = threading.Barrier(2, timeout=60)

        def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
            self.barrier.wait()
            return Stamp().recognize(image)

    paths = [white(tmp_path / "x" / f"{n}.png", (60 + n, 80)) for n in range(4)]
    report = convert_blocking([tmp_path / "x"], tmp_path, ConvertOptions(jobs=2), engine=Meeting())
    assert report.exit_code == 0
    texts = [pdfium_text(tmp_path / "x.pdf", page).strip() for page in range(4)]
    assert texts == [f"{60 + n}x80L" for n in range(len(paths))], "in order all the same"


def test_a_batch_keeps_its_order(tmp_path: Path) -> None:
    paths = [white(tmp_path / f"{n}.png", (50 + n, 60)) for n in (7, 3, 9)]
    assert asyncio.run(batch_ocr(paths, engine=Stamp())) == ["57x60L", "53x60L", "59x60L"]


def test_errors_of_a_batch(tmp_path: Path) -> None:
    paths = [white(tmp_path / "a.png"), tmp_path / "missing.png"]
    with pytest.raises(ScanError, match=r"missing\.png: there is no such file; check the path"):
        asyncio.run(batch_ocr(paths, engine=Stamp()))
    assert asyncio.run(batch_ocr(paths, engine=Stamp(), on_error="empty")) == ["60x80L", ""]


def test_an_engine_that_fails_is_an_ocr_error(tmp_path: Path) -> None:
    path = white(tmp_path / "wide.png", (90, 50))
    with pytest.raises(RecognitionError, match=r"wide\.png: engine faulty failed: the page lies"):
        asyncio.run(async_ocr(path, engine=Faulty()))


def test_engines_and_languages_that_are_not_there(tmp_path: Path) -> None:
    path = white(tmp_path / "a.png")
    with pytest.raises(EngineError, match=r"no engine is called nonsense; there are: auto, rapid"):
        asyncio.run(async_ocr(path, engine="nonsense"))
    with pytest.raises(LanguageError, match=r"engine still does not read Swedish \(swe\)"):
        asyncio.run(async_ocr(path, "eng+swe", engine=Still()))


def test_all_pages_of_a_file(tmp_path: Path) -> None:
    text = asyncio.run(async_ocr(FAX, engine=Stamp(), max_side_px=500))
    assert text.split("\n\f") == ["354x500L"] * 3


def test_convert_tells_what_happens(tmp_path: Path) -> None:
    white(tmp_path / "box/1.png")
    white(tmp_path / "box/2.png", (90, 50))
    (tmp_path / "box/3.png").write_bytes(b"garbage")
    (tmp_path / "box/notes.txt").write_text("x")
    events: list[Event] = []
    report = asyncio.run(
        convert([tmp_path / "box"], tmp_path / "out", engine=Faulty(), notify=events.append)
    )
    assert events[0] == RunPlanned(documents=1, pages=3, passed_over=1)
    assert {type(event) for event in events} == {
        RunPlanned, EngineChosen, PageStarted, PageDone, PageFailed, DocumentDone,
    }  # fmt: skip
    done = events[-1]
    assert isinstance(done, DocumentDone)
    assert report.documents == [dataclasses.replace(done, outcomes=())]
    assert [type(outcome) for outcome in done.outcomes] == [PageResult, PageFailure, PageFailure]
    assert (done.outcome, done.pages, len(done.failures)) == ("converted", 3, 2)
    assert [(failure.source.path.name, failure.stage) for failure in report.failures] == [
        ("2.png", "recognize"), ("3.png", "load"),
    ]  # fmt: skip
    assert report.exit_code == 10
    # the page that could not be recognised is there as it was scanned, without text
    assert page_sizes(tmp_path / "out/box.pdf")[1] == (90, 50)
    assert pdfium_text(tmp_path / "out/box.pdf", 1).strip() == ""


def test_many_short_documents(tmp_path: Path) -> None:
    for number in range(30):
        white(tmp_path / f"in/{number}.png", (60 + number, 80))
    options = ConvertOptions(per_file=True, jobs=3)
    report = convert_blocking([tmp_path / "in"], tmp_path / "out", options, engine=Stamp())
    names = [done.document.name for done in report.documents]
    assert names == [str(number) for number in range(30)], "in order, however they ended"
    for number in range(30):
        assert f"{60 + number}x80L" in pdfium_text(tmp_path / f"out/{number}.pdf", 0)


def test_no_task_for_a_page_that_waits(tmp_path: Path) -> None:
    for number in range(40):
        white(tmp_path / f"in/{number}.png")
    tasks: list[int] = []

    def watch(event: Event) -> None:
        tasks.append(len(asyncio.all_tasks()))

    asyncio.run(
        convert([tmp_path / "in"], tmp_path, ConvertOptions(jobs=2), engine=Still(), notify=watch)
    )
    assert max(tasks) < 12


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


def test_the_engine_sees_upright_grey_or_rgb(tmp_path: Path) -> None:
    seer = Seer()
    for name, mode in (("a.png", "1"), ("b.png", "P"), ("c.png", "RGBA"), ("d.png", "I;16")):
        path = tmp_path / name
        Image.new(mode, (40, 30)).save(path)
        process_page(PageJob(PageSource(path), engine=seer))
    assert [image.mode for image in seer.images] == ["L", "RGB", "RGB", "L"]


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

"""Many pages and documents in one run, and the events that it sends."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

from PIL import Image
from support.doubles import Faulty, Stamp, Still
from support.readers import page_sizes, pdfium_text
from support.truth import SCANS

from pipeline import (
    ConvertOptions,
    DocumentDone,
    EngineChosen,
    PageDone,
    PageFailed,
    PageFailure,
    PageResult,
    PageStarted,
    PageText,
    PassedOver,
    RunPlanned,
    convert,
    convert_blocking,
)
from pipeline.model.events import Event

FAX = SCANS / "fax/message.tif"


def white(path: Path, size: tuple[int, int] = (60, 80)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, 255).save(path, dpi=(72, 72))
    return path


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


def test_convert_tells_what_happens(tmp_path: Path) -> None:
    white(tmp_path / "box/1.png")
    white(tmp_path / "box/2.png", (90, 50))
    (tmp_path / "box/3.png").write_bytes(b"garbage")
    (tmp_path / "box/notes.txt").write_text("x")
    events: list[Event] = []
    report = asyncio.run(
        convert([tmp_path / "box"], tmp_path / "out", engine=Faulty(), notify=events.append)
    )
    assert events[0] == RunPlanned(
        documents=1, scans=3, passed_over=1, kinds_passed_over=(("text", 1),)
    )
    assert {type(event) for event in events} == {
        RunPlanned, PassedOver, EngineChosen, PageStarted, PageDone, PageFailed, DocumentDone,
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
    # the page that could not be recognized is there as it was scanned, without text
    assert page_sizes(tmp_path / "out/box.pdf")[1] == (90, 50)
    assert pdfium_text(tmp_path / "out/box.pdf", 1).strip() == ""


def test_a_plan_counts_files_not_their_pages(tmp_path: Path) -> None:
    events: list[Event] = []
    asyncio.run(convert([FAX], tmp_path / "out", engine=Still(), notify=events.append))
    assert events[0] == RunPlanned(documents=1, scans=1, passed_over=0)
    assert sum(isinstance(event, PageDone) for event in events) == 3


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

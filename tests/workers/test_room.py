"""Large pages wait for room in memory, in their order; others never wait for each other."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from pipeline import (
    LoadOptions,
    OcrOptions,
    PageFailure,
    PageJob,
    PageResult,
    PageSource,
    process_page,
)
from pipeline.load.scan import page_sources
from pipeline.ocr.engine import EnginePlugin
from pipeline.ocr.registry import choose_engine
from pipeline.workers.cluster.messages import WorkerRequirements
from pipeline.workers.job import RoomNeededError
from pipeline.workers.page import stand_in
from pipeline.workers.processes import ProcessRunner
from pipeline.workers.resident import MemoryWatch
from pipeline.workers.room import COPIES, ORDINARY_MB, Room, engine_mb, excess_mb
from pipeline.workers.runner import ThreadRunner

ENGINE_MB = EnginePlugin.memory_mb


def page(excess: float = 0.0, path: Path = Path("x")) -> PageJob:
    """A page that takes so many millions of bytes more than an ordinary one."""
    decoded_mb = ORDINARY_MB + excess / COPIES
    return PageJob(PageSource(path), room_bytes=round(decoded_mb * 1e6))


def most_at_a_time(room: Room, *jobs: PageJob) -> tuple[int, list[float]]:
    """How many pages were in the room at once, and the excesses in the order they came in."""
    came: list[float] = []
    inside, most = 0, 0

    async def make(job: PageJob) -> None:
        nonlocal inside, most
        async with room.taken(job):
            came.append(round(excess_mb(job)))
            inside += 1
            most = max(most, inside)
            for _ in range(20):
                await asyncio.sleep(0)
            inside -= 1

    async def all_of_them() -> None:
        await asyncio.gather(*map(make, jobs))

    asyncio.run(all_of_them())
    return most, came


@pytest.mark.parametrize(
    ("total_mb", "excesses", "most"),
    (
        (10.0, (0, 0, 0, 0), 4),  # who asks for four pages at a time gets them
        (4 * ENGINE_MB, (0, 0, 0, 100), 3),
        (4 * ENGINE_MB + 100, (0, 0, 0, 100), 4),
        (4 * ENGINE_MB + 199, (100, 100), 2),
        (2 * ENGINE_MB + 199, (100, 100, 100, 100), 2),
        (700.0, (300, 300, 300), 1),
        (1000.0, (5000, 5000), 1),
        (1000.0, (0, 5000, 0), 1),
    ),
)
def test_pages_that_fit_are_made_together(
    total_mb: float, excesses: tuple[float, ...], most: int
) -> None:
    room = Room(4, lambda: total_mb)
    at_once, came = most_at_a_time(room, *map(page, excesses))
    assert at_once == most
    assert came == list(excesses), "no page is overtaken, and none is left out"


def test_who_no_longer_waits_holds_up_nobody() -> None:
    async def scenario() -> None:
        room = Room(2, lambda: 1000.0)
        async with room.taken(page(5000)):
            waiting = [asyncio.create_task(enter(room)) for _ in range(3)]
            await asyncio.sleep(0)
            waiting[0].cancel()
            waiting[1].cancel()
            with suppress(asyncio.CancelledError):
                await waiting[0]
        waiting[2].cancel()  # it may come in at this time
        async with asyncio.timeout(60), room.taken(page(5000)):
            pass

    async def enter(room: Room) -> None:
        async with room.taken(page(5000)):
            pass

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("mode", "ending", "pixel_bytes"),
    (("1", "tif", 1), ("L", "png", 1), ("RGB", "png", 4), ("RGB", "jpg", 4), ("CMYK", "tif", 4),
     ("I;16", "tif", 2), ("RGBA", "png", 4), ("P", "gif", 4)),
)  # fmt: skip
def test_the_header_says_what_a_page_takes(
    tmp_path: Path, mode: str, ending: str, pixel_bytes: int
) -> None:
    path = tmp_path / f"page.{ending}"
    frame = Image.new(mode, (30, 20))
    if ending == "tif":
        frame.save(path, save_all=True, append_images=[frame])
    else:
        frame.save(path)
    for source in page_sources(path):
        size = 30 * 20 * pixel_bytes
        with pytest.raises(RoomNeededError) as raised:
            process_page(PageJob(source, engine="none", room_bytes=size - 1))
        assert raised.value.decoded_bytes == size
        assert isinstance(process_page(PageJob(source, engine="none", room_bytes=size)), PageResult)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ("processes", "threads"))
def test_a_page_that_asks_for_room_is_made(tmp_path: Path, kind: str) -> None:
    side = math.isqrt(round(ORDINARY_MB * 1e6)) + 1
    path = tmp_path / "large.png"
    Image.new("1", (side, side), 1).save(path)
    runner = ProcessRunner(1) if kind == "processes" else ThreadRunner(1)
    job = PageJob(PageSource(path), engine="none")
    try:
        outcome = asyncio.run(runner(process_page, job))
    finally:
        runner.close()
    assert isinstance(outcome, PageResult)


def meets(job: PageJob) -> bool:
    """Whether the other page is being made at the same time; each has a folder for itself."""
    here = job.source.path
    here.mkdir()
    try:
        deadline = time.monotonic() + (60 if not excess_mb(job) else 1)
        while len(list(here.parent.iterdir())) < 2:
            if (here.parent.parent / "met").exists():
                return True
            if time.monotonic() > deadline:
                return False
        (here.parent.parent / "met").touch()
        return True
    finally:
        here.rmdir()


@pytest.mark.parametrize("kind", ("processes", "threads"))
@pytest.mark.parametrize("excess", (0, 600_000_000))
def test_runners_wait_for_room(tmp_path: Path, kind: str, excess: float) -> None:
    """No machine has room for two of the large ones."""
    (tmp_path / "now").mkdir()
    runner = ProcessRunner(2, watch=MemoryWatch()) if kind == "processes" else ThreadRunner(2)

    async def both() -> list[bool]:
        jobs = [page(excess, tmp_path / "now" / name) for name in "ab"]
        try:
            return await asyncio.gather(*(runner(meets, job) for job in jobs))
        finally:
            runner.close()

    assert asyncio.run(both()) == ([False, False] if excess else [True, True])


def test_threads_of_several_loops_share_the_room() -> None:
    """As in a web service that calls `async_ocr` from several event loops."""
    runner = ThreadRunner(2)
    done: list[str] = []

    def loop() -> None:
        done.append(asyncio.run(runner(str, page(600_000_000))))

    threads = [threading.Thread(target=loop) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    runner.close()
    assert done == ["x"] * 4


@pytest.mark.parametrize("step", ("page", "stand-in"))
def test_a_png_has_room_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Its orientation may stand behind its pixels, and Pillow decodes them to find it."""
    decoded: list[PngImageFile] = []
    monkeypatch.setattr(PngImageFile, "load", lambda image: decoded.append(image))
    Image.new("L", (30, 20)).save(tmp_path / "x.png")
    job = PageJob(PageSource(tmp_path / "x.png"), engine="none", room_bytes=599)
    with pytest.raises(RoomNeededError):
        if step == "page":
            process_page(job)
        else:
            stand_in(job, "recognize", "RecognitionError", "it failed")
    assert decoded == []


def test_a_png_beyond_the_limit_is_never_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor for the size of the page that says so."""
    decoded: list[PngImageFile] = []
    monkeypatch.setattr(PngImageFile, "load", lambda image: decoded.append(image))
    Image.new("L", (300, 200)).save(tmp_path / "x.png", dpi=(72, 72))
    source = PageSource(tmp_path / "x.png")
    failure = process_page(PageJob(source, LoadOptions(max_image_mpixels=0.01), engine="none"))
    assert isinstance(failure, PageFailure)
    assert failure.stats.rendered.size_pt == pytest.approx((300, 200))
    assert decoded == []


def test_an_engine_takes_what_it_says_on_a_cluster_too() -> None:
    engine = replace(choose_engine("none", OcrOptions()), memory_mb=3000.0)
    assert engine_mb(WorkerRequirements(engine, "")) == 3000.0
    assert engine_mb(PageJob(PageSource(Path("x")), engine=engine)) == 3000.0


def test_no_page_is_begun_after_the_end() -> None:
    """Also one that a thread was about to make, and had no room for."""
    runner = ThreadRunner(2)
    go_on = threading.Event()
    made: list[PageJob] = []
    before = page_threads()

    def make(job: PageJob) -> None:
        made.append(job)
        go_on.wait(60)

    async def scenario() -> list[object]:
        pages = [asyncio.create_task(runner(make, page(600_000_000))) for _ in range(2)]
        await asyncio.to_thread(wait_for_threads, before)
        runner.close()
        go_on.set()
        return await asyncio.gather(*pages, return_exceptions=True)

    outcomes = asyncio.run(scenario())
    assert len(made) == 1
    assert sorted(type(each).__name__ for each in outcomes) == ["CancelledError", "NoneType"]


def page_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("page_")}


def wait_for_threads(before: set[threading.Thread]) -> None:
    """Waits until both of the runner are there, beside those of other tests."""
    while len(page_threads() - before) < 2:
        pass

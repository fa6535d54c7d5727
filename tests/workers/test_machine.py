"""How the pages of a run share the cores and the memory: one decision for every command."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from support import survival

from pipeline import OcrOptions
from pipeline.ocr.registry import ResolvedEngine, choose_engine
from pipeline.workers import machine
from pipeline.workers.machine import share

CORES = 16


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ResolvedEngine:
    """An engine that takes 300 MB, on a machine of 16 cores with 10 GB free."""
    monkeypatch.setattr(machine, "cpu_count", lambda: CORES)
    monkeypatch.setattr(machine, "available_memory_mb", lambda: 10_000.0)
    return choose_engine("none", OcrOptions())


def test_all_cores_are_used_and_none_twice(engine: ResolvedEngine) -> None:
    for pages in (1, 2, 3, 8, 15, 16, 1000):
        shared = share(engine, None, lambda enough, pages=pages: min(pages, enough))  # type: ignore[misc]
        assert shared.jobs == min(pages, CORES)
        assert CORES / 2 < shared.jobs * shared.threads <= CORES
        assert shared.note == ""


def test_pages_are_counted_no_further_than_needed(engine: ResolvedEngine) -> None:
    limits = []

    def count(enough: int) -> int:
        limits.append(enough)
        return enough

    assert share(engine, 3, count).jobs == 3
    assert share(engine, None, count).jobs == CORES
    assert limits == [3, CORES]


def test_fewer_pages_at_a_time_where_memory_is_short(
    engine: ResolvedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "available_memory_mb", lambda: 1234.0)
    shared = share(engine)
    assert (shared.jobs, shared.threads) == (4, 4)
    assert shared.note == (
        "4 pages at a time instead of 16: 1,234 MB of memory are free, engine none needs 300 MB"
        " for each"
    )
    monkeypatch.setattr(machine, "available_memory_mb", lambda: 1.0)
    assert share(engine).jobs == 1
    asked = share(engine, 8)
    assert (asked.jobs, asked.threads, asked.note) == (8, 2, ""), "who says so gets it"


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """One file of eight pages."""
    path = tmp_path / "pages.tif"
    frames = [Image.new("L", (60, 80), shade) for shade in range(100, 180, 10)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    return path


def engines_of(command: str, scan: Path, engine: str) -> list[tuple[str, int]]:
    """The processes of the engines that a command starts, and their threads."""
    log = scan.parent / "log"
    output = () if command == "text" else ("-o", scan.parent / "out.pdf")
    done = survival.run(command, scan, *output, "--engine", engine, COUNTED_LOG=log)
    assert done.returncode == 0, done.stderr
    started = [line.split() for line in log.read_text().splitlines()]
    return [(process, int(threads)) for process, threads in started]


@pytest.mark.parametrize("command", ("text", "convert"))
def test_a_file_of_many_pages_takes_no_core_twice(pages: Path, command: str) -> None:
    started = engines_of(command, pages, "counted")
    assert sum(threads for _, threads in started) <= machine.cpu_count()


@pytest.mark.parametrize("command", ("text", "convert"))
def test_a_file_of_many_pages_when_memory_is_short(pages: Path, command: str) -> None:
    started = engines_of(command, pages, "giant")
    assert [threads for _, threads in started] == [machine.cpu_count()]


def test_one_page_has_all_cores(tmp_path: Path) -> None:
    Image.new("L", (60, 80), 200).save(tmp_path / "1.png")
    log = tmp_path / "log"
    done = survival.run(
        "ocr", tmp_path / "1.png", "-o", tmp_path / "1.json", "--engine", "counted",
        COUNTED_LOG=log,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert log.read_text().split()[1] == str(machine.cpu_count())


@pytest.mark.parametrize("command", ("text", "convert"))
def test_the_engine_is_chosen_once_for_all_pages(pages: Path, command: str) -> None:
    log, output = pages.parent / "statuses", ("-o", pages.parent / "out.pdf")
    done = survival.run(
        command, pages, *(output if command == "convert" else ()), "--engine", "counted",
        COUNTED_LOG=pages.parent / "log", COUNTED_STATUS_LOG=log,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(log.read_text().splitlines()) == 1

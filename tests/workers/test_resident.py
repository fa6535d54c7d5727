"""A worker that takes too much memory is ended, and no other one."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from support.survival import EAT, FAULTS, GOOD, leftovers, page, read_report, run

from pipeline import PageJob, PageSource
from pipeline.model.errors import WorkerMemoryError
from pipeline.workers.processes import ProcessRunner
from pipeline.workers.resident import MemoryWatch

ALL_MB = 900
"""More than what a worker may take in any case (`EnginePlugin.memory_mb`, 500), and than what two
take that do nothing."""
EVERYTHING_MB = 3000
NOBODY = 2**22 + 1
"""No process has this number (PID_MAX_LIMIT, proc(5))."""

SMALL_MACHINE = f"""
import types, psutil

def virtual_memory():
    children = psutil.Process().children(recursive=True)
    taken = 0
    for child in children:
        try:
            taken += child.memory_info().rss
        except psutil.Error:
            pass
    return types.SimpleNamespace(available=max(0, {ALL_MB * 1_000_000} - taken))

psutil.virtual_memory = virtual_memory
"""
"""A machine on which all workers together may have so much."""


def eat(job: PageJob) -> int:
    """Takes more and more memory; what it took, if nobody stopped it."""
    job.source.path.write_text(str(os.getpid()))
    hoard: list[bytearray] = []
    while 50 * len(hoard) < EVERYTHING_MB:
        hoard.append(bytearray(os.urandom(1_000_000) * 50))
    return 50 * len(hoard)


def keep_still(job: PageJob) -> int:
    """Holds memory, though no more than it may, until the other one has come and gone."""
    hoard = bytearray(os.urandom(1_000_000) * 200)
    while not job.source.path.exists() or not job.source.path.read_text():
        pass
    while psutil.pid_exists(int(job.source.path.read_text())):
        pass
    return len(hoard)


@pytest.mark.slow
def test_who_takes_too_much_is_ended_and_nobody_else(tmp_path: Path) -> None:
    greedy_pid = tmp_path / "pid"
    job = PageJob(PageSource(greedy_pid))
    runner = ProcessRunner(2, watch=MemoryWatch(lambda: ALL_MB))

    async def greedy() -> str:
        try:
            await runner(eat, job)
        except WorkerMemoryError as error:
            return str(error)
        return "it was not ended"

    async def both() -> tuple[str, int, int]:
        try:
            first, second = await asyncio.gather(greedy(), runner(keep_still, job))
            return first, second, await runner(keep_still, job)
        finally:
            runner.close()

    said, *held = asyncio.run(asyncio.wait_for(both(), 120))
    assert said.startswith(f"{greedy_pid}: its worker process was ended at ")
    assert "free memory, or try fewer pages at a time (-j 1)" in said
    assert held == [200_000_000, 200_000_000]


def test_who_keeps_to_what_it_may_take_is_not_ended(tmp_path: Path) -> None:
    """Where memory is short for another reason, ending pages would not help."""
    (tmp_path / "pid").write_text(str(NOBODY))
    runner = ProcessRunner(1, watch=MemoryWatch(lambda: 1.0))

    async def one() -> int:
        try:
            return await runner(keep_still, PageJob(PageSource(tmp_path / "pid")))
        finally:
            runner.close()

    assert asyncio.run(one()) == 200_000_000


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
def test_an_engine_that_eats_memory_costs_its_page_only(tmp_path: Path) -> None:
    for number, width in enumerate((GOOD, EAT, GOOD, GOOD)):
        page(tmp_path / f"in/{number}.png", width, 100 + number)
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(SMALL_MACHINE)
    done = run(
        "convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults", "-j", 2,
        "--report", tmp_path / "r.json", PYTHONPATH=f"{FAULTS}:{tmp_path / 'site'}",
    )  # fmt: skip
    assert done.returncode == 10, done.stderr
    (document,) = read_report(tmp_path / "r.json")["documents"]
    outcomes = [(each["outcome"], each.get("kind")) for each in document["pages"]]
    assert outcomes == [("done", None), ("failed", "WorkerMemoryError")] + 2 * [("done", None)]
    assert "1.png: its worker process was ended at " in done.stderr
    assert leftovers(tmp_path / "out") == []


hoard: list[bytearray] = []


def hold_on(job: PageJob) -> int:
    """Leaves memory behind at the end of the job; the process that has it."""
    hoard.append(bytearray(os.urandom(1_000_000)) * 250)
    return os.getpid()


def take_some(job: PageJob) -> int:
    """Takes a little more than it may, until the other process is gone."""
    while not job.source.path.exists() or not job.source.path.read_text():
        pass
    taken = bytearray(os.urandom(1_000_000)) * 560
    with suppress(psutil.NoSuchProcess):
        other = psutil.Process(int(job.source.path.read_text()))
        while other.status() != psutil.STATUS_ZOMBIE:
            pass
    return len(taken)


def test_a_worker_without_a_job_is_ended_first(tmp_path: Path) -> None:
    """It holds the memory that the page needs, and costs no page."""
    job = PageJob(PageSource(tmp_path / "pid"))
    runner = ProcessRunner(2, watch=MemoryWatch(lambda: ALL_MB))

    async def hold() -> None:
        job.source.path.write_text(str(await runner(hold_on, job)))

    async def both() -> int:
        try:
            taken, _ = await asyncio.gather(runner(take_some, job), hold())
            return taken
        finally:
            runner.close()

    assert asyncio.run(asyncio.wait_for(both(), 120)) == 560_000_000

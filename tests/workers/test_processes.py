"""Pages that hang, crash, kill or confuse whoever reads them: each costs its own page only."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from support.doubles import Still
from support.readers import page_sizes, pdfium_text, poppler_text
from support.survival import (
    CANCEL,
    CANCEL_OTHER,
    EXIT,
    EXIT_IN_C,
    FAULTS,
    GOOD,
    GREEDY,
    HANG,
    INTERRUPT,
    KILLED,
    LEAVE,
    NONSENSE,
    PANIC,
    PRINT,
    RAISE,
    SEGFAULT,
    TWO_ARGUMENTS,
    arguments,
    environment,
    hear_ctrl_c,
    ignore_ctrl_c,
    leftovers,
    page,
    read_report,
    run,
)

from pipeline import PageJob, PageSource, PageText, RecognitionError, async_ocr
from pipeline.model.errors import PageTimeoutError, UnforeseenError, WorkerDiedError
from pipeline.workers.processes import ProcessRunner
from pipeline.workers.runner import Runner, ThreadRunner

pytestmark = pytest.mark.usefixtures("own_cache")

TIMEOUT_S = 10
"""Long enough for a worker to start and die beside other tests."""
CASES = (
    (HANG, "PageTimeoutError", f"not done after {TIMEOUT_S} s; allow more with --timeout"),
    (SEGFAULT, "WorkerDiedError", "its worker process died by SIGSEGV"),
    (KILLED, "WorkerDiedError", "died by SIGKILL; it may need more memory: try -j 1"),
    (GREEDY, "WorkerDiedError", "died by SIGKILL; it may need more memory"),
    (RAISE, "RecognitionError", "engine faults failed: the page makes no sense"),
    (NONSENSE, "RecognitionError", "engine faults is faulty: it gave str, not PageText"),
    (LEAVE, "WorkerDiedError", "its worker process died with exit code 0"),
    (EXIT_IN_C, "WorkerDiedError", "its worker process died with exit code 0"),
    (EXIT, "RecognitionError", "engine faults failed: SystemExit: 0"),
    (CANCEL, "RecognitionError", "engine faults failed: CancelledError"),
    (INTERRUPT, "RecognitionError", "engine faults failed: KeyboardInterrupt"),
    (PANIC, "RecognitionError", "engine faults failed: Panic: a Rust library panicked"),
    (CANCEL_OTHER, "RecognitionError", "engine faults failed: CancelledError"),
    (TWO_ARGUMENTS, "RecognitionError", "engine faults failed: one and two"),
)


@pytest.mark.slow
def test_every_fault_costs_its_own_page_only(tmp_path: Path) -> None:
    widths = [GOOD, *(width for width, _, _ in CASES), PRINT, GOOD]
    for number, width in enumerate(widths):
        page(tmp_path / f"in/{number}.png", width, 100 + number)
    log = tmp_path / "log"
    done = run(
        "convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults",
        "--timeout", TIMEOUT_S, "--report", tmp_path / "r.json", "-j", 2, FAULTS_LOG=log,
    )  # fmt: skip
    assert done.returncode == 10, done.stderr
    assert done.stdout == "", "what engines print is no result"
    pdf = tmp_path / "out/in.pdf"
    assert len(page_sizes(pdf)) == len(widths)
    report = read_report(tmp_path / "r.json")
    (document,) = report["documents"]
    assert (report["exit_code"], document["outcome"]) == (10, "converted")
    pages = {each["source"].rpartition("/")[2]: each for each in document["pages"]}
    for number, (_, kind, reason) in enumerate(CASES, 1):
        failed = pages[f"{number}.png"]
        stage = "recognize" if kind == "RecognitionError" else "worker"
        assert (failed["stage"], failed["kind"]) == (stage, kind)
        assert reason in failed["reason"]
        assert reason in done.stderr
    for number, width in enumerate(widths):
        text = pdfium_text(pdf, number).strip()
        assert text == (f"seen{100 + number}" if width in (GOOD, PRINT) else "")
        # the scan is shown in any case
        assert page_sizes(pdf)[number] == pytest.approx(
            (width * 0.72, (100 + number) * 0.72), abs=0.01
        )
    tried = log.read_text().splitlines()
    for number, (width, kind, _) in enumerate(CASES, 1):
        expected = 2 if kind == "WorkerDiedError" else 1
        assert tried.count(f"{width}x{100 + number}") == expected
    assert leftovers(tmp_path / "out") == []


def test_what_engines_print_goes_to_stderr(tmp_path: Path) -> None:
    done = run(
        "convert", page(tmp_path / "1.png", PRINT), "-o", tmp_path, "--engine", "faults", "-v"
    )
    assert done.stdout == ""
    assert "an engine speaks\n" in done.stderr
    assert "and so does its library\n" in done.stderr


@pytest.mark.parametrize("width", (LEAVE, EXIT_IN_C))
def test_a_worker_that_leaves_is_seen_at_once(tmp_path: Path, width: int) -> None:
    """Without a time-out, nothing else would ever end the run."""
    page(tmp_path / "1.png", width)
    done = run("convert", tmp_path / "1.png", "-o", tmp_path / "out", "--engine", "faults",
               "--timeout", 0)  # fmt: skip
    assert done.returncode == 10
    assert "1.png: its worker process died with exit code 0" in done.stderr


@pytest.mark.parametrize("width", (EXIT, CANCEL, INTERRUPT, PANIC, CANCEL_OTHER, TWO_ARGUMENTS))
def test_what_an_engine_raises_costs_its_text_only(tmp_path: Path, width: int) -> None:
    for name, size in (("1.png", width), ("2.png", GOOD)):
        page(tmp_path / name, size)
    done = run("text", tmp_path / "1.png", tmp_path / "2.png", "--engine", "faults")
    assert done.returncode == 10
    assert "seen100" in done.stdout
    assert "1.png: engine faults failed: " in done.stderr


@pytest.mark.parametrize(
    "error", (SystemExit(0), asyncio.CancelledError(), KeyboardInterrupt(), GeneratorExit(),
              StopIteration(1), TimeoutError(), MemoryError(), BrokenProcessPool())
)  # fmt: skip
@pytest.mark.parametrize("place", ("job", "engine"))
def test_no_exception_of_a_job_is_taken_for_one_of_the_run(
    error: BaseException, place: str
) -> None:
    """In processes and threads alike, whether the engine raises it or what is around it."""

    async def scenario(runner: Runner[Raising]) -> None:
        try:
            with pytest.raises(UnforeseenError, match="page x: ") as raised:
                await runner(raises, Raising(error))
            assert raised.value.kind == type(error).__name__
        finally:
            runner.close()

    async def in_thread() -> str:
        return await async_ocr(white, engine=Raiser(error))

    if place == "job":
        for runner in (ThreadRunner(1), ProcessRunner(1)):
            asyncio.run(scenario(runner))
        return
    with tempfile.TemporaryDirectory() as folder:
        white = page(Path(folder) / "1.png", GOOD)
        with pytest.raises(RecognitionError, match=r"1\.png: engine still failed: "):
            asyncio.run(in_thread())


@dataclass(frozen=True)
class Raising:
    error: BaseException

    def __str__(self) -> str:
        return "page x"


class Raiser(Still):
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        raise self.error


def raises(job: Raising) -> None:
    raise job.error


STUCK = """
import os, signal, sys
if "--multiprocessing-fork" in sys.orig_argv:
    from PIL import PngImagePlugin
    load = PngImagePlugin.PngImageFile.load

    def stuck(image):
        if image.width == 333:
            with open(os.environ["STUCK_LOG"], "a") as log:
                log.write("decoding\\n")
            {how}
        return load(image)

    PngImagePlugin.PngImageFile.load = stuck
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "tries"), (("signal.pause()", 1), ("os.kill(os.getpid(), signal.SIGKILL)", 2))
)
def test_a_scan_that_cannot_be_decoded_in_time_is_not_begun_anew(
    tmp_path: Path, how: str, tries: int
) -> None:
    """What stands in for it is not tried with the same decoder: that would take its time again."""
    page(tmp_path / "in/1.png", 333)
    page(tmp_path / "in/2.png", GOOD)
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(STUCK.format(how=how))
    done = run(
        "convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults", "--timeout", 5,
        PYTHONPATH=f"{FAULTS}:{tmp_path / 'site'}", STUCK_LOG=tmp_path / "log",
    )  # fmt: skip
    assert done.returncode == 10, done.stderr
    assert (tmp_path / "log").read_text().splitlines() == ["decoding"] * tries
    assert "This page could not be read." in poppler_text(tmp_path / "out/in.pdf", 0)
    assert "seen100" in poppler_text(tmp_path / "out/in.pdf", 1)


@pytest.mark.slow
def test_failures_are_remembered(tmp_path: Path) -> None:
    """Time-outs and crashes are tried again, undecodable pages only when asked for."""
    scans = tmp_path / "in"
    page(scans / "1.png", GOOD)
    (scans / "2.png").write_bytes(b"garbage")
    log, report = tmp_path / "log", tmp_path / "r.json"
    convert = ("convert", scans, "-o", tmp_path / "out", "--engine", "faults")
    assert run(*convert, "--report", report).returncode == 10
    before = (tmp_path / "out/in.pdf").stat().st_mtime_ns
    again = run(*convert)
    assert again.returncode == 10, "the page is still missing"
    assert "2.png: this is not an image of a known format" in again.stderr
    assert (tmp_path / "out/in.pdf").stat().st_mtime_ns == before
    page(scans / "2.png", GOOD, 120)  # mended: another content
    assert run(*convert).returncode == 0
    assert "seen120" in poppler_text(tmp_path / "out/in.pdf", 1)

    page(scans / "3.png", KILLED)
    for _ in range(2):
        assert run(*convert, FAULTS_LOG=log).returncode == 10
    assert log.read_text().splitlines() == [f"{KILLED}x100"] * 4, "twice in each run; others never"


@pytest.mark.slow
def test_retry_failed_does_just_those(tmp_path: Path) -> None:
    for name in ("a", "b"):
        page(tmp_path / f"in/{name}/1.png", GOOD)
    (tmp_path / "in/b/2.png").write_bytes(b"garbage")
    report = tmp_path / "r.json"
    convert = ("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults")
    assert run(*convert, "--report", report).returncode == 10
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.pdf")}
    second = tmp_path / "r2.json"
    assert run(*convert, "--retry-failed", report, "--report", second).returncode == 10
    (document,) = read_report(second)["documents"]
    assert document["output"].endswith("b.pdf")
    assert document["outcome"] == "converted", "made again, and the page tried again"
    changed = {p.name for p, was in before.items() if p.stat().st_mtime_ns != was}
    assert changed == {"b.pdf"}
    wrong = run(*convert, "--retry-failed", tmp_path / "in/a/1.png")
    assert wrong.returncode == 2
    assert "is no report of a run" in wrong.stderr


def test_strict_writes_no_document_with_a_failed_page(tmp_path: Path) -> None:
    page(tmp_path / "in/bad/1.png", RAISE)
    page(tmp_path / "in/good/1.png", GOOD)
    done = run("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults", "--strict")
    assert done.returncode == 10
    assert "bad.pdf: not written, as 1 of its 1 pages failed and --strict was given" in done.stderr
    assert [path.name for path in (tmp_path / "out").rglob("*.pdf")] == ["good.pdf"]


def test_a_placeholder_has_the_size_of_its_page(tmp_path: Path) -> None:
    path = page(tmp_path / "cut.png", 500, 300, 40)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"IDAT") + 6])
    done = run("convert", path, "-o", tmp_path, "--engine", "none", "--placeholders")
    assert done.returncode == 10, done.stderr
    assert page_sizes(tmp_path / "cut.pdf")[0] == pytest.approx((360, 216), abs=0.01)
    text = poppler_text(tmp_path / "cut.pdf", 0)
    assert "This page could not be read." in text
    assert "cut.png" in text


def pid_of(job: PageJob) -> int:
    return os.getpid()


def forever(job: PageJob) -> None:
    signal.pause()


def die(job: PageJob) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_killed_while_idle_costs_nothing() -> None:
    async def scenario() -> None:
        runner = ProcessRunner(1)
        job = PageJob(PageSource(Path("x")))
        try:
            first = await runner(pid_of, job)
            os.kill(first, signal.SIGKILL)
            assert await runner(pid_of, job) != first
        finally:
            runner.close()

    asyncio.run(scenario())


@pytest.mark.slow
def test_others_in_flight_are_not_lost() -> None:
    async def scenario() -> None:
        runner = ProcessRunner(2, timeout_s=2)
        job = PageJob(PageSource(Path("x")))
        try:
            outcomes = await asyncio.gather(
                runner(forever, job), runner(pid_of, job), runner(die, job), runner(pid_of, job),
                return_exceptions=True,
            )  # fmt: skip
        finally:
            runner.close()
        assert isinstance(outcomes[0], PageTimeoutError)
        assert isinstance(outcomes[2], WorkerDiedError)
        assert isinstance(outcomes[1], int)
        assert isinstance(outcomes[3], int)

    asyncio.run(scenario())


def alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("before", (hear_ctrl_c, ignore_ctrl_c))
@pytest.mark.parametrize("how", (signal.SIGKILL, signal.SIGTERM))
def test_workers_end_with_the_command(
    tmp_path: Path, how: signal.Signals, before: Callable[[], None]
) -> None:
    page(tmp_path / "in/1.png", HANG)
    log = tmp_path / "log"
    process = subprocess.Popen(
        arguments("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults"),
        env=environment(FAULTS_LOG=log), stderr=subprocess.PIPE, text=True, preexec_fn=before,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not log.exists():  # the page is in a worker
        assert time.monotonic() < deadline
    workers = children(process.pid)
    assert workers
    process.send_signal(how)
    said = process.communicate(timeout=60)[1]
    if how == signal.SIGTERM:
        assert process.returncode == 143
        assert said.endswith(
            "Terminated. What is done is kept; run the same command again to go on.\n"
        )
        assert leftovers(tmp_path / "out") == []
    while any(alive(worker) for worker in workers):
        assert time.monotonic() < deadline, "a worker outlives the command"

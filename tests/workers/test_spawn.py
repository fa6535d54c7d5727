"""Worker processes where the system lacks what `multiprocessing` asks for."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.readers import pdfium_text
from support.survival import GOOD, HANG, SEGFAULT, environment, page

from pipeline.workers.spawn import PipeLock, WorkerContext

MOUNTS = {"read-only": "ro,size=16k", "full": "size=4k,nr_inodes=1"}


def without_shm(state: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs the command where /dev/shm is missing, or cannot be written."""
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"]).returncode:
        pytest.skip("needs a mount namespace of its own")
    script = f'mount -t tmpfs -o {MOUNTS[state]} none /dev/shm && exec "$@"'
    return subprocess.run(
        ["unshare", "-rm", "bash", "-c", script, "bash", sys.executable, "-m", "pipeline",
         *map(str, arguments)],
        env=environment(), capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("state", MOUNTS)
@pytest.mark.usefixtures("own_cache")
def test_pages_are_made_without_shared_memory(tmp_path: Path, state: str) -> None:
    """As on AWS Lambda, in Termux, chroots and hardened containers; crashes still cost a page."""
    for number, width in enumerate((GOOD, SEGFAULT, HANG, GOOD)):
        page(tmp_path / f"in/{number}.png", width, 100 + number)
    done = without_shm(
        state, "convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults",
        "--timeout", 5, "-j", 2,
    )  # fmt: skip
    assert done.returncode == 10, done.stderr
    texts = [pdfium_text(tmp_path / "out/in.pdf", index) for index in range(4)]
    assert "seen100" in texts[0] and "seen103" in texts[3]
    assert "died by SIGSEGV" in done.stderr
    said = without_shm(state, "text", tmp_path / "in/0.png", "--engine", "faults")
    assert (said.returncode, said.stdout) == (0, "seen100\n"), said.stderr


def test_a_lock_is_one_threads_at_a_time_and_may_be_taken_again() -> None:
    lock = PipeLock(WorkerContext())
    assert lock.acquire() and lock.acquire(block=False)
    others: list[bool] = []

    def other() -> None:
        others.append(lock.acquire(block=False))
        others.append(lock.acquire(timeout=0.01))

    for expected in ([False, False], [False, False], [True, True]):
        others.clear()
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert others == expected
        if expected == [False, False]:
            lock.release()


UNGUARDED = """
print("the script runs")
from pipeline import ClusterOptions, ConvertOptions, convert_blocking
options = ConvertOptions(workers="processes", jobs=2, store=None, {more})
print(convert_blocking("in", "out", options, engine="none").exit_code)
"""


def run_script(folder: Path, script: str, *arguments: str) -> str:
    (folder / "script.py").write_text(script)
    page(folder / "in/1.png", GOOD)
    with (folder / "script.py").open() as stdin:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=folder, stdin=stdin, env=environment(),
            capture_output=True, text=True,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "arguments", (["script.py"], pytest.param(["-"], marks=[pytest.mark.slow])), ids=str
)
def test_a_script_needs_no_main_guard(tmp_path: Path, arguments: list[str]) -> None:
    """Worker processes do not run it once more; what comes from stdin, they could not."""
    printed = run_script(tmp_path, UNGUARDED.format(more=""), *arguments)
    assert printed.splitlines() == ["the script runs", "0"]


@pytest.mark.cluster
def test_a_script_needs_no_main_guard_for_a_cluster_on_this_machine(tmp_path: Path) -> None:
    script = UNGUARDED.format(more="cluster=ClusterOptions('local:1')")
    assert run_script(tmp_path, script, "script.py").splitlines() == ["the script runs", "0"]


OTHERS = """
import multiprocessing
from pipeline import ConvertOptions, convert_blocking

def greet(queue):
    queue.put("hello")

if __name__ == "__main__":
    options = ConvertOptions(workers="processes", jobs=1, store=None)
    convert_blocking("in", "out", options, engine="none")
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    other = context.Process(target=greet, args=(queue,))
    other.start()
    print(queue.get())
    other.join()
"""


def test_processes_of_others_know_their_script(tmp_path: Path) -> None:
    assert run_script(tmp_path, OTHERS, "script.py") == "hello\n"

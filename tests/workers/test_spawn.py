"""Worker processes where the system lacks what `multiprocessing` asks for."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import psutil
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


LEFT_OPEN = """
import asyncio
from pipeline.workers.processes import ProcessRunner

runner = ProcessRunner(2)
print(asyncio.run(runner(len, "abc")))
"""


def test_a_program_ends_that_has_not_closed_its_runner(tmp_path: Path) -> None:
    """As after Ctrl-C in the user's own event loop."""
    (tmp_path / "script.py").write_text(LEFT_OPEN)
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py"], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")


def leave_a_child(note: Path) -> None:
    """Starts a process in the group of this one, and dies."""
    os.setpgid(0, 0)
    child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    note.write_text(str(child.pid))
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="macOS has it from Python 3.13 on")
def test_what_a_process_leaves_ends_as_soon_as_its_end_is_known(tmp_path: Path) -> None:
    """Later its number may be that of another process."""
    process = WorkerContext().Process(target=leave_a_child, args=(tmp_path / "pid",))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    with suppress(psutil.NoSuchProcess):
        child = psutil.Process(int((tmp_path / "pid").read_text()))
        try:
            child.wait(30)
        except psutil.TimeoutExpired:  # killed, and nobody has waited for it
            assert child.status() == psutil.STATUS_ZOMBIE
        finally:
            child.kill()


FOREIGN_FOLDER = """
import os, sys
from pipeline.cli.entry import main

os.chmod(".", int(sys.argv.pop(1), 8))
main()
"""


def unprivileged() -> tuple[str, ...]:
    """What a command begins with so that the modes of files hold for it."""
    if os.geteuid() != 0:
        return ()
    if not shutil.which("setpriv"):
        pytest.skip("root may read everything")
    return ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")


@pytest.mark.usefixtures("own_cache")
@pytest.mark.parametrize("mode", ("311", "000"))
def test_the_current_folder_may_be_anothers(tmp_path: Path, mode: str) -> None:
    """As of `sudo -u` in a home of mode 711 or 700."""
    page(tmp_path / "in/1.png", GOOD, 100)
    folder = tmp_path / "folder"
    folder.mkdir()
    try:
        done = subprocess.run(
            [*unprivileged(), sys.executable, "-c", FOREIGN_FOLDER, mode, "convert",
             str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--engine", "faults"],
            cwd=folder, env=environment(), capture_output=True, text=True,
        )  # fmt: skip
    finally:
        folder.chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert "seen100" in pdfium_text(tmp_path / "out/in.pdf", 0)

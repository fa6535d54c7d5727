"""What hits every page, and is no fault of the scans, ends the run and gets into no PDF."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from support.doubles import Still
from support.survival import FAULTS, GOOD, HANG, KILLED, page, run

from pipeline import PageFailure, PageJob, PageSource, PageText, process_page

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "reason"),
    (
        ("raise", "does not start: no such model"),
        ("exit", "does not start: SystemExit: 0"),
        ("die", "does not start here: its worker process died by SIGABRT"),
        ("leave", "does not start here: its worker process died with exit code 0"),
    ),
)
def test_an_engine_that_does_not_start(tmp_path: Path, how: str, reason: str) -> None:
    for number in range(3):
        page(tmp_path / f"in/{number}.png", GOOD)
    done = run(
        "convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "starting",
        STARTING_FAULT=how,
    )  # fmt: skip
    assert done.returncode == 4, done.stderr
    assert f"engine starting {reason}" in done.stderr
    assert not list((tmp_path / "out").rglob("*.pdf"))


def test_workers_that_do_not_start(tmp_path: Path) -> None:
    """As where there is no memory for them, or no more processes are allowed."""
    page(tmp_path / "in/1.png", GOOD)
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(
        "import os, sys\nif '--multiprocessing-fork' in sys.orig_argv: os._exit(1)\n"
    )
    path = f"{FAULTS}:{tmp_path / 'site'}"
    done = run(
        "convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults", PYTHONPATH=path
    )
    assert done.returncode == 4, done.stderr
    assert "no worker process can be started (it dies as it starts); free memory" in done.stderr
    assert not list((tmp_path / "out").rglob("*.pdf"))


@pytest.mark.slow
@pytest.mark.parametrize("width", (HANG, KILLED))
def test_no_room_for_temporary_files(tmp_path: Path, width: int) -> None:
    page(tmp_path / "in/1.png", width)
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(
        "import sys, tempfile\n"
        "if '--multiprocessing-fork' in sys.orig_argv: tempfile.tempdir = '/proc/none'\n"
    )
    path = f"{FAULTS}:{tmp_path / 'site'}"
    done = run(
        "convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults",
        "--timeout", 5, PYTHONPATH=path,
    )  # fmt: skip
    assert done.returncode == 5, done.stderr
    assert "no temporary file can be written" in done.stderr
    assert "TMPDIR" in done.stderr
    assert not list((tmp_path / "out").rglob("*.pdf"))


class Short(Still):
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        raise self.error


@pytest.mark.parametrize("error", (MemoryError(), OSError(errno.ENOSPC, "No space left")))
def test_a_shortage_is_not_the_scans_fault(tmp_path: Path, error: BaseException) -> None:
    path = page(tmp_path / "1.png", GOOD)
    failure = process_page(PageJob(PageSource(path), engine=Short(error)))
    assert isinstance(failure, PageFailure)
    assert (failure.stage, failure.kind) == ("recognize", "MachineError")
    assert not failure.is_of_scan


@pytest.mark.slow
def test_a_scan_too_large_for_the_memory_is_tried_again(tmp_path: Path) -> None:
    """The next run may have more of it."""
    Image.new("1", (25_000, 25_000)).save(tmp_path / "1.png", dpi=(600, 600))
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from pipeline import LoadOptions, PageJob, PageSource, process_page\n"
        "from pipeline.workers.process_setup import set_up_pillow\n"
        "set_up_pillow()\n"
        "used = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000,) * 2)\n"
        "load = LoadOptions(max_image_mpixels=5000)\n"
        "failure = process_page(PageJob(PageSource(Path(sys.argv[1])), load, engine='none'))\n"
        "print(failure.kind, failure.is_of_scan)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "1.png"], capture_output=True, text=True
    )
    assert done.stdout == "MachineError False\n", done.stderr

"""Killed at any moment, with a full disk, or beside another run: the same command completes it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from support.readers import need, poppler_text
from support.survival import (
    GOOD,
    SLOW,
    arguments,
    environment,
    leftovers,
    page,
    run,
)

pytestmark = pytest.mark.usefixtures("own_cache")

JOBS = 2


@pytest.mark.parametrize(
    ("pages", "kills", "where"),
    (
        (20, 4, "here"),
        pytest.param(60, 30, "here", marks=pytest.mark.soak),
        pytest.param(60, 30, "local:2", marks=pytest.mark.soak),
    ),
)
def test_killed_many_times(tmp_path: Path, pages: int, kills: int, where: str) -> None:
    for number in range(pages):
        page(tmp_path / f"in/{number}.png", SLOW, 100 + number)
    log, cache = tmp_path / "log", tmp_path / "cache"
    convert = arguments(
        "convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults", "-q",
        "--cache-dir", cache, "--sidecar",
        *(("-j", JOBS) if where == "here" else ("--cluster", where)),
    )  # fmt: skip
    settings = environment(FAULTS_LOG=log)
    chance = random.Random(4)
    earliest_s, latest_s = (0.4, 2.2) if where == "here" else (2.0, 8.0)
    finished = 0
    for _ in range(kills):
        process = subprocess.Popen(convert, env=settings, start_new_session=True)
        try:
            assert process.wait(chance.uniform(earliest_s, latest_s)) == 0
            finished += 1
            shutil.rmtree(tmp_path / "out")  # so that there is something to do again
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert finished <= kills / 2, "the kills hit the run, not what came after it"
    done = subprocess.run(convert, env=settings, check=False)
    assert done.returncode == 0
    recognized = Counter(log.read_text().splitlines())
    recognized.pop("64x64", None)  # the page on which the workers of a cluster are tried
    assert set(recognized) == {f"{SLOW}x{100 + number}" for number in range(pages)}
    assert recognized.total() <= pages + JOBS * kills
    undisturbed = run(
        "convert", tmp_path / "in", "-o", tmp_path / "calm", "--engine", "faults", "-q",
        "-j", JOBS, "--no-cache", "--sidecar",
    )  # fmt: skip
    assert undisturbed.returncode == 0
    for name in ("in.pdf", "in.txt"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "calm" / name).read_bytes()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["in.pdf", "in.txt"]
    assert len([path for path in cache.rglob("*") if path.is_file()]) == pages


def test_what_has_not_changed_is_not_rewritten(tmp_path: Path) -> None:
    for number in range(2):
        page(tmp_path / f"in/{number}.png", GOOD, 100 + number)
    log = tmp_path / "log"
    pdf = tmp_path / "out/in.pdf"

    def convert(*options: object) -> tuple[bool, int]:
        """Whether the PDF was written, and how many pages were recognized."""
        before = pdf.stat().st_mtime_ns if pdf.exists() else 0
        log.write_text("")
        done = run(
            "convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults", "-j", 1,
            *options, FAULTS_LOG=log,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return pdf.stat().st_mtime_ns != before, len(log.read_text().splitlines())

    assert convert() == (True, 2)
    assert convert() == (False, 0)
    assert convert("-j", 2) == (False, 0)
    assert convert("--title", "Other") == (True, 0), "rendered again, not recognized again"
    assert convert("--title", "Other", "--sidecar") == (True, 0)
    assert convert("--title", "Other", "--sidecar") == (False, 0)
    os.utime(tmp_path / "in/1.png", (1, 1))
    assert convert("--title", "Other") == (False, 0), "times do not count"
    assert convert("--title", "Other", "--image-dpi", 150) == (True, 2)
    assert convert("--force") == (True, 0), "what was read is known; only the PDF is made anew"
    assert convert("--force", "--no-cache") == (True, 2)
    page(tmp_path / "in/1.png", GOOD, 300)
    assert convert() == (True, 1)
    assert "seen300" in poppler_text(pdf, 1)
    (tmp_path / "in/1.png").rename(tmp_path / "in/9.png")
    assert convert() == (True, 0), "the outline has the name"
    outline: Any = PdfReader(pdf).outline
    assert [item.title for item in outline] == ["0", "9"], "a name, and no path"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 200 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        [need("mount"), "-t", "tmpfs", "-o", "size=200k", "tmpfs", folder], check=False
    )
    if made.returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run([need("umount"), "-l", folder], check=True)


@pytest.mark.slow
def test_a_full_disk(tmp_path: Path, small_disk: Path) -> None:
    noise = random.Random(1)
    for number in range(4):
        path = page(tmp_path / f"in/{number}.png", GOOD, 400 + number)
        path.write_bytes(path.read_bytes() + noise.randbytes(70_000))  # after the image's end
    log = tmp_path / "log"
    convert = ("convert", tmp_path / "in", "--engine", "faults", "--cache-dir", tmp_path / "cache")
    filler = small_disk / "filler"
    filler.write_bytes(bytes(190_000))
    done = run(*convert, "-o", small_disk / "out", FAULTS_LOG=log)
    assert done.returncode == 5, done.stderr
    assert f"{small_disk / 'out'}: cannot be written (No space left on device)" in done.stderr
    assert [
        path for path in small_disk.rglob("*") if path not in (filler, small_disk / "out")
    ] == []
    read = len(log.read_text().splitlines())
    assert read >= 1
    filler.unlink()
    done = run(*convert, "-o", small_disk / "out", FAULTS_LOG=log)
    assert done.returncode == 0, done.stderr
    assert len(log.read_text().splitlines()) == 4, "what was read before is not read again"


@pytest.mark.slow
def test_output_folder_removed_in_the_middle(tmp_path: Path) -> None:
    for number in range(12):
        page(tmp_path / f"in/{number}.png", SLOW, 100 + number)
    page(tmp_path / "in/later/1.png", GOOD)
    log, out = tmp_path / "log", tmp_path / "out"
    convert = arguments("convert", tmp_path / "in", "-o", out, "--engine", "faults", "-j", 1)
    process = subprocess.Popen(
        convert, env=environment(FAULTS_LOG=log), stderr=subprocess.PIPE, text=True
    )
    while not log.exists() or len(log.read_text().splitlines()) < 3:
        assert process.poll() is None
    shutil.rmtree(out)
    said = process.communicate()[1]
    assert process.returncode == 5, said
    assert "Traceback" not in said
    assert not out.exists() or leftovers(out) == []
    read = len(log.read_text().splitlines())
    done = subprocess.run(convert, env=environment(FAULTS_LOG=log), capture_output=True)
    assert done.returncode == 0
    again = len(log.read_text().splitlines()) - 13
    assert again in (0, 1), f"{read} were read; at most the one in flight is read again"


@pytest.mark.slow
def test_two_runs_on_the_same_folder(tmp_path: Path) -> None:
    for number in range(10):
        page(tmp_path / f"in/{number}.png", SLOW, 100 + number)
    convert = arguments("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults")
    runs = [subprocess.Popen(convert, env=environment(), stderr=subprocess.PIPE) for _ in range(2)]
    for each in runs:
        said = each.communicate()[1]
        assert each.returncode == 0, said
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["in.pdf"]
    subprocess.run(
        [need("qpdf"), "--check", tmp_path / "out/in.pdf"], check=True, capture_output=True
    )

"""Pipes and devices as inputs: a message at once, where opening them would wait for ever."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from support.command import Command
from support.readers import page_sizes
from support.survival import GOOD, page

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
LIMIT_S = 60
"""A command that waits for a pipe is stopped, so that its test fails and does not hang."""


@pytest.mark.slow
@pytest.mark.parametrize("name", ("pipe", "pipe.png", "link.png", "zero.png"))
def test_a_pipe_is_no_input(name: str, tmp_path: Path, command: Command) -> None:
    scan, pipe, out = page(tmp_path / "1.png", GOOD), tmp_path / name, tmp_path / "out"
    if name == "zero.png":
        pipe.symlink_to("/dev/zero")
    else:
        os.mkfifo(tmp_path / "pipe")
        if name == "link.png":
            pipe.symlink_to(tmp_path / "pipe")
        elif name != "pipe":
            (tmp_path / "pipe").rename(pipe)
    none = ("--engine", "none")
    for arguments, code in (
        (("text", scan, pipe, *none), 10),
        (("ocr", pipe, "-o", tmp_path / "1.json", *none), 3),
        (("render", pipe, "-o", tmp_path / "1.pdf"), 3),
        (("render", scan, pipe, "-o", tmp_path / "1.pdf"), 10),
        (("merge", pipe, "-o", tmp_path / "1.pdf"), 3),
        (("check", pipe), 3),
        (("convert", scan, "-o", out, *none, "--retry-failed", pipe), 2),
        (("convert", pipe, "-o", out, *none), 3),
    ):
        done = command(*arguments, timeout=LIMIT_S)
        assert done.returncode == code, (arguments, done.stderr)
        assert "pipe" in done.stderr
        assert "Traceback" not in done.stderr
        assert not stat.S_ISREG(pipe.stat().st_mode)


@pytest.mark.slow
def test_a_header_without_an_end_costs_its_own_page_only(tmp_path: Path, command: Command) -> None:
    page(tmp_path / "in/good/1.png", GOOD)
    for place in ("in/endless/1.ppm", "in/endless/2"):
        scan = tmp_path / place
        scan.parent.mkdir(exist_ok=True)
        with scan.open("wb") as file:
            file.write(b"P6 #")  # a comment, which Pillow goes through byte by byte
            file.truncate(1 << 31)
    none = ("--engine", "none", "--timeout", 5, "-j", 2)
    arguments = ("convert", tmp_path / "in", "-o", tmp_path / "out", *none, "--placeholders")
    planned = command(*arguments, "--dry-run", timeout=LIMIT_S)
    assert planned.returncode == 0, planned.stderr
    done = command(*arguments, timeout=2 * LIMIT_S)
    assert done.returncode == 10, done.stderr
    told = " ".join(done.stderr.split())
    assert "1.ppm: not done after 5 s" in told
    assert "1 other file" in told, "without an ending, two letters do not make a scan"
    assert len(page_sizes(tmp_path / "out/good.pdf")) == 1
    assert len(page_sizes(tmp_path / "out/endless.pdf")) == 1

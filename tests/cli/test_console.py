"""What a person sees of a run, on stderr."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from PIL import Image
from support.command import Command
from support.survival import GOOD, page


@pytest.mark.slow
def test_quiet_and_verbose(folder: Path, tmp_path: Path, command: Command) -> None:
    assert command("convert", folder, "-o", tmp_path, "-q").stderr == ""
    said = command("convert", folder, "-o", tmp_path, "-v", "--force").stderr
    assert "1.jpg: the file gives 72 dpi on a page-sized image: shown at" in said
    assert re.search(r"1\.jpg: \d+ words", said)


@pytest.mark.slow
def test_what_is_larger_is_explained(tmp_path: Path, command: Command) -> None:
    noise = Image.effect_noise((700, 700), 90)
    noise.save(tmp_path / "noise.webp", quality=10)
    done = command("convert", "--engine", "none", tmp_path / "noise.webp", "-o", tmp_path)
    assert re.search(r"noise\.pdf: [\d.]+ times the size of its scans.*\.webp", done.stderr)


def on_a_terminal(columns: int, *given: object) -> str:
    """What a terminal of this width is sent, without colors and movements."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    shown = b""
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline", *map(str, given)],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment | {"TERM": "xterm"},
    ) as process:  # fmt: skip
        os.close(theirs)
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:  # the other end is closed (pty(7))
            pass
    os.close(ours)
    assert process.returncode == 0, shown
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode()).replace("\r", "\n")


@pytest.mark.parametrize(
    ("columns", "heads"),
    (
        (40, "document pages size out"),
        pytest.param(60, "document pages words size out seconds", marks=[pytest.mark.slow]),
    ),
)
def test_nothing_is_cut_on_a_narrow_terminal(tmp_path: Path, columns: int, heads: str) -> None:
    for name in ("letters/1.png", "a long name of many words/1.png"):
        page(tmp_path / "scans" / name, GOOD)
    shown = on_a_terminal(
        columns, "convert", tmp_path / "scans", "-o", tmp_path / "out", "--engine", "none"
    )
    assert "…" not in shown
    drawn = [line for line in shown.splitlines() if re.search(r"[━│┃]| pages ", line)]
    assert max(map(len, drawn)) <= columns
    assert any(re.search(r"\d/\d pages .*\d:\d\d:\d\d", line) for line in drawn), drawn
    (head,) = (line for line in drawn if "document" in line)
    assert " ".join(re.findall(r"\w+", head)) == heads
    assert "a long name of" in shown

"""How the command ends: exit codes, and what stderr shows of an error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from support.command import Command
from support.truth import HARDWARE

FAULTY = """
import sys
from pipeline.cli import entry
from pipeline.store.texts import Store

def usage(self):
    raise ZeroDivisionError("nobody thought of it")

Store.usage = usage
sys.argv = ["searchable-pdf", "cache"]
entry.main()
"""


def test_a_fault_of_the_program_has_a_code_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", FAULTY], capture_output=True, text=True)
    assert done.returncode == 70
    assert "ZeroDivisionError: nobody thought of it; this is a fault of the program" in done.stderr


def test_a_pipe_that_closes_is_no_fault(command: Command) -> None:
    done = subprocess.run(
        f"{sys.executable} -m pipeline text {HARDWARE} {HARDWARE} {HARDWARE} | head -n 1",
        shell=True, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.stderr == ""


def test_wrong_usage(folder: Path, tmp_path: Path, command: Command) -> None:
    for wrong in (("-j", 0), ("--image-dpi", "many"), ("-n", "--force"), ("--no-such",)):
        done = command("convert", folder, "-o", tmp_path, *wrong)
        assert done.returncode == 2
        assert done.stdout == ""
        assert "Traceback" not in done.stderr


def test_verbose_shows_the_traceback(tmp_path: Path, command: Command) -> None:
    (tmp_path / "x.pdf").write_bytes(b"no PDF")
    for short in ("-v", "-vv"):
        done = command("check", tmp_path / "x.pdf", short)
        assert done.returncode == 3
        assert "Traceback (most recent call last):" in done.stderr.splitlines()
        assert "x.pdf: cannot be read as a PDF" in done.stderr.splitlines()[-1]


def test_a_name_is_no_option(tmp_path: Path, command: Command) -> None:
    """`-v` after `--` is a file: nobody asked for a traceback."""
    (tmp_path / "-v").write_bytes(b"no PDF")
    done = command("check", "--", "-v", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr.startswith("-v: cannot be read as a PDF")

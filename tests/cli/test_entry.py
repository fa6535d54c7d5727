"""How the command ends: exit codes, and what stderr shows of an error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.command import Command
from support.readers import page_sizes
from support.survival import GOOD, page
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


@pytest.mark.slow
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


HOMELESS = """
import pwd

def nobody(*_):
    raise KeyError("getpwuid(): uid not found")

pwd.getpwuid = pwd.getpwnam = nobody
"""
"""For `sitecustomize`: as of a user that passwd(5) does not have."""


@pytest.fixture
def homeless(tmp_path: Path) -> dict[str, str]:
    """The environment of a container that runs as a number."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(HOMELESS)
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "site")}


def without_home(environment: dict[str, str], *given: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, given)],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.slow
def test_a_user_without_a_home(homeless: dict[str, str], tmp_path: Path) -> None:
    scan, out = page(tmp_path / "1.png", GOOD), tmp_path / "out"
    for arguments in (("--help",), ("convert", "--help"), ("engines",), ("text", scan)):
        done = without_home(homeless, *arguments, *(("--engine", "none") * (scan in arguments)))
        assert done.returncode == 0, done.stderr
    convert = ("convert", scan, "-o", out, "--engine", "none")
    said = "no home folder"
    for more, is_said in (((), True), (("--no-cache",), False),
                          (("--cache-dir", tmp_path / "cache"), False)):  # fmt: skip
        done = without_home(homeless, *convert, "--force", *more)
        assert done.returncode == 0, done.stderr
        assert (said in done.stderr) is is_said
        assert len(page_sizes(out / "1.pdf")) == 1
    done = without_home(homeless, "cache")
    assert done.returncode == 2
    assert said in done.stderr
    assert "--cache-dir" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="descriptors are closed by a POSIX shell")
@pytest.mark.parametrize("closed", ("<&-", ">&-", "2>&-", ">&- 2>&-", "<&- 2>&-", "<&- >&- 2>&-"))
def test_standard_streams_that_are_closed(closed: str, tmp_path: Path) -> None:
    scan, out = page(tmp_path / "1.png", GOOD), tmp_path / "out"
    command = f'exec "$@" {closed}'
    done = subprocess.run(
        ["sh", "-c", command, "sh", sys.executable, "-m", "pipeline", "convert", scan, "-o", out,
         "--engine", "none", "--no-cache", "--report", tmp_path / "r.json"],
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(page_sizes(out / "1.pdf")) == 1
    assert done.stdout == b""

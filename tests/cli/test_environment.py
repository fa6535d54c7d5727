"""The command where a user has no home, or no standard streams."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.readers import page_sizes
from support.survival import GOOD, page

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

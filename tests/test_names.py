"""Names of files that are no text, and that are too long, through the whole command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.survival import GOOD, environment, page, read_report

NO_TEXT = "\udcff"
"""How Python has a byte that is no UTF-8 in a file's name."""


def strict(*given: object, **more: object) -> subprocess.CompletedProcess[bytes]:
    """Runs the command where stdout takes UTF-8 only, as in most languages' environments."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, given)],
        env=environment(PYTHONIOENCODING="utf-8:strict", **more),
        capture_output=True,
    )


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A folder whose name is no text, for everything."""
    folder = tmp_path / f"d{NO_TEXT}"
    try:
        page(folder / f"in/a{NO_TEXT}/1{NO_TEXT}.png", GOOD)
    except OSError:
        pytest.skip("names are text on this disk")
    (folder / f"in/a{NO_TEXT}/2{NO_TEXT}.png").write_bytes(b"nothing of an image")
    return folder


@pytest.mark.parametrize("where", ((), ("--cluster", "local:1")), ids=("here", "cluster"))
def test_names_that_are_no_text(where: tuple[str, ...], odd: Path) -> None:
    if where:
        pytest.importorskip("distributed")
    out, report = odd / "out", odd / f"r{NO_TEXT}.json"
    how = ("--engine", "none", "--sidecar", "--text-dir", odd / "texts", *where,
           "--cache-dir", odd / "cache", "-v", "--low-confidence", "0.5",
           "--title", f"t{NO_TEXT}", "--author", NO_TEXT)  # fmt: skip
    done = strict("convert", odd / "in", "-o", out, "--report", report, *how)
    assert done.returncode == 10, done.stderr
    assert b"Traceback" not in done.stderr
    (document,) = read_report(report)["documents"]
    assert Path(document["output"]) == out / f"a{NO_TEXT}.pdf"
    assert Path(document["output"]).exists()
    assert [Path(each["source"]).name for each in document["pages"]] == [
        f"1{NO_TEXT}.png",
        f"2{NO_TEXT}.png",
    ]
    page(odd / f"in/a{NO_TEXT}/2{NO_TEXT}.png", GOOD)
    done = strict("convert", odd / "in", "-o", out, "--retry-failed", report, *how)
    assert done.returncode == 0, done.stderr
    done = strict("cache", "--cache-dir", odd / "cache")
    assert done.returncode == 0, done.stderr

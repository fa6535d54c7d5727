"""Names of files that are no text, and that are too long, through the whole command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.readers import page_sizes
from support.survival import GOOD, environment, page, read_report

from pipeline import ConvertOptions, convert_blocking

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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", ((), ("--sidecar",), ("--update",), ("--force",), ("--cluster", "local:1"))
)
def test_names_that_are_too_long_with_an_ending(options: tuple[str, ...], tmp_path: Path) -> None:
    """They cost their own PDF, with what to do; the others are made."""
    if "--cluster" in options:
        pytest.importorskip("distributed")
    longest = os.pathconf(tmp_path, "PC_NAME_MAX")
    page(tmp_path / "in/good/1.png", GOOD)
    page(tmp_path / f"in/{'l' * (longest - 2)}/1.png", GOOD)
    page(tmp_path / f"in/texts/{'t' * (longest - 5)}.png", GOOD)
    out, texts = tmp_path / "out", tmp_path / "texts"
    convert = ("convert", tmp_path / "in", "-o", out, "--engine", "none", "--no-cache", *options)
    for _ in range(2):
        done = strict(*convert, "--text-dir", texts, "--report", tmp_path / "r.json")
        assert done.returncode == 5, done.stderr
        assert done.stderr.count(b"cannot be written (File name too long)") == 2
        assert b"give the scan or its folders a shorter name" in done.stderr
        assert [path.name for path in out.rglob("*.pdf")] == ["good.pdf"]
    done = strict(*convert)
    assert sorted(path.name for path in out.rglob("*.pdf")) == ["good.pdf", "texts.pdf"]
    assert strict(*convert, "--dry-run").returncode == 5


@pytest.mark.slow
def test_folders_deeper_than_python_calls_functions(tmp_path: Path) -> None:
    deep = "in/" + "d/" * 1_500
    here = os.open(tmp_path, os.O_RDONLY)
    try:
        for name in filter(None, deep.split("/")):
            os.mkdir(name, dir_fd=here)
            below = os.open(name, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        page(tmp_path / "1.png", GOOD)
        (tmp_path / "1.png").rename(tmp_path / deep / "1.png")
        done = strict("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "none",
                      "--sidecar", "--report", tmp_path / "r.json")  # fmt: skip
        assert done.returncode == 0, done.stderr
        (document,) = read_report(tmp_path / "r.json")["documents"]
        assert Path(document["output"]).stat().st_size > 0
    finally:
        os.close(here)
        subprocess.run(["rm", "-r", tmp_path / "in", tmp_path / "out"], check=True)


@pytest.mark.slow
def test_every_page_of_a_long_document_is_in_it(tmp_path: Path) -> None:
    for number in range(200):
        page(tmp_path / f"in/{number}.png", GOOD)
    options = ConvertOptions(workers="threads", jobs=4, store=None)
    report = convert_blocking(tmp_path / "in", tmp_path / "out", options, engine="none")
    (done,) = report.documents
    assert (done.pages, report.exit_code) == (200, 0)
    assert len(page_sizes(tmp_path / "out/in.pdf")) == 200

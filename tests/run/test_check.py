"""`check`: each page of PDFs, and of all PDFs in a folder; its answer is its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.survival import GOOD, page, run

pytestmark = pytest.mark.usefixtures("own_cache")


def test_folders_and_the_answer(tmp_path: Path) -> None:
    for name in ("a", "b/10", "b/9"):
        page(tmp_path / f"in/{name}/1.png", GOOD)
    out = tmp_path / "out"
    assert run("convert", tmp_path / "in", "-o", out, "--engine", "faults").returncode == 0
    (out / "notes.txt").write_text("no PDF")
    (out / "b/1.tif").write_text("no PDF")
    (out / "Thumbs.db").write_text("no PDF")
    done = run("check", "--json", out, "-v")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        f"passed over: {out}/b/1.tif",
        f"passed over: {out}/notes.txt",
        "passed over: 1 image, 1 text",
    ]
    names = [Path(each["path"]).relative_to(out).as_posix() for each in json.loads(done.stdout)]
    assert names == ["a.pdf", "b/9.pdf", "b/10.pdf"]
    (tmp_path / "in/a/2.png").write_bytes(b"nothing of an image")
    run("convert", tmp_path / "in", "-o", out, "--engine", "faults")
    done = run("check", out)
    assert done.returncode == 1, "a page that says that it could not be read has no text"
    assert "2 pages, 1 of them without text" in done.stdout
    assert done.stderr == "passed over: 1 image, 1 text (-v names them)\n"
    (out / "a.pdf").write_bytes(b"no PDF")
    done = run("check", out)
    assert done.returncode == 3
    assert "a.pdf: cannot be read as a PDF" in done.stderr
    assert done.stdout.count("all with text") == 2, "one fault stops nothing else"
    (tmp_path / "empty").mkdir()
    assert run("check", tmp_path / "empty").returncode == 3
    done = run("check", tmp_path / "emty")
    assert done.returncode == 3
    assert f"no such file or folder; did you mean {tmp_path / 'empty'}?" in done.stderr

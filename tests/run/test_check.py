"""`check`: each page of PDFs, and of all PDFs in a folder; its answer is its exit code."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from support.doubles import Stamp
from support.readers import need
from support.survival import GOOD, page, run

from pipeline import convert_blocking
from pipeline.pdf.inspection import Inspection
from pipeline.run.check import check_pdfs

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.mark.slow
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


def test_pages_in_the_place_of_scans_are_known_in_any_pdf(tmp_path: Path) -> None:
    """Also where PDFs were joined, or pages taken out, by another program."""
    page(tmp_path / "in/2.png", GOOD)
    for name in ("1", "3"):
        (tmp_path / f"in/{name}.png").write_bytes(b"nothing of an image")
    convert_blocking(tmp_path / "in", tmp_path / "out", engine=Stamp())
    pdf = tmp_path / "out/in.pdf"
    for pages, texts in (("2-3", [True, False]), ("3,2,2", [False, True, True])):
        changed = tmp_path / "changed.pdf"
        subprocess.run([need("qpdf"), pdf, "--pages", ".", pages, "--", changed], check=True)
        (found,) = check_pdfs(changed)
        assert isinstance(found, Inspection)
        assert [each.has_text for each in found.pages] == texts, "the mark is that of before"

"""The stages one by one, and texts that a person corrects."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from support.readers import need, poppler_text
from support.survival import (
    GOOD,
    page,
    run,
)

from pipeline import ImageOptions, LoadOptions, Metadata, NoScansError, UsageError
from pipeline.run.stages import merge_files, render_file

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.mark.slow
def test_stages_and_a_corrected_text(tmp_path: Path) -> None:
    scan = page(tmp_path / "in/1.png", GOOD)
    text, pdf = tmp_path / "1.json", tmp_path / "1.pdf"
    assert run("ocr", scan, "-o", text, "--engine", "faults").returncode == 0
    text.write_text(text.read_text().replace("seen100", "mended"))
    assert run("render", scan, text, "-o", pdf).returncode == 0
    assert poppler_text(pdf, 0).strip() == "mended"
    plain = tmp_path / "2.pdf"
    assert run("render", scan, "-o", plain).returncode == 0
    both = tmp_path / "both.pdf"
    assert run("merge", pdf, plain, pdf, "-o", both, "--title", "T").returncode == 0
    assert [poppler_text(both, index).strip() for index in range(3)] == ["mended", "", "mended"]
    subprocess.run([need("qpdf"), "--check", both], check=True, capture_output=True)
    text.write_text("{}")
    wrong = run("render", scan, text, "-o", pdf)
    assert wrong.returncode == 10
    assert "1.json: not a page text" in wrong.stderr
    foreign = tmp_path / "x.pdf"
    foreign.write_bytes(b"no PDF")
    assert run("merge", foreign, "-o", tmp_path / "y.pdf").returncode == 3
    assert run("merge", pdf, "-o", foreign).returncode == 5, "not ours"


@pytest.mark.slow
def test_text_dir_takes_what_a_person_corrected(tmp_path: Path) -> None:
    page(tmp_path / "in/sub/1.png", GOOD)
    page(tmp_path / "in/sub/2.png", GOOD, 120)
    texts, log, pdf = tmp_path / "texts", tmp_path / "log", tmp_path / "out/sub.pdf"

    def convert(*options: object) -> int:
        log.write_text("")
        done = run("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults",
                   "--text-dir", texts, *options, FAULTS_LOG=log)  # fmt: skip
        assert done.returncode in (0, 10), done.stderr
        return len(log.read_text().splitlines())

    assert convert() == 2
    first = texts / "sub/1.png.json"
    assert sorted(path.name for path in texts.rglob("*.json")) == ["1.png.json", "2.png.json"]
    before = pdf.stat().st_mtime_ns
    assert convert() == 0
    assert pdf.stat().st_mtime_ns == before
    data = json.loads(first.read_text())
    data["lines"][0]["words"][0]["text"] = "corrected"
    first.write_text(json.dumps(data))
    assert convert("--no-cache") == 0, "neither the corrected page nor the other one"
    assert poppler_text(pdf, 0).strip() == "corrected"
    assert convert("--image-dpi", 90, "--no-cache") == 1, "the other one is read as asked now"
    assert poppler_text(pdf, 0).strip() == "corrected"
    assert json.loads(first.read_text()) == data, "never overwritten"
    first.write_text("{")
    convert()
    assert poppler_text(pdf, 0).strip() == "corrected", (
        "a good page is not replaced by a failed one"
    )
    convert("--force")
    assert poppler_text(pdf, 0).strip() == "corrected", "as it was taken over before"
    assert poppler_text(pdf, 1).strip() == "seen120"


def test_what_is_not_there(tmp_path: Path) -> None:
    page(tmp_path / "page.png", GOOD)
    (tmp_path / "page.json").touch()
    (tmp_path / "page.pdf").touch()
    with pytest.raises(NoScansError, match=r"pagge\.pdf: no such file; did you mean .*page\.pdf"):
        merge_files(tmp_path / "pagge.pdf", tmp_path / "all.pdf", Metadata())
    with pytest.raises(UsageError, match=r"pag\.json: no such file \(make it with ocr\); did you"):
        render_file(
            tmp_path / "page.png", tmp_path / "pag.json", tmp_path / "x.pdf",
            LoadOptions(), ImageOptions(),
        )  # fmt: skip

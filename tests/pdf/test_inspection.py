"""What is in a PDF, as `check` tells it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.pages import page_with_word
from support.survival import run
from support.truth import SCANS

from pipeline import NoScansError, merge_pages
from pipeline.pdf.inspection import inspect, page_count


@pytest.mark.slow
def test_check_tells_what_is_in_a_pdf(tmp_path: Path) -> None:
    shown = run("check", "--json", *sorted(tmp_path.glob("*.pdf")))
    assert shown.returncode == 2, "a file must be named"
    pdf = tmp_path / "1.pdf"
    merge_pages(
        [page_with_word(tmp_path, "hello there").pdf, page_with_word(tmp_path, "").pdf], pdf
    )
    (found,) = json.loads(run("check", "--json", pdf).stdout)
    assert found["pdfa"] == "2U"
    first, second = found["pages"]
    assert (first["words"], second["words"]) == (2, 0)
    assert first["size_pt"] == [288, 72]
    assert 0.1 < first["coverage"] < 0.6
    assert [font.partition("+")[2] or font for font in first["fonts"]] == ["GlyphLessFont"]
    (picture,) = first["pictures"]
    assert (picture["size_px"], picture["dpi"]) == ([400, 100], [100, 100])
    shown = run("check", pdf)
    assert shown.returncode == 1, "the answer is no: a page has no text"
    assert "2 pages, 1 of them without text; claims PDF/A-2u" in shown.stdout
    fax = run("convert", SCANS / "fax/message.tif", "-o", tmp_path / "fax.pdf", "--engine", "none")
    assert fax.returncode == 0
    (found,) = json.loads(run("check", "--json", tmp_path / "fax.pdf").stdout)
    assert [each["pictures"][0]["dpi"] for each in found["pages"]] == [[204, 98]] * 3
    pdf.write_bytes(b"no PDF")
    wrong = run("check", pdf)
    assert wrong.returncode == 3
    assert "1.pdf: cannot be read as a PDF" in wrong.stderr


def test_pages_are_counted(tmp_path: Path) -> None:
    pdf = tmp_path / "1.pdf"
    merge_pages([page_with_word(tmp_path, "one").pdf] * 3, pdf)
    assert page_count(pdf) == len(inspect(pdf).pages) == 3
    for wrong in (tmp_path / "none.pdf", tmp_path):
        with pytest.raises(NoScansError, match=r"cannot be read as a PDF \("):
            page_count(wrong)

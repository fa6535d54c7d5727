"""The commands `ocr`, `render` and `merge`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from support.command import Command, one_line
from support.readers import pdfium_text
from support.truth import HARDWARE, SCANS


@pytest.mark.slow
def test_step_by_step(tmp_path: Path, command: Command) -> None:
    text, page, pdf = (tmp_path / name for name in ("1.json", "1.pdf", "all.pdf"))
    assert command("ocr", HARDWARE, "-o", text).returncode == 0
    corrected = text.read_text("utf-8").replace("MILLER", "MULLER")
    text.write_text(corrected, "utf-8")
    assert command("render", HARDWARE, text, "-o", page).returncode == 0
    assert command("merge", page, page, "-o", pdf, "--title", "Twice").returncode == 0
    reader: Any = PdfReader(pdf)
    assert reader.metadata is not None
    assert reader.metadata.title == "Twice"
    assert [item.title for item in reader.outline] == ["1", "1"]
    for number in (0, 1):
        assert "MULLER HARDWARE" in pdfium_text(pdf, number)


@pytest.mark.slow
def test_a_corrected_text_is_not_overwritten(tmp_path: Path, command: Command) -> None:
    text = tmp_path / "1.json"
    again = ("ocr", HARDWARE, "-o", text, "--engine", "none")
    assert command(*again).returncode == 0
    assert command(*again).returncode == 0, "nobody has changed it"
    corrected = text.read_text("utf-8").replace('"rotation_deg": 0', '"rotation_deg": 90')
    text.write_text(corrected, "utf-8")
    done = command(*again)
    assert done.returncode == 5
    assert "1.json exists and was corrected since it was made" in one_line(done.stderr)
    assert text.read_text("utf-8") == corrected
    assert command(*again, "--force").returncode == 0
    assert text.read_text("utf-8") != corrected


def test_the_page_of_several(tmp_path: Path, command: Command) -> None:
    fax = SCANS / "fax/message.tif"
    for page, problem in ((None, "has 3 pages; choose one"), (4, "has 3 pages, and no page 4")):
        choice = () if page is None else ("--page", page)
        done = command("render", fax, "-o", tmp_path / "x.pdf", *choice)
        assert done.returncode == 2
        assert problem in one_line(done.stderr)
    assert command("render", fax, "-o", tmp_path / "x.pdf", "--page", 3).returncode == 0
    assert len(PdfReader(tmp_path / "x.pdf").pages) == 1


def test_scans_are_no_pdfs(tmp_path: Path, command: Command) -> None:
    done = command("merge", HARDWARE, "-o", tmp_path / "x.pdf")
    assert done.returncode == 3
    assert "hardware.jpg: cannot be read as a PDF" in one_line(done.stderr)
    assert not (tmp_path / "x.pdf").exists()

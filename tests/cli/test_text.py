"""The command `text`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfWriter
from support.command import Command, one_line
from support.truth import HARDWARE, SCANS


@pytest.mark.slow
def test_text_of_one_file(command: Command) -> None:
    done = command("text", HARDWARE)
    assert done.returncode == 0
    assert done.stdout.startswith("MILLER HARDWARE\n22 Station Road\n")
    assert done.stderr == ""


@pytest.mark.slow
def test_text_of_several_files(tmp_path: Path, command: Command) -> None:
    (tmp_path / "bad.tif").write_bytes(b"garbage")
    fax = SCANS / "fax/message.tif"
    done = command("text", HARDWARE, tmp_path / "bad.tif", fax)
    assert done.returncode == 10
    headings = [line for line in done.stdout.splitlines() if line.startswith("---")]
    assert headings == [
        f"--- Result for {path} ---" for path in (HARDWARE, tmp_path / "bad.tif", fax)
    ]
    assert done.stdout.count("\f") == 2, "the pages of the fax are kept apart"
    assert "bad.tif: this is not an image" in one_line(done.stderr)
    assert command("text", tmp_path / "bad.tif").returncode == 3
    assert "is a folder, not an image" in one_line(command("text", tmp_path).stderr)


@pytest.mark.slow
def test_a_pdf_and_a_missing_file_are_no_scans(tmp_path: Path, command: Command) -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(tmp_path / "box.pdf")
    done = command("text", tmp_path / "box.pdf")
    assert done.returncode == 3
    assert "box.pdf: this is a PDF, and only images are read" in one_line(done.stderr)
    done = command("text", tmp_path / "gone.png")
    assert done.returncode == 3
    assert "gone.png: there is no such file; check the path" in one_line(done.stderr)


@pytest.mark.slow
def test_a_damaged_scan_is_exit_10(tmp_path: Path, command: Command) -> None:
    scan = tmp_path / "1.png"
    Image.effect_noise((200, 200), 60).save(scan)
    text = ("text", "--engine", "none", scan)
    assert command(*text).returncode == 0
    os.truncate(scan, scan.stat().st_size // 2)
    done = command(*text)
    assert done.returncode == 10, "as of a page that failed"
    assert "% of the picture is missing" in done.stderr

"""The engine that recognizes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.command import Command
from support.readers import page_sizes, pdfium_text
from support.stored import Stored
from support.truth import SCANS


@pytest.mark.slow
def test_none_bundles_the_scans(tmp_path: Path, command: Command) -> None:
    done = command("convert", SCANS / "receipts", "-o", tmp_path, "--engine", "none")
    assert done.returncode == 0, done.stderr
    for page, name in enumerate(("bakery.jpg", "hardware.jpg")):
        assert pdfium_text(tmp_path / "receipts.pdf", page) == ""
        stored = Stored(tmp_path / "receipts.pdf", page)
        assert stored.data == (SCANS / "receipts" / name).read_bytes()


@pytest.mark.slow
def test_none_still_finds_damaged_scans(tmp_path: Path, command: Command) -> None:
    for path in (SCANS / "receipts").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes()[:30_000])
    done = command("convert", tmp_path, "-o", tmp_path / "out", "--engine", "none")
    assert done.returncode == 10, "damage is said"
    assert len(page_sizes(tmp_path / f"out/{tmp_path.name}.pdf")) == 2, "what can be seen is kept"
    for path in (SCANS / "receipts").iterdir():
        assert f"{path.name}: the file is cut off or damaged: " in done.stderr

"""A scan that is replaced while pages are made: the PDF shows the new one, the store is right."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from PIL import Image
from support.readers import page_sizes, pdfium_text
from support.survival import GOOD, page, run

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.mark.slow
@pytest.mark.parametrize("way", ("renamed", "overwritten"))
@pytest.mark.parametrize("swapped", ("1.png", "2.png"))
def test_a_page_is_of_the_scan_that_is_there(tmp_path: Path, swapped: str, way: str) -> None:
    """Replaced while it is recognized (1), or while it waits for its turn (2)."""
    scans = tmp_path / "in"
    for number, height in ((1, 100), (2, 110)):
        page(scans / f"{number}.png", GOOD, height)
    shutil.copytree(scans, tmp_path / "before")
    new = page(tmp_path / "new.png", GOOD, 130)
    settings = {"FAULTS_KEEP_INODE": "1"} if way == "overwritten" else {}
    convert = ("convert", "--engine", "faults", "-j", 1)
    done = run(
        *convert, scans, "-o", tmp_path / "out",
        FAULTS_SWAP=f"{new}{os.pathsep}{scans / swapped}", **settings,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not new.exists(), "it was replaced"
    heights = {"1.png": [130, 110], "2.png": [100, 130]}[swapped]
    assert_pages(tmp_path / "out/in.pdf", heights)
    again = run(*convert, scans, "-o", tmp_path / "out")
    assert "1 skipped" in again.stderr, "its fingerprint is that of the new scan"
    done = run(*convert, tmp_path / "before", "-o", tmp_path / "other")
    assert done.returncode == 0, done.stderr
    assert_pages(tmp_path / "other/before.pdf", [100, 110])


def test_frames_of_one_scan_are_never_mixed(tmp_path: Path) -> None:
    """Nor is one lost, where the new scan has more of them."""
    scan, new = tmp_path / "in/many.tif", tmp_path / "new.tif"
    frames(scan, 100, 3)
    frames(new, 120, 4)
    done = run(
        "convert", scan.parent, "-o", tmp_path / "out", "--engine", "faults", "-j", 1,
        FAULTS_SWAP=f"{new}{os.pathsep}{scan}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert_pages(tmp_path / "out/in.pdf", [120, 121, 122, 123])


def test_a_scan_that_changes_all_the_time_is_a_failed_page(tmp_path: Path) -> None:
    scans = tmp_path / "in"
    page(scans / "1.png", GOOD, 100)
    page(scans / "2.png", GOOD, 110)
    done = run(
        "convert", scans, "-o", tmp_path / "out", "--engine", "faults", "-j", 1,
        FAULTS_GROWS=scans / "1.png",
    )  # fmt: skip
    assert done.returncode == 10, done.stderr
    assert "1.png: is being changed while it is read; run again" in done.stderr
    assert "seen110" in pdfium_text(tmp_path / "out/in.pdf", 1)


def frames(path: Path, height: int, count: int) -> None:
    path.parent.mkdir(exist_ok=True)
    images = [Image.new("L", (GOOD, height + number), 255) for number in range(count)]
    images[0].save(path, save_all=True, append_images=images[1:], dpi=(100, 100))


def assert_pages(pdf: Path, heights_px: list[int]) -> None:
    """Picture and text of each page are those of the scan of this height."""
    for (_, height_pt), height_px in zip(page_sizes(pdf), heights_px, strict=True):
        assert height_pt == pytest.approx(height_px * 0.72, abs=0.01)
    for index, height_px in enumerate(heights_px):
        assert f"seen{height_px}" in pdfium_text(pdf, index)

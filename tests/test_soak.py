"""Long runs: memory over a thousand pages, and everything odd at once: `make soak`."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image
from pypdfium2 import PdfDocument
from support.pictures import rendered
from support.readers import page_sizes
from support.survival import arguments, read_report
from support.truth import SCANS

pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("own_cache")]

REAL_SCANS = Path(os.environ.get("REAL_SCANS", "../shared/scans"))
MEGABYTE = 1_000_000
COMMENT = 60_000
"""Bytes of one JPEG comment, which may have 65,533."""


def test_memory_does_not_grow_with_pages(tmp_path: Path) -> None:
    measured = {}
    for pages in (50, 1000):
        scans = tmp_path / f"{pages}"
        scans.mkdir()
        for number, content in enumerate(itertools.islice(different_scans(), pages)):
            (scans / f"{number}.jpg").write_bytes(content)
        peak, seconds = watched("convert", scans, "-o", tmp_path / "out", "--engine", "none", "-q")
        measured[pages] = peak
        print(f"{pages} pages: {peak / MEGABYTE:.0f} MB, {1000 * seconds / pages:.1f} ms a page")
        assert len(page_sizes(tmp_path / f"out/{pages}.pdf")) == pages
    assert measured[1000] - measured[50] < 150 * MEGABYTE


def test_fifty_thousand_pages_are_merged_in_little_memory(tmp_path: Path) -> None:
    scan, pdf = tmp_path / "1.png", tmp_path / "x.pdf"
    Image.new("1", (20, 30), 1).save(scan, dpi=(72, 72))
    (tmp_path / "1.pdf").write_bytes(rendered(scan))
    merging = (
        "import sys; from pathlib import Path; from pipeline import Bookmark, merge_pages;"
        "marks = [Bookmark(str(page), page) for page in range(50_000)];"
        "merge_pages([Path(sys.argv[1])] * 50_000, sys.argv[2], bookmarks=marks)"
    )
    peak, seconds = peak_of([sys.executable, "-c", merging, str(tmp_path / "1.pdf"), str(pdf)])
    print(f"50,000 pages merged: {peak / MEGABYTE:.0f} MB, {seconds / 50:.1f} ms a page")
    with PdfDocument(pdf) as document:
        assert len(document) == 50_000
    assert peak < 300 * MEGABYTE


def test_memory_of_the_default_engine_does_not_grow_with_sizes(tmp_path: Path) -> None:
    measured = {}
    for pages in (40, 200):
        scans = tmp_path / f"{pages}"
        scans.mkdir()
        for number, page in enumerate(itertools.islice(pages_of_many_sizes(), pages)):
            page.save(scans / f"{number}.png")
        options = ("--engine", "rapid", "-j", 2, "--no-cache", "-q")
        peak, seconds = watched("convert", scans, "-o", tmp_path / "out", *options)
        measured[pages] = peak
        print(f"{pages} pages: {peak / MEGABYTE:.0f} MB, {seconds / pages:.2f} s a page")
        assert len(page_sizes(tmp_path / f"out/{pages}.pdf")) == pages
    assert measured[200] < 1500 * MEGABYTE
    assert measured[200] - measured[40] < 300 * MEGABYTE


@pytest.mark.skipif(not (REAL_SCANS / "odd").is_dir(), reason="no real scans: set REAL_SCANS")
@pytest.mark.parametrize(("engine", "room_mb"), (("none", 500), ("rapid", 1700)))
def test_everything_odd_is_accounted_for(tmp_path: Path, engine: str, room_mb: int) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    for name in ("odd", "multipage_tiff"):
        (scans / name).symlink_to((REAL_SCANS / name).absolute())
    files = {path for path in scans.rglob("*") if path.is_file()}
    for name in ("odd", "multipage_tiff"):
        files |= {scans / name / path.relative_to(REAL_SCANS / name)
                  for path in (REAL_SCANS / name).rglob("*") if path.is_file()}  # fmt: skip
    report = tmp_path / "report.json"
    peak, seconds = watched(
        "convert", scans, "-o", tmp_path / "out", "--engine", engine, "-q", "--report", report,
        "-j", 2, expect=10,
    )  # fmt: skip
    print(f"{engine}: {len(files)} files, {peak / MEGABYTE:.0f} MB, {seconds:.0f} s")
    assert peak < room_mb * MEGABYTE
    found = read_report(report)
    named = {page["source"] for each in found["documents"] for page in each["pages"]}
    assert len({path for path in files if str(path) not in named}) == found["passed_over"]
    for document in found["documents"]:
        assert document["outcome"] == "converted"
        assert len(page_sizes(Path(document["output"]))) == document["pages_total"]
        assert all(page["outcome"] == "done" or page["reason"] for page in document["pages"])


def different_scans() -> Iterator[bytes]:
    """A fixture again and again, each of other bytes and of a megabyte."""
    scan = (SCANS / "receipts/hardware.jpg").read_bytes()
    noise = random.Random(1)
    while True:
        comments = b""
        while len(scan) + len(comments) < MEGABYTE:
            comments += b"\xff\xfe" + (COMMENT + 2).to_bytes(2) + noise.randbytes(COMMENT)
        yield scan[:2] + comments + scan[2:]


def pages_of_many_sizes() -> Iterator[Image.Image]:
    """A page of print cut to sizes from a slip's to a whole sheet's, no two the same."""
    with Image.open(SCANS / "letters/1.png") as scan:
        whole = scan.convert("L")
    sizes = random.Random(1)
    while True:
        width, height = (sizes.randint(side // 3, side) for side in whole.size)
        left, top = (
            sizes.randint(0, a - b) for a, b in zip(whole.size, (width, height), strict=True)
        )
        yield whole.crop((left, top, left + width, top + height))


def watched(*given: object, expect: int = 0) -> tuple[float, float]:
    """The most memory that the command and its workers had at once, in bytes (PSS); its seconds."""
    return peak_of(arguments(*given), expect)


def peak_of(command: list[str], expect: int = 0) -> tuple[float, float]:
    """The same of any command."""
    started = time.monotonic()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    root = psutil.Process(process.pid)
    peak = 0.0
    while True:
        try:
            process.wait(0.2)
            break
        except subprocess.TimeoutExpired:
            peak = max(peak, sum(map(pss, [root, *root.children(recursive=True)])))
    assert process.returncode == expect
    return peak, time.monotonic() - started


def pss(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0

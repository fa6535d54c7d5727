"""The programs that are compared, as commands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.sets import ScanSet
from pipeline.model.version import __version__

PEER = "OCRmyPDF"
PEER_DPI = 300
"""What img2pdf is told of scans that do not tell their resolution."""
IMG2PDF = f"import sys, img2pdf; img2pdf.default_dpi = {PEER_DPI}; sys.exit(img2pdf.main())"

Command = list[object]


def ours(engine: str, scans: Sequence[Path], out: Path, jobs: int, options: list[object]
         ) -> Command:  # fmt: skip
    """Our command, with nothing known from before."""
    start: Command = [sys.executable, "-m", "pipeline", "convert", *scans, "-o", out]
    return [*start, "-q", "--no-cache", "-j", jobs, "--engine", engine, *options]


def peer(folder: Path, whole: Path, out: Path, jobs: int, language: str) -> Command:
    """OCRmyPDF on a PDF of all scans; `folder` holds its commands."""
    return [folder / "ocrmypdf", "--output-type", "pdf", "-q", "-j", jobs, "-l", language, whole,
            out]  # fmt: skip


def prepare_peer(folder: Path, scans: ScanSet, out: Path) -> None:
    """The PDF that OCRmyPDF is given."""
    command = [folder / "python", "-c", IMG2PDF, "--output", out, *scans.scans]
    subprocess.run(list(map(str, command)), check=True)


def versions(folder: Path | None) -> dict[str, str]:
    """Of the programs."""
    found = {"searchable-pdf": __version__}
    if folder:
        done = subprocess.run(
            [folder / "ocrmypdf", "--version"], capture_output=True, text=True, check=True
        )
        found[PEER] = done.stdout.strip()
    return found

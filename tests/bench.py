"""Compares speed and words found with OCRmyPDF on a folder of scans: `make bench BENCH=path`.

Each program makes one PDF of all scans, in turn, as often as asked; the fastest run of each
counts. Where a scan `NNN.<image>` has its truth in `NNN.txt`, the words found are shown, too.
OCRmyPDF is given the scans as a PDF that img2pdf makes beforehand, which is not counted.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from readers import page_sizes, poppler_text
from real_scans import IMAGES
from scoring import in_words, score

Command = list[object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scans", type=Path)
    parser.add_argument("--peer", type=Path, help="folder of the commands ocrmypdf and img2pdf")
    parser.add_argument("--engines", default="rapid,tesseract,none")
    parser.add_argument("--language", default="eng")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--times", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compare(given, Path(folder))


def compare(given: argparse.Namespace, folder: Path) -> None:
    scans = [path for path in sorted(given.scans.iterdir()) if path.suffix in IMAGES]
    commands: dict[str, Command] = {}
    if given.peer:
        whole = folder / "scans.pdf"
        run([given.peer / "img2pdf", "--output", whole, *scans])
        options = ["--output-type", "pdf", "-q", "-j", given.jobs, "-l", given.language]
        out = folder / "OCRmyPDF.pdf"
        commands["OCRmyPDF"] = [given.peer / "ocrmypdf", *options, whole, out]
    for engine in given.engines.split(","):
        options = ["-q", "--force", "--no-cache", "-j", given.jobs, "--engine", engine]
        options += ["-l", given.language] if engine == "tesseract" else []
        out = folder / f"{engine}.pdf"
        commands[engine] = [
            sys.executable,
            "-m",
            "pipeline",
            "convert",
            *scans,
            "-o",
            out,
            *options,
        ]
    seconds = {name: float("inf") for name in commands}
    for _ in range(given.times):
        for name, command in commands.items():
            started = time.perf_counter()
            run(command)
            seconds[name] = min(seconds[name], time.perf_counter() - started)
    true = {
        str(page): path.with_suffix(".txt").read_text(encoding="utf-8")
        for page, path in enumerate(scans)
        if path.with_suffix(".txt").exists()
    }
    size = sum(path.stat().st_size for path in scans)
    print(f"{given.scans.name}: {len(scans)} pages, {given.jobs} jobs, best of {given.times}")
    first = next(iter(seconds.values()))
    for name, each in seconds.items():
        pdf = folder / f"{name}.pdf"
        assert len(page_sizes(pdf)) == len(scans)
        read = {page: poppler_text(pdf, int(page)) for page in true}
        print(
            f"{name:10} {each:7.1f} s  {len(scans) / each:6.2f} pages/s  {first / each:5.2f} times"
            f" as fast  {pdf.stat().st_size / size:5.3f} of the size  "
            + (in_words(score(true, read)) if true else "")
        )


def run(command: Command) -> None:
    subprocess.run(list(map(str, command)), check=True)


if __name__ == "__main__":
    main()

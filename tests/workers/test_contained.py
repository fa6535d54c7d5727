"""A hundred engines that misbehave, each on a page of its own: every other page is right."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import psutil
import pytest
from support.faults.misbehaving import FIRST, WAYS
from support.readers import page_sizes, pdfium_text
from support.survival import GOOD, arguments, environment, leftovers, page, read_report

pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("own_cache")]

SEED = int(os.environ.get("SEED", "1"))
ENGINES = 100
MARK = "MISBEHAVING_RUN"


def chosen() -> list[int]:
    """The widths of the pages: every way at least once, and a good page after each."""
    dice = random.Random(SEED)
    ways = [*range(len(WAYS)), *dice.choices(range(len(WAYS)), k=ENGINES - len(WAYS))]
    dice.shuffle(ways)
    return [width for way in ways for width in (FIRST + way, GOOD)]


def test_a_hundred_engines_that_misbehave(tmp_path: Path) -> None:
    widths = chosen()
    for number, width in enumerate(widths):
        page(tmp_path / f"in/{number}.png", width, 100 + number)
    temporary = tmp_path / "temp"
    temporary.mkdir()
    with (tmp_path / "said").open("wb") as said:
        done = subprocess.run(
            # Of paths as users give them, relative to where they are.
            arguments("convert", "in", "-o", "out", "--engine", "misbehaving", "--timeout", 10,
                      "-j", 2, "--report", "r.json"),
            env=environment(TMPDIR=temporary, **{MARK: tmp_path}), cwd=tmp_path, stdout=said,
            stderr=said,
        )  # fmt: skip
    errors = (tmp_path / "said").read_text(errors="replace")[-3000:]
    assert done.returncode == 10, errors
    (document,) = read_report(tmp_path / "r.json")["documents"]
    assert document["outcome"] == "converted", document["message"]
    pdf = tmp_path / "out/in.pdf"
    assert len(page_sizes(pdf)) == len(widths)
    wrong = []
    for number, width in enumerate(widths):
        text = pdfium_text(pdf, number).strip()
        if width == GOOD and text != f"seen{100 + number}":
            wrong.append((number, text, widths[number - 1] - FIRST))
    assert wrong == []
    assert leftovers(tmp_path / "out") == []
    assert list(temporary.iterdir()) == []
    assert alive(tmp_path) == []


def alive(run: Path) -> list[psutil.Process]:
    """The processes of a run: they have inherited its environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(run):
                found.append(process)
        except psutil.Error:
            continue
    return found

"""How time grows: with more workers it should shrink, with more pages it should be linear."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bench.programs import ours
from bench.run import measured
from bench.sets import ScanSet, g4_pages

WORKERS = (1, 2)
PAGES = (10, 100, 1000)


@dataclass(frozen=True)
class Step:
    """One run of a row of growing runs.

    Attributes:
        engine: Who read.
        jobs: Pages at a time.
        pages: How many.
        seconds: Wall time.
        cpu_s: CPU time of all processes.
        peak_bytes: The most memory of all processes at once.
    """

    engine: str
    jobs: int
    pages: int
    seconds: float
    cpu_s: float
    peak_bytes: int


def by_workers(engines: list[str], scans: ScanSet, options: list[object], folder: Path
               ) -> list[Step]:  # fmt: skip
    """The same pages with one worker, and with two."""
    return [
        _step(engine, jobs, scans.pages, list(scans.scans), options, folder)
        for engine in engines
        for jobs in WORKERS
    ]


def by_pages(sources: tuple[Path, ...], numbers: tuple[int, ...], options: list[object],
             folder: Path) -> list[Step]:  # fmt: skip
    """More and more G4 pages with engine `none`, on one worker: what the rest costs."""
    steps = []
    for pages in numbers:
        scans = g4_pages(sources, folder / f"g4-{pages}", pages)
        steps.append(_step("none", 1, pages, [scans], options, folder))
    return steps


def each_more_ms(steps: list[Step]) -> list[tuple[float, float]]:
    """What each further page cost, between a step and the next: wall and CPU milliseconds."""
    return [
        (
            1000 * (more.seconds - less.seconds) / (more.pages - less.pages),
            1000 * (more.cpu_s - less.cpu_s) / (more.pages - less.pages),
        )
        for less, more in pairwise(steps)
    ]


def _step(engine: str, jobs: int, pages: int, scans: list[Path], options: list[object],
          folder: Path) -> Step:  # fmt: skip
    out = folder / f"scaling-{engine}-{jobs}-{pages}.pdf"
    run = measured(ours(engine, scans, out, jobs, options))
    out.unlink()
    return Step(engine, jobs, pages, run.seconds, run.cpu_s, run.peak_bytes)

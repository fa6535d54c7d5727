"""What was measured of each program on each set, and on all sets together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tools.scoring import shares

from bench.programs import PEER
from bench.run import Run
from bench.scaling import Step, each_more_ms
from bench.stage_times import Profile

TOGETHER = "together"


@dataclass
class Result:
    """A program on a set, or on several.

    Attributes:
        scans: Name of the set.
        program: OCRmyPDF, or our engine.
        pages: How many.
        runs: Each run of it; the fastest counts, and the most memory of any.
        bytes_in: Size of the scans.
        bytes_out: Size of the PDF.
        found: What was read of the true text (see `scoring.counts`); empty without truth.
    """

    scans: str
    program: str
    pages: int
    runs: list[Run] = field(default_factory=list)
    bytes_in: int = 0
    bytes_out: int = 0
    found: Counter[str] = field(default_factory=Counter)

    @property
    def best(self) -> Run:
        return min(self.runs, key=lambda run: run.seconds)

    def figures(self, peer: Result | None) -> dict[str, float | None]:
        """The row of the table; None where there is nothing to say."""
        found: dict[str, float | None] = dict.fromkeys(("words", "precision", "phrases", "cer"))
        if self.found["true"]:
            found |= shares(self.found)
        return {
            "pages_per_s": self.pages / self.best.seconds,
            "times_ocrmypdf": peer.best.seconds / self.best.seconds if peer else None,
            "cpu_s_per_page": self.best.cpu_s / self.pages,
            "peak_bytes": max(run.peak_bytes for run in self.runs),
            "out_over_in": self.bytes_out / self.bytes_in,
            **found,
        }


@dataclass
class Bench:
    """All that one call of the bench found."""

    about: dict[str, Any]
    results: list[Result] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)
    workers: list[Step] = field(default_factory=list)
    more_pages: list[Step] = field(default_factory=list)

    def rows(self) -> list[tuple[Result, dict[str, float | None]]]:
        """Every result with its figures; those of all sets together at the end, if several."""
        results = [*self.results]
        if len({result.scans for result in results}) > 1:
            programs = dict.fromkeys(result.program for result in results)
            results += [self._together(program) for program in programs]
        peers = {result.scans: result for result in results if result.program == PEER}
        return [(result, result.figures(peers.get(result.scans))) for result in results]

    def _together(self, program: str) -> Result:
        """Sums over the sets: their pages over the seconds of each one's fastest run."""
        parts = [result for result in self.results if result.program == program]
        run = Run(
            sum(part.best.seconds for part in parts),
            sum(part.best.cpu_s for part in parts),
            max(run.peak_bytes for part in parts for run in part.runs),
        )
        return Result(
            TOGETHER,
            program,
            sum(part.pages for part in parts),
            [run],
            sum(part.bytes_in for part in parts),
            sum(part.bytes_out for part in parts),
            sum((part.found for part in parts), Counter()),
        )

    def as_json(self) -> dict[str, Any]:
        """Everything, as numbers."""
        return {
            **self.about,
            "table": [
                {
                    "set": result.scans,
                    "program": result.program,
                    "pages": result.pages,
                    **figures,
                    "runs": [vars(run) for run in result.runs],
                }
                for result, figures in self.rows()
            ],
            "profile": [
                {
                    **vars(each),
                    "over_recognition": each.over_recognition,
                    "over_recognition_cpu": each.over_recognition_cpu,
                }
                for each in self.profiles
            ],
            "workers": [vars(step) for step in self.workers],
            "pages": [vars(step) for step in self.more_pages],
            "each_more_page_ms": each_more_ms(self.more_pages),
        }

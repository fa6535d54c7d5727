"""Where the time goes: shares of the stages, and how near the workers are to never waiting."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import clock
from bench.run import measured

SHOWN = (
    "start", "load", "downscale", "detection", "recognition", "render", "other", "merge", "check",
    "waiting",
)  # fmt: skip
"""`start`: until the first page begins, and the engines'. `other`: in a worker, between the
stages. `check`: the PDF is read again. `waiting`: a core had nothing of this to do."""
RECOGNITION = ("detection", "recognition")


@dataclass(frozen=True)
class Profile:
    """What the cores did while an engine read some pages.

    Attributes:
        engine: Who read.
        pages: How many.
        jobs: How many at a time.
        seconds: Of the whole command.
        shares: Of the time of all cores, by stage; their sum is 1.
        pages_s: From the beginning of the first page to the end of the last.
        recognition_s: That the workers spent in detection and recognition, all together; the
            engines' start not counted.
        recognition_cpu_s: The same in CPU time: less, where other work is on the machine.
    """

    engine: str
    pages: int
    jobs: int
    seconds: float
    shares: dict[str, float]
    pages_s: float
    recognition_s: float
    recognition_cpu_s: float

    @property
    def over_recognition(self) -> float:
        """`pages_s` over what recognition alone would take if no worker did anything else."""
        return self.pages_s / (self.recognition_s / self.jobs or float("inf"))

    @property
    def over_recognition_cpu(self) -> float:
        """The same over its CPU time; alike where nothing else is on the machine."""
        return self.pages_s / (self.recognition_cpu_s / self.jobs or float("inf"))


def profile(
    engine: str, scans: Sequence[Path], jobs: int, options: list[object], folder: Path
) -> Profile:
    """Runs the command once, with a clock in each stage."""
    notes = folder / f"clock-{engine}"
    notes.mkdir()
    where = {clock.FOLDER: str(notes), clock.ENGINE: engine}
    script = Path(clock.__file__)
    out = folder / f"profile-{engine}.pdf"
    command = [sys.executable, script, "convert", *scans, "-o", out, "-q", "--no-cache",
               "--no-sandbox", "-j", jobs, "--engine", engine, *options]  # fmt: skip
    began = time.monotonic()
    run = measured(command, {**os.environ, **where}, watch_memory=False)
    calls = [json.loads(line) for path in notes.iterdir() for line in path.read_text().splitlines()]
    pages = [call for call in calls if call["stage"] == "page"]
    first, last = min(page["start"] for page in pages), max(page["end"] for page in pages)
    spent: dict[str, float] = defaultdict(float)
    cpu: dict[str, float] = defaultdict(float)
    for call in calls:
        stage = "other" if call["stage"] == "page" else call["stage"]
        spent[stage] += call["seconds"]
        cpu[stage] += call["cpu_s"]
    spent["start"] += jobs * (first - began)
    whole = jobs * run.seconds
    spent["waiting"] = max(0.0, whole - sum(spent.values()))
    return Profile(
        engine,
        len(pages),
        jobs,
        run.seconds,
        {stage: spent[stage] / whole for stage in SHOWN},
        last - first,
        sum(spent[stage] for stage in RECOGNITION),
        sum(cpu[stage] for stage in RECOGNITION),
    )

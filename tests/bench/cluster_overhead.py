"""What a cluster costs beside recognition: an engine that only sleeps, on workers of this machine.

PYTHONPATH=tests python -m bench.cluster_overhead [--pages 500] [--workers 8] [--ship-scans]
    [--scan FILE.jpg]
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import random
import sys
import tempfile
import time
from pathlib import Path

FAULTS = Path(__file__).parents[1] / "support/faults"
sys.path[:0] = [str(FAULTS)]

from PIL import Image  # noqa: E402
from support.dask_cluster import DaskCluster  # noqa: E402
from support.faults.sleeper import PAGE_S  # noqa: E402

from pipeline.model.events import EngineChosen, Event, PageDone  # noqa: E402
from pipeline.model.options import ClusterOptions, ConvertOptions  # noqa: E402
from pipeline.run.convert import convert  # noqa: E402

SCAN_BYTES = 100_000
LEAST_SHARE = 0.9


class Clock:
    """Notes when the workers were ready, and when the last page was there."""

    def __init__(self) -> None:
        self.wall_s: list[float] = []
        self.cpu_s: list[float] = []
        self.pages = 0

    def watch(self, event: Event) -> None:
        if isinstance(event, EngineChosen):
            self._note()
        elif isinstance(event, PageDone):
            self.pages += 1
            self._note()

    def _note(self) -> None:
        self.wall_s.append(time.monotonic())
        self.cpu_s.append(time.process_time())


def picture() -> bytes:
    """A JPEG of few pixels: to be carried about, not to be computed with."""
    file = io.BytesIO()
    Image.new("L", (413, 585), 255).save(file, "JPEG", quality=80, dpi=(50, 50))
    return file.getvalue()


def scan(path: Path, jpeg: bytes, number: int) -> None:
    """A page like no other, of at least `SCAN_BYTES`."""
    noise = random.Random(number).randbytes(max(1000, SCAN_BYTES - len(jpeg)))
    comments = b""
    for start in range(0, len(noise), 60_000):
        part = noise[start : start + 60_000]
        comments += b"\xff\xfe" + (len(part) + 2).to_bytes(2) + part
    path.write_bytes(jpeg[:2] + comments + jpeg[2:])


def measure(folder: Path, jpeg: bytes, pages: int, workers: int, ship: bool) -> float:
    """Prints what was measured; the share of the ideal pace that was reached."""
    for number in range(pages):
        (folder / "in").mkdir(exist_ok=True)
        scan(folder / f"in/{number}.jpg", jpeg, number)
    clock = Clock()
    with DaskCluster(folder / "cluster") as cluster:
        cluster.start_worker(processes=workers)
        options = ConvertOptions(
            cluster=ClusterOptions(cluster.address, ship_scans=ship), store=None
        )
        run = convert([folder / "in"], folder / "out", options, engine="sleeper",
                      notify=clock.watch)  # fmt: skip
        started = time.process_time()
        report = asyncio.run(run)
        ended = time.process_time()
    assert report.exit_code == 0 and clock.pages == pages
    ideal = workers / PAGE_S
    pace = pages / (clock.wall_s[-1] - clock.wall_s[0])
    of_pages = (clock.cpu_s[-1] - clock.cpu_s[0]) / pages
    whole = (ended - clock.cpu_s[0]) / pages
    print(f"{workers} workers of one thread on {os.cpu_count()} cores, {pages} pages of"
          f" {max(SCAN_BYTES, len(jpeg)) / 1000:.0f} kB, {PAGE_S:g} s each,"
          f" scans {'sent' if ship else 'in a shared folder'}")  # fmt: skip
    print(f"  {pace:.2f} pages/s of {ideal:.0f}: {pace / ideal:.3f} of the ideal")
    print(f"  the command's CPU: {1000 * of_pages:.1f} ms a page, {1000 * whole:.1f} ms with"
          f" merging and verifying; {clock.cpu_s[0] - started:.1f} s to begin")  # fmt: skip
    print(f"  so one command is the bottleneck at about {1 / whole:.0f} pages/s")
    return float(pace / ideal)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--ship-scans", action="store_true")
    parser.add_argument("--scan", type=Path, help="a JPEG to make the pages of")
    given = parser.parse_args()
    jpeg = given.scan.read_bytes() if given.scan else picture()
    with tempfile.TemporaryDirectory() as folder:
        share = measure(Path(folder), jpeg, given.pages, given.workers, given.ship_scans)
    sys.exit(share < LEAST_SHARE)


if __name__ == "__main__":
    main()

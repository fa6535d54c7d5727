"""How well the places of words agree with the true ones.

    PYTHONPATH=tests python -m tools.word_places SET_FOLDER

A set is a folder of `NNN.<image>` with its truth in `NNN.boxes.json`: a list of `text` and `box`
(left, top, right, bottom in pixels of the image). An entry may hold several words; the box around
the read words is compared then. Of the words read right, those count as in place whose box
overlaps the true one by half or more (intersection over union).

The same text may stand elsewhere, too: `apart` counts true entries whose only reading is so far
off (more than two heights beyond the true box) that it is another word's. They are not counted as
read right; `all` is the share in place with them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from PIL import Image
from support.readers import READERS, page_sizes

from pipeline import Box, PageText
from pipeline.load.page import load_page
from pipeline.model.page import PageSource
from pipeline.render import render_page
from pipeline.workers.job import PageJob
from pipeline.workers.page_text import read_page

IMAGES = (".tif", ".png", ".jpg")
ENOUGH = 0.5
MAX_WORDS = 12

Placed = tuple[str, Box]


@dataclass
class Tally:
    """Counts over pages: true entries, those read right, those of them in place."""

    true: int = 0
    read: int = 0
    placed: int = 0
    apart: int = 0
    overlap: float = 0.0

    def __str__(self) -> str:
        read = max(1, self.read)
        return (
            f"true {self.true}  read right {self.read}"
            f"  in place {self.placed / read:.4f}  mean overlap {self.overlap / read:.4f}"
            f"  apart {self.apart}  all {self.placed / max(1, self.read + self.apart):.4f}"
        )

    def add(self, true: list[Placed], found: Iterable[Placed]) -> None:
        """Counts one page: each true entry takes the best free place of the same text."""
        places = defaultdict(list)
        for text, box in found:
            places[text].append(box)
        wanted = defaultdict(list)
        for text, box in true:
            wanted[text].append(box)
        self.true += len(true)
        for text, boxes in wanted.items():
            pairs = sorted(
                (-overlap(box, place), distance(box, place), index, at)
                for index, box in enumerate(boxes)
                for at, place in enumerate(places[text])
            )
            taken: set[int] = set()
            done: set[int] = set()
            for worse, _, index, at in pairs:
                if index not in done and at not in taken:
                    done.add(index)
                    taken.add(at)
                    if is_apart(boxes[index], places[text][at]):
                        self.apart += 1
                        continue
                    self.read += 1
                    self.placed += -worse >= ENOUGH
                    self.overlap -= worse


def overlap(a: Box, b: Box) -> float:
    """Intersection over union of two boxes."""
    width = min(a.right, b.right) - max(a.left, b.left)
    height = min(a.bottom, b.bottom) - max(a.top, b.top)
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / (a.width * a.height + b.width * b.height - both)


def distance(a: Box, b: Box) -> float:
    """How far the middles of two boxes are apart, in pixels."""
    return abs(a.left + a.right - b.left - b.right) + abs(a.top + a.bottom - b.top - b.bottom)


def is_apart(true: Box, found: Box) -> bool:
    """Whether a place is too far from the true one to be meant for it."""
    room = 2 * min(true.height, true.width)
    x, y = (found.left + found.right) / 2, (found.top + found.bottom) / 2
    return not (
        true.left - room <= x <= true.right + room and true.top - room <= y <= true.bottom + room
    )


def fold(text: str) -> str:
    """Text as compared: truths are in capitals where print is not."""
    return " ".join(text.casefold().split())


def around(boxes: Iterable[Box]) -> Box:
    """The box around boxes."""
    left, top, right, bottom = zip(
        *((box.left, box.top, box.right, box.bottom) for box in boxes), strict=True
    )
    return Box(min(left), min(top), max(right), max(bottom))


def runs(rows: Iterable[list[Placed]]) -> Iterator[Placed]:
    """Every run of words of a row, with the box around it."""
    for row in rows:
        for first in range(len(row)):
            for last in range(first, min(len(row), first + MAX_WORDS)):
                part = row[first : last + 1]
                yield fold(" ".join(text for text, _ in part)), around(box for _, box in part)


def rows_of(page: PageText, scale: float) -> list[list[Placed]]:
    """The words of a page by line, in pixels of the scan."""
    return [[(word.text, scaled(word.box, scale)) for word in line.words] for line in page.lines]


def rows_of_pdf(page: PageText, scan: Path, reader: str) -> list[list[Placed]]:
    """The words that a reader finds in the page's PDF, in pixels of the scan."""
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder, "page.pdf")
        with load_page(PageSource(scan)) as image:
            pdf.write_bytes(render_page(image, page))
            scale = image.square_size_px[0] / page_sizes(pdf)[0][0]
        words = [
            (each.text, scaled(Box(each.left, each.top, each.right, each.bottom), scale))
            for each in READERS[reader][1](pdf, 0)
        ]
    rows: list[list[Placed]] = [words[:1]]
    for before, word in pairwise(words):
        if word[1].left < before[1].left or abs(word[1].top - before[1].top) > word[1].height:
            rows.append([])
        rows[-1].append(word)
    return rows


def scaled(box: Box, scale: float) -> Box:
    """A box in other pixels."""
    return Box(box.left * scale, box.top * scale, box.right * scale, box.bottom * scale)


def true_places(path: Path) -> list[Placed]:
    """What stands on a scan, and where."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    boxes = ((fold(entry["text"]), Box(*entry["box"])) for entry in entries)
    return [(text, box) for text, box in boxes if text and box.width > 0 and box.height > 0]


def main() -> None:
    """Prints the tally of a set."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("set", type=Path, help="folder of scans and true boxes")
    options.add_argument("--engine", default="rapid", help="who reads")
    options.add_argument("--texts", type=Path, help="folder of NNN.json: read before, or kept here")
    options.add_argument("--pdf", choices=sorted(READERS), help="places as this reader finds them")
    asked = options.parse_args()
    tally = Tally()
    for scan in sorted(asked.set.iterdir()):
        truth = scan.with_suffix(".boxes.json")
        if scan.suffix not in IMAGES or not truth.exists():
            continue
        kept = asked.texts / f"{scan.stem}.json" if asked.texts else None
        if kept and kept.exists():
            page = PageText.from_json(kept.read_text(encoding="utf-8"))
        else:
            page = read_page(PageJob(PageSource(scan), engine=asked.engine)).text
            if kept:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_text(page.to_json(), encoding="utf-8")
        with Image.open(scan) as image:
            scale = image.width / page.width_px
        rows = rows_of_pdf(page, scan, asked.pdf) if asked.pdf else rows_of(page, scale)
        tally.add(true_places(truth), runs(rows))
    print(f"{asked.set.name:20} {asked.engine} {asked.pdf or ''} {tally}")


if __name__ == "__main__":
    main()

"""Sets of scans for the bench: folders with truth, the fixtures varied, and G4 pages.

A set is a folder of `NNN.<image>`, with its truth in `NNN.txt` where that is known.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops
from support.truth import PAGES, SCANS, TruePage

from pipeline import page_sources

IMAGES = frozenset((".tif", ".tiff", ".png", ".jpg", ".jpeg", ".jp2"))
MOST_SHIFT_PX = 6
MOST_SHADE = 8
DPI = 200.0
"""Of fixtures that do not tell theirs."""
ROWS_PER_STRIP = 278


@dataclass(frozen=True)
class ScanSet:
    """A set of scans.

    Attributes:
        name: The folder's.
        scans: Its files, in order.
        true: The true text of pages, by their index in the PDF of the set, where it is known.
        pages: How many there are, all frames counted.
        language: What to tell the programs, as `eng+deu`.
    """

    name: str
    scans: tuple[Path, ...]
    true: dict[str, str]
    pages: int
    language: str

    @property
    def size(self) -> int:
        return sum(path.stat().st_size for path in self.scans)

    def first(self, files: int) -> ScanSet:
        return make_set(self.name, self.scans[:files], self.language)


def read_set(given: str, most: int | None, language: str) -> ScanSet:
    """The set in a folder, given as `path` or `path=deu+fra`; `most` of its files, spread evenly.

    Raises:
        SystemExit: There are no scans.
    """
    name, _, own_language = given.partition("=")
    folder = Path(name)
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() in IMAGES)
    if not found:
        raise SystemExit(f"{folder}: no scans here; name folders of scans in BENCH")
    if most is not None and len(found) > most:
        found = [found[index * len(found) // most] for index in range(most)]
    return make_set(folder.name, tuple(found), own_language or language)


def make_set(name: str, scans: tuple[Path, ...], language: str) -> ScanSet:
    true = {}
    pages = 0
    for path in scans:
        frames = len(list(page_sources(path)))
        truth = path.with_suffix(".txt")
        if frames == 1 and truth.exists():
            true[str(pages)] = truth.read_text(encoding="utf-8")
        pages += frames
    return ScanSet(name, scans, true, pages, language)


def varied_fixtures(folder: Path, pages: int) -> Path:
    """The fixtures that a program can read in English letters, each again and again, a little
    different each time; the same in every call."""
    folder.mkdir(parents=True)
    chance = random.Random(6)
    readable = [page for page in PAGES if not page.cjk]
    for number, page in zip(range(1, pages + 1), cycle(readable), strict=False):
        image, ending, how = _opened(page)
        shift = [chance.randint(-MOST_SHIFT_PX, MOST_SHIFT_PX) for _ in "xy"]
        shade = chance.randint(1, MOST_SHADE)
        path = folder / f"{number:03}{ending}"
        _varied(image, (shift[0], shift[1]), shade).save(path, **how)
        lines = (" ".join(word["text"] for word in line) for line in page.lines)
        path.with_suffix(".txt").write_text("\n".join(lines), encoding="utf-8")
    return folder


def _opened(page: TruePage) -> tuple[Image.Image, str, dict[str, Any]]:
    """A fixture page, and how it is to be saved as it was."""
    stem, _, frame = page.name.partition("-")
    (path,) = (SCANS / page.document).glob(f"{stem}.*")
    with Image.open(path) as image:
        image.seek(int(frame or 1) - 1)
        how: dict[str, Any] = {"dpi": image.info.get("dpi", (DPI, DPI))}
        if path.suffix == ".jpg":
            how["quality"] = 90
        if path.suffix == ".tif":
            how["compression"] = image.info["compression"]
        return image.copy(), path.suffix, how


def _varied(image: Image.Image, shift: tuple[int, int], shade: int) -> Image.Image:
    """Moved by a few pixels, over its edges; gray and colors a little darker."""
    moved = ImageChops.offset(image, *shift)
    if moved.mode in ("L", "RGB"):
        return moved.point(lambda value: max(0, value - shade))
    return moved


def g4_pages(sources: tuple[Path, ...], folder: Path, pages: int) -> Path:
    """Scans as bilevel TIFF with one G4 strip, each again and again with another pixel."""
    folder.mkdir(parents=True)
    images = [_bilevel(path) for path in sources]
    for number, image in zip(count(), cycle(images), strict=False):
        if number == pages:
            return folder
        at = (number % image.width, number // image.width)
        image.putpixel(at, 0 if image.getpixel(at) else 255)
        dpi = image.info.get("dpi", (DPI, DPI))
        how = {"compression": "group4", "dpi": dpi, "tiffinfo": {ROWS_PER_STRIP: image.height}}
        image.save(folder / f"{number:05}.tif", **how)
    raise AssertionError("cycle does not end")


def _bilevel(path: Path) -> Image.Image:
    with Image.open(path) as image:
        dpi = image.info.get("dpi", (DPI, DPI))
        page = image.convert("1", dither=Image.Dither.NONE)
        page.info = {"dpi": dpi}
        return page

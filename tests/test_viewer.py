"""pdf.js, the reader of Firefox and many web pages: its text, its search and its highlights.

    make test-readers        (needs Node with npm, and Chromium; not part of `make test`)

PICTURES=folder keeps a screenshot of each page with what was searched for.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.corpus.lines import (
    ASCENT_EM,
    DESCENT_EM,
    LINES,
    PAGE_PT,
    SIZE_PT,
    TrueLine,
    TrueWord,
    bare,
    draw_corpus,
    whole_lines,
)
from support.corpus.texts import TEXTS
from support.readers import need

pytestmark = pytest.mark.readers

SCRIPTS = list(TEXTS)
SCREEN = Path(__file__).parent / "support/pdfjs"
FLOORS = {
    "latin": 15,
    "hyphens": 7,
    "cjk": 6,
    "right-to-left": 5,
    "indic": 4,
    "symbols": 4,
    "tilted": 8,
    "turned": 3,
}
"""Lines that pdf.js gives back whole, at least."""
FOUND_FLOOR = 52
"""Lines of two words and more that a search for their whole text finds."""
NEAR_PT = 1.0
DEADLINE_S = 300


@dataclass(frozen=True)
class Mark:
    """A part of a highlight, in points: origin bottom left."""

    page: int
    text: str
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class Seen:
    """What the viewer gave back: the pages' texts, and the highlights of each query."""

    texts: list[str]
    found: dict[str, list[Mark] | None]


def telling_word(line: TrueLine) -> TrueWord | None:
    """The longest of a line's words that are nowhere else in the corpus."""
    others = bare(" ".join(each.text for each in LINES if each is not line))
    alone = [w for w in line.words if bare(w.text) not in others and line.text.count(w.text) == 1]
    return max(alone, key=lambda word: len(word.text), default=None)


PHRASES = [line for line in LINES if len(line.words) > 1]
WORDS = [(line, word) for line in LINES if (word := telling_word(line))]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    node, chromium = need("node"), need("chromium")
    folder = tmp_path_factory.mktemp("viewer")
    pictures = Path(os.environ.get("PICTURES") or folder).absolute()
    pictures.mkdir(parents=True, exist_ok=True)
    job = {
        "pdf": str(draw_corpus(folder)),
        "queries": [line.text for line in PHRASES] + [word.text for _, word in WORDS],
        "pictures": [
            {
                "page": page,
                "queries": [word.text for line, word in WORDS if line.script == script],
                "path": str(pictures / f"{script}.png"),
            }
            for page, script in enumerate(SCRIPTS)
        ],
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    done = subprocess.run(
        [node, SCREEN / "viewer.mjs", folder / "job.json", chromium],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    yield Seen(
        answer["texts"],
        {
            query: None if marks is None else [Mark(**mark) for mark in marks]
            for query, marks in answer["found"].items()
        },
    )


@pytest.mark.parametrize("script", TEXTS)
def test_lines_are_read_whole(seen: Seen, script: str) -> None:
    whole = whole_lines(script, seen.texts[SCRIPTS.index(script)])
    missing = [line.text for line in LINES if line.script == script and line.name not in whole]
    assert len(whole) >= FLOORS[script], f"not whole: {missing}"


def test_search_finds_phrases(seen: Seen) -> None:
    missing = [line.text for line in PHRASES if not seen.found[line.text]]
    print(f"\nphrases found: {len(PHRASES) - len(missing)} of {len(PHRASES)}; not: {missing}")
    assert len(PHRASES) - len(missing) >= FOUND_FLOOR, missing


def test_highlights_lie_on_the_words(seen: Seen) -> None:
    starts, ends = [], []
    for line, word in WORDS:
        here = [m for m in seen.found[word.text] or () if m.page == SCRIPTS.index(line.script)]
        if not here or line.angle_deg % 90:  # the box around a tilted highlight says too little
            continue
        xs, ys = zip(*line.corners(word), strict=True)
        across = line.angle_deg % 180 == 0
        true = (min(xs), max(xs)) if across else (min(ys), max(ys))
        lows = [m.left if across else PAGE_PT[1] - m.top for m in here]
        highs = [m.right if across else PAGE_PT[1] - m.bottom for m in here]
        starts.append(abs(min(lows) - true[0]))
        ends.append(abs(max(highs) - true[1]))
    print(
        f"\nhighlights of {len(starts)} words begin {statistics.median(starts):.2f} pt and end "
        f"{statistics.median(ends):.2f} pt from them (median; most: {max(starts + ends):.1f} pt)"
    )
    assert len(starts) >= 0.8 * sum(line.angle_deg % 90 == 0 for line, _ in WORDS)
    assert statistics.median(starts) < NEAR_PT
    assert statistics.median(ends) < NEAR_PT


def test_highlights_of_tilted_words_cover_them(seen: Seen) -> None:
    tilted = [(line, word) for line, word in WORDS if line.script == "tilted"]
    assert len(tilted) >= 8
    for line, word in tilted:
        marks = seen.found[word.text]
        assert marks, word.text
        x, y = line.at((word.start_pt + word.end_pt) / 2, (ASCENT_EM - DESCENT_EM) * SIZE_PT / 2)
        length = word.end_pt - word.start_pt
        left, right = min(mark.left for mark in marks), max(mark.right for mark in marks)
        low, high = min(mark.bottom for mark in marks), max(mark.top for mark in marks)
        assert abs((left + right) / 2 - x) < 2.5, word.text
        assert length * 0.85 < right - left < length * 1.15 + 4, word.text
        assert low < PAGE_PT[1] - y < high, word.text
        if abs(line.angle_deg) > 8:  # less tilted ones are made flatter
            assert abs((low + high) / 2 - (PAGE_PT[1] - y)) < 1.5, word.text

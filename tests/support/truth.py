"""The fixtures, what truly stands on them, and how well a reading agrees."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from support.readers import Found

FIXTURES = Path(__file__).parents[2] / "fixtures"
SCANS = FIXTURES / "scans"
HARDWARE = SCANS / "receipts/hardware.jpg"

MARKS = dict.fromkeys(map(ord, "\u200e\ufffe\x02\x0c"))
"""Marks that readers leave in texts, beside the characters."""


@dataclass(frozen=True)
class TruePage:
    """A fixture page: where it is in the PDF of its folder, and its words in pixels."""

    document: str
    page: int
    name: str
    width: int
    height: int
    lines: list[list[dict]]

    @property
    def words(self) -> list[dict]:
        return [word for line in self.lines for word in line]

    @property
    def cjk(self) -> bool:
        return self.name == "japanese"


def _pages() -> list[TruePage]:
    orders = {
        "letters": ["1", "2", "3"],
        "fax": ["message", "message-2", "message-3"],
        "receipts": ["bakery", "hardware"],
        "languages": ["czech", "french", "german", "japanese", "polish", "swedish"],
    }
    return [
        TruePage(folder, index, name, **json.loads(_truth(folder, name)))
        for folder, names in orders.items()
        for index, name in enumerate(names)
    ]


def _truth(folder: str, name: str) -> str:
    return (FIXTURES / "truth" / folder / f"{name}.json").read_text(encoding="utf-8")


def fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(MARKS)


def bare_words(text: str) -> list[str]:
    """Words without the punctuation around them."""
    return [word for word in re.split(r"[^\w'’-]+", fold(text)) if word.strip("-'’")]


def recall(page: TruePage, text: str) -> float:
    """Share of the page's true words (of Japanese: characters) that a text holds."""
    if page.cjk:
        true = Counter(character for word in page.words for character in word["text"])
        found = Counter(fold(text))
    else:
        true = Counter(bare_words(" ".join(word["text"] for word in page.words)))
        found = Counter(bare_words(text))
    return (true & found).total() / true.total()


def share_in_place(
    page: TruePage, found: list[Found], size_pt: tuple[float, float]
) -> tuple[float, int]:
    """Of the words read right: the share whose box's middle lies in the true box; their number."""
    x_scale, y_scale = size_pt[0] / page.width, size_pt[1] / page.height
    hits = total = 0
    for word in page.words:
        places = [each for each in found if fold(each.text) == word["text"]]
        if not places:
            continue
        total += 1
        left, top, right, bottom = word["box"]
        hits += any(
            left * x_scale <= (each.left + each.right) / 2 <= right * x_scale
            and top * y_scale <= (each.top + each.bottom) / 2 <= bottom * y_scale
            for each in places
        )
    return hits / total, total


PAGES = _pages()

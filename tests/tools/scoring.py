"""How much of the true text of scans a search finds, and how far the whole text is from it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from rapidfuzz.distance import Levenshtein

Score = dict[str, float]
PLAIN_MARKS = str.maketrans("‘’“”—–", "''\"\"--", "\u200e\ufffe\u00ad")
"""Quotes and dashes as keyboards have them; marks that readers put in or leave out."""


def words(text: str) -> list[str]:
    """Words of three letters or more, folded as a search in a viewer folds them."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("—", "-")
    return [word for word in re.findall(r"[^\W_]+(?:['\-][^\W_]+)*", text) if len(word) >= 3]


def characters(text: str) -> str:
    """The text of a page in one line: white space of any kind and length is one space."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(PLAIN_MARKS).split())


def counts(true: dict[str, str], read: dict[str, str]) -> Counter[str]:
    """What `shares` needs of a set; counts of several sets may be added up."""
    totals: Counter[str] = Counter()
    for name, text in true.items():
        a, b = words(text), words(read[name])
        totals["words"] += (Counter(a) & Counter(b)).total()
        totals["true"] += len(a)
        totals["read"] += len(b)
        a3, b3 = (Counter(zip(w, w[1:], w[2:], strict=False)) for w in (a, b))
        totals["phrases"] += (a3 & b3).total()
        totals["true phrases"] += a3.total()
        is_there, found = characters(text), characters(read[name])
        totals["wrong characters"] += Levenshtein.distance(is_there, found)
        totals["true characters"] += len(is_there)
    return totals


def shares(totals: Counter[str]) -> Score:
    """Shares of true words and of true runs of three words that were read, over a whole set.

    `cer` is the character error rate: changes that make the read text of each page, in reading
    order, the true one, over the true characters.
    """
    return {
        "words": totals["words"] / max(1, totals["true"]),
        "precision": totals["words"] / max(1, totals["read"]),
        "phrases": totals["phrases"] / max(1, totals["true phrases"]),
        "cer": totals["wrong characters"] / max(1, totals["true characters"]),
    }


def score(true: dict[str, str], read: dict[str, str]) -> Score:
    """`shares` of one set."""
    return shares(counts(true, read))


def in_words(found: Score) -> str:
    return "  ".join(f"{name} {value:.4f}" for name, value in found.items())

"""How much of the true text of scans a search finds."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

Score = dict[str, float]


def words(text: str) -> list[str]:
    """Words of three letters or more, folded as a search in a viewer folds them."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("—", "-")
    return [word for word in re.findall(r"[^\W_]+(?:['\-][^\W_]+)*", text) if len(word) >= 3]


def score(true: dict[str, str], read: dict[str, str]) -> Score:
    """Shares of true words and of true runs of three words that were read, over a whole set."""
    totals: Counter[str] = Counter()
    for name, text in true.items():
        a, b = words(text), words(read[name])
        totals["words"] += (Counter(a) & Counter(b)).total()
        totals["true"] += len(a)
        totals["read"] += len(b)
        a3, b3 = (Counter(zip(w, w[1:], w[2:], strict=False)) for w in (a, b))
        totals["phrases"] += (a3 & b3).total()
        totals["true phrases"] += a3.total()
    return {
        "words": totals["words"] / totals["true"],
        "precision": totals["words"] / max(1, totals["read"]),
        "phrases": totals["phrases"] / totals["true phrases"],
    }


def in_words(found: Score) -> str:
    return "  ".join(f"{name} {value:.4f}" for name, value in found.items())

"""Where the words of a printed line begin and end, found in its ink."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PIL import Image

Span = tuple[float, float]

INK_SHARE = 0.6
"""Pixels darker than this part of the way from the darkest pixel to the paper are ink. It is more
than a half, so that the gray edges of letters are ink, and the noise of the paper is not."""
PAPER_PERCENTILE = 90
"""Brightness of the paper: letters cover far less than nine tenths of a line, and the brightest
pixel of all may be a speck of noise."""
NEARNESS = 0.5
"""What a pixel of distance from the expected place costs, in pixels of a gap's width. Words part
where a gap is wide: a place that is wrong by a letter costs less than the gap between two words is
wider than one between two letters."""


def snap_words(line: Image.Image, expected: Sequence[Span]) -> list[Span]:
    """Moves the ends of words to the gaps between them.

    Of all gaps in the ink, those are taken that are wide, and near to where the words were
    expected to part (by dynamic programming over the gaps from left to right).

    Args:
        line: The line alone, upright; x as in `expected`.
        expected: Start and end of each word, in pixels, from left to right.

    Returns:
        As many spans; `expected` itself where the line has fewer gaps than words.
    """
    gaps = _gaps(line)
    count = len(expected) - 1
    if gaps is None:
        return list(expected)
    (first, last), inner = gaps
    if len(inner) < count:
        return list(expected)
    places = [(before[1] + after[0]) / 2 for before, after in pairwise(expected)]
    word_gaps = _word_gaps(inner, places)
    starts = [first, *(gap[1] for gap in word_gaps)]
    ends = [*(gap[0] for gap in word_gaps), last]
    return list(zip(starts, ends, strict=True))


def _gaps(line: Image.Image) -> tuple[Span, list[Span]] | None:
    """First and last ink, and the spans without ink between them; None where there is no ink."""
    pixels = np.asarray(line.convert("L"), np.float32)
    paper = float(np.percentile(pixels, PAPER_PERCENTILE))
    darkest = float(pixels.min())
    dark = pixels < darkest + (paper - darkest) * INK_SHARE
    inked = np.flatnonzero(dark.any(axis=0))
    if not len(inked):
        return None
    breaks = np.flatnonzero(np.diff(inked) > 1)
    inner = [(float(inked[at] + 1), float(inked[at + 1])) for at in breaks]
    return (float(inked[0]), float(inked[-1] + 1)), inner


def _word_gaps(gaps: list[Span], expected: list[float]) -> list[Span]:
    """As many of the gaps as are expected, in order: the widest that are near."""

    def worth(gap: Span, place: float) -> float:
        return gap[1] - gap[0] - NEARNESS * abs((gap[0] + gap[1]) / 2 - place)

    # best[j]: the worth of the best choice for the expected places so far that ends with gap j
    best: list[tuple[float, tuple[int, ...]]] = []
    for number, place in enumerate(expected):
        row: list[tuple[float, tuple[int, ...]]] = []
        before: tuple[float, tuple[int, ...]] = (0.0 if not number else float("-inf"), ())
        for index, gap in enumerate(gaps):
            if number and index:
                before = max(before, best[index - 1])
            row.append((before[0] + worth(gap, place), (*before[1], index)))
        best = row
    return [gaps[index] for index in max(best)[1]] if best else []

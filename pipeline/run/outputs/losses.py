"""What a document would lose if its new PDF took the place of the one that is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from ...model.characters import printable
from ...model.outcomes import PageFailure, PageOutcome
from ...model.page import Document, PageSource
from ...pdf.inspection import bookmarked_files
from ...store.provenance import Provenance, load_provenance

Name = tuple[str, int, int]
"""A page, by the name of its file without the ending, which of several files of this name it is in,
and which page of the file it is: as the outline of a PDF tells it, so that no path need be kept."""
ROUNDING = 0.001
"""A page has not lost more of its picture than before if it is no more than this."""


@dataclass(frozen=True, slots=True)
class Losses:
    """The pages that are better in the PDF that is there.

    Attributes:
        worse: How many pages failed, or lack more of their picture than there.
        gone: How many of its files cannot be seen any more: a folder or a file cannot be opened,
            or a folder is suddenly empty.
        waiting: How many new pages are not in it.
    """

    worse: int = 0
    gone: int = 0
    waiting: int = 0

    def __bool__(self) -> bool:
        return self.worse + self.gone > 0


def losses(document: Document, outcomes: Sequence[PageOutcome]) -> Losses:
    """Compares how the pages of a document ended with its PDF, which exists and is ours.

    A scan that was deleted is no loss.
    """
    doubtful = any(isinstance(page, PageFailure) or page.missing for page in outcomes)
    if not doubtful and not document.unseen:
        return Losses()
    names = list(_names(_files(outcome.source for outcome in outcomes)))
    there = pages_of(document.output)
    if there is None:  # a PDF that is damaged, too: who knows what can still be saved of it
        return Losses(sum(_is_bad(outcome) for outcome in outcomes))
    worse = sum(
        _is_worse(outcome, *there[name])
        for name, outcome in zip(names, outcomes, strict=True)
        if name in there
    )
    gone = {name[:2] for name in there} - {name[:2] for name in names} if document.unseen else ()
    return Losses(worse, len(gone), sum(name not in there for name in names))


def _is_bad(outcome: PageOutcome) -> bool:
    return isinstance(outcome, PageFailure) or outcome.missing > 0


def _is_worse(outcome: PageOutcome, failed: bool, missing: float) -> bool:
    return (isinstance(outcome, PageFailure) and not failed) or outcome.missing > missing + ROUNDING


def pages_of(pdf: Path) -> dict[Name, tuple[bool, float]] | None:
    """For each page of a PDF whether it failed, and how much of its picture is missing."""
    files = bookmarked_files(pdf)
    if files is None:
        return None
    provenance = load_provenance(pdf) or Provenance()
    failed = {index for index, *_ in provenance.failures}
    missing = dict(provenance.damage)
    missing |= {index: 1.0 for index, stage, *_ in provenance.failures if stage == "load"}
    return {
        name: (index in failed, missing.get(index, 0.0)) for index, name in enumerate(_names(files))
    }


def _names(files: Iterable[tuple[str, int]]) -> Iterator[Name]:
    """The pages of files, which are given by their names and numbers of pages."""
    seen: Counter[str] = Counter()
    for title, pages in files:
        for page in range(pages):
            yield title, seen[title], page
        seen[title] += 1


def _files(sources: Iterable[PageSource]) -> Iterator[tuple[str, int]]:
    """The names of files, and how many pages of each there are."""
    for path, pages in groupby(sources, lambda source: source.path):
        yield printable(path.stem), sum(1 for _ in pages)

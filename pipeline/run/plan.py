"""What there is to do: counted before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..load.find import find_documents
from ..load.scan import page_sources
from ..model.errors import SearchablePdfError, UsageError
from ..model.options import ConvertOptions
from ..model.page import Document


@dataclass(slots=True)
class Plan:
    """What the inputs hold: counted in a first walk, before anything is written.

    Attributes:
        documents: How many PDFs there will be.
        scans: How many files hold their pages.
        passed_over: Files in the folders that are no images.
        problems: What is wrong with the inputs.
    """

    documents: int = 0
    scans: int = 0
    passed_over: int = 0
    problems: list[SearchablePdfError] = field(default_factory=list)

    @property
    def must_stop(self) -> bool:
        """Whether the request contradicts itself, so that nothing should be done."""
        return any(isinstance(problem, UsageError) for problem in self.problems)


def plan(inputs: Sequence[Path], output: Path, options: ConvertOptions) -> Plan:
    """Looks the inputs through."""
    found = Plan()

    def pass_over(path: Path) -> None:
        found.passed_over += 1

    for document in find_documents(
        inputs,
        output,
        per_file=options.per_file,
        complain=found.problems.append,
        pass_over=pass_over,
    ):
        if not is_asked_for(document, options):
            continue
        found.documents += 1
        found.scans += len(document.scans)
    if options.retry and not found.documents and not found.problems:
        found.problems.append(
            UsageError(
                "none of the PDFs in that report is made from these inputs; give the inputs, and"
                " the output, of the run that it is of"
            )
        )
    return found


def is_asked_for(document: Document, options: ConvertOptions) -> bool:
    """Whether a document is among those to be made again, where only those are wanted."""
    return options.retry is None or document.output.resolve() in options.retry


def pages_up_to(documents: Sequence[Document], enough: int) -> int:
    """How many pages there are, counted no further than `enough`."""
    count = 0
    for document in documents:
        for path in document.scans:
            for _ in page_sources(path):
                count += 1
                if count >= enough:
                    return count
    return count

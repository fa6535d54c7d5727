"""What there is to do: counted, and compared with what exists, before anything is written."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .characters import printable
from .errors import SearchablePdfError, UsageError
from .events import Outcome
from .find import find_documents
from .merge import is_ours
from .model import Document
from .options import ConvertOptions


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
        found.documents += 1
        found.scans += len(document.scans)
    return found


def what_exists(document: Document, options: ConvertOptions) -> tuple[Outcome, str] | None:
    """Why a document is not made, because of what is in its PDF's place; None to make it."""
    output = document.output
    sidecar = output.with_suffix(".txt")
    if options.existing == "force":
        return None
    if not output.exists():
        if options.sidecar and sidecar.exists():
            return "failed", _not_ours(sidecar)
        return None
    if options.existing == "keep":
        return "skipped", "the PDF exists"
    if not is_ours(output):
        return "failed", _not_ours(output)
    if options.existing == "update":
        made = output.stat().st_mtime_ns
        if all(_changed_ns(path) <= made for path in (*document.scans, *document.folders)):
            return "skipped", "up to date"
    return None


def _not_ours(path: Path) -> str:
    return (
        f"{printable(str(path))} exists and was not made by this program;"
        " move it away, or replace it with --force"
    )


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return time.time_ns()

"""What there is to do: counted, and compared with what exists, before anything is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from .atomic import not_writable
from .characters import printable
from .errors import OutputError, SearchablePdfError, UsageError
from .events import DocumentDone
from .find import find_documents
from .load import page_sources
from .mark import read_mark
from .model import Document, PageSource
from .options import ConvertOptions
from .report import EXIT_PAGES_FAILED
from .store import content_hash

NOT_OURS = "was not made by this program"
NOT_THE_TEXT = "is not the text that this program put there"


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


def what_exists(
    document: Document,
    options: ConvertOptions,
    fingerprint: Callable[[], str],
    text_file: Callable[[PageSource], Path],
) -> DocumentDone | None:
    """How a document ends that is not made, because of what is in its PDF's place; else None.

    Args:
        document: The document.
        options: What the user asked for.
        fingerprint: Gives the document's fingerprint, from reading all its scans.
        text_file: Gives the place of a page's text, where `options` want texts.

    Raises:
        OutputError: Its place cannot be looked at.
    """
    output = document.output
    sidecar = output.with_suffix(".txt")
    try:
        exists, has_sidecar = output.exists(), options.sidecar and sidecar.exists()
    except OSError as error:
        raise not_writable(output, error) from error
    if options.existing == "force":
        return None
    if not exists:
        return _in_the_way(document, sidecar, NOT_THE_TEXT) if has_sidecar else None
    mark = read_mark(output)
    done = DocumentDone(document, "skipped")
    if mark is not None and mark.failures:
        failures = mark.failures_of(sources_of(document))
        done = replace(done, failures=failures, exit_code=EXIT_PAGES_FAILED)
    if options.existing == "keep":
        return replace(done, message="the PDF exists")
    if mark is None:
        return _in_the_way(document, output)
    if has_sidecar and content_hash(sidecar) != mark.text:
        return _in_the_way(document, sidecar, NOT_THE_TEXT)
    if options.retry is not None or not all(each.is_of_scan for each in done.failures):
        return None
    if options.sidecar and not has_sidecar:
        return None
    texts: list[Path] = []
    if options.text_dir is not None:
        failed = {each.source for each in done.failures}
        texts = [text_file(each) for each in sources_of(document) if each not in failed]
        if not all(path.exists() for path in texts):
            return None
    if options.existing == "update":
        made = output.stat().st_mtime_ns
        if all(_changed_ns(path) <= made for path in (*document.scans, *document.folders, *texts)):
            return replace(done, message="up to date")
    if mark.fingerprint and mark.fingerprint == fingerprint():
        return replace(done, message="nothing has changed")
    return None


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


def sources_of(document: Document) -> list[PageSource]:
    """All pages of a document."""
    return [source for path in document.scans for source in page_sources(path)]


def _in_the_way(document: Document, path: Path, why: str = NOT_OURS) -> DocumentDone:
    message = f"{printable(str(path))} exists and {why}; move it away, or replace it with --force"
    return DocumentDone(document, "failed", message=message, exit_code=OutputError.exit_code)


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return time.time_ns()

"""What is not written: documents whose pages are made, and what has no name for a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...load.find import is_pdf_name
from ...load.walk import is_file_name
from ...model.characters import printable
from ...model.errors import OutputError, UsageError
from ...model.events import DocumentDone
from ...model.exit_code import ExitCode
from ...model.options import ConvertOptions
from ...model.outcomes import PageFailure, PageOutcome, are_accepted
from ...model.page import Document
from ..finish import damaged_of, failures_of
from .losses import Losses, losses


def not_written(
    document: Document,
    outcomes: Sequence[PageOutcome],
    options: ConvertOptions,
    corrections: str = "",
    *,
    unchanged: bool = True,
) -> DocumentDone | None:
    """How a document ends that is not to be written; None where it is.

    It is not, where a page failed and the user wants no such PDF; where nothing would be in it but
    pages of words in the place of scans; where the PDF that is there has better pages; and where it
    is there, and may hold corrections that cannot be used now. Where the user accepts all that is
    wrong, and nothing has changed since, that is no fault.

    Args:
        document: The document.
        outcomes: How its pages ended.
        options: The user's options.
        corrections: Why the PDF that is there may hold some that a new one would not.
        unchanged: Scans, corrections and options are those of which the user has accepted it.
    """
    output = document.output
    lost, why = Losses(), ""
    if options.existing != "force" and output.exists():
        lost = losses(document, outcomes)
        if corrections:
            why = f"left as it is, as {corrections}, or replace the PDF with --force"
        elif lost:
            why = _left_as_it_is(document, lost)
    why = why or _why(outcomes, options)
    if not why:
        return None
    waits = bool(corrections or lost.gone or lost.waiting) or not unchanged
    settled = are_accepted(outcomes) and not waits
    return DocumentDone(
        document,
        "failed",
        failures=failures_of(outcomes),
        damaged=damaged_of(outcomes),
        outcomes=tuple(outcomes),
        message=f"{printable(str(output))}: {why}",
        exit_code=ExitCode.DONE if settled else ExitCode.PAGES_FAILED,
        kept=output.exists(),
    )


def check_place(output: Path) -> None:
    """Sees that an output is the name of a PDF or of a folder, before anything is done.

    Raises:
        OutputError: A file is there that is no PDF.
        UsageError: A folder would get the name of a file, such as `notes.txt`.
    """
    if is_pdf_name(output) or output.is_dir():
        return
    name = printable(str(output))
    remedy = "give -o the name of a folder for the PDFs, or the name of one PDF, such as"
    pdf = "X.pdf" if output.name.startswith(".") else printable(str(output.with_suffix(".pdf")))
    if output.is_file():
        raise OutputError(f"{name}: is a file, which stays as it is; {remedy} {pdf}")
    if output.name.lower() == ".pdf" or is_file_name(output):
        raise UsageError(f"{name}: is no name for a folder; {remedy} {pdf}")


def _why(outcomes: Sequence[PageOutcome], options: ConvertOptions) -> str:
    failed = sum(isinstance(outcome, PageFailure) for outcome in outcomes)
    if failed and options.strict:
        return (
            f"not written, as {failed} of its {len(outcomes)} pages failed and --strict was given"
        )
    if not options.placeholders and all(
        isinstance(outcome, PageFailure) and outcome.is_placeholder for outcome in outcomes
    ):
        number = len(outcomes)
        what = f"none of its {number} pages" if number != 1 else "its only page cannot"
        return (
            f"not written, as {what}{' can' if number != 1 else ''} be shown; mend the scans, or"
            " have pages that say so written with --placeholders"
        )
    return ""


def _left_as_it_is(document: Document, lost: Losses) -> str:
    """What is said of a PDF that stays."""
    reasons = []
    if lost.worse:
        reasons.append(f"{_count(lost.worse, 'page')} of it cannot be made as well again")
    if lost.gone:
        places = ", ".join(printable(str(path)) for path in document.unseen)
        reasons.append(f"{_count(lost.gone, 'scan')} of it cannot be found ({places})")
    waiting = f"; {_count(lost.waiting, 'new page')} wait{'s' * (lost.waiting == 1)}"
    return (
        f"left as it is, as {' and '.join(reasons)}{waiting if lost.waiting else ''}; mend the"
        " scans, or replace it with --force"
    )


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'s' * (number != 1)}"

"""Documents whose pages are made and whose PDF is not written all the same."""

from __future__ import annotations

from collections.abc import Sequence

from ...model.characters import printable
from ...model.events import DocumentDone
from ...model.exit_code import ExitCode
from ...model.options import ConvertOptions
from ...model.outcomes import PageFailure, PageOutcome, are_accepted
from ...model.page import Document
from ..finish import damaged_of, failures_of
from .losses import Losses, losses


def not_written(
    document: Document, outcomes: Sequence[PageOutcome], options: ConvertOptions
) -> DocumentDone | None:
    """How a document ends that is not to be written; None where it is.

    It is not, where a page failed and the user wants no such PDF; where nothing would be in it but
    pages of words in the place of scans; and where the PDF that is there has better pages. Where
    the user accepts all that is wrong, and no new page waits, that is no fault.
    """
    output = document.output
    lost = Losses()
    if options.existing != "force" and output.exists():
        lost = losses(document, outcomes)
    why = _left_as_it_is(document, lost) if lost else _why(outcomes, options)
    if not why:
        return None
    settled = are_accepted(outcomes) and not lost.gone and not lost.waiting
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

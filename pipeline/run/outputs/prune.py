"""Whether PDFs whose scans are gone are removed: only if none of them can be better than a new one.

A folder that was renamed has its old PDF, which is the better one where a scan was damaged since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ...model.characters import printable
from ...model.errors import OutputError
from ...model.events import DocumentDone, ScansGone
from ...model.exit_code import ExitCode
from ...model.options import ConvertOptions
from ...model.outcomes import PageDamage, PageFailure
from ..plan import Plan
from ..report import Report
from .gone import pdfs_without_scans, remove
from .losses import ROUNDING, pages_of

NOT_PRUNED = (
    "no PDF is removed, as pages of this run failed or are damaged, or it had another fault"
)
MAY_BE_BETTER = "PDFs stay whose pages may be better than bad ones of the same names in this run"
FAILED = 2.0
"""How bad a page is that failed: more than one of which all is missing."""

Bad = dict[tuple[str, int], float]
"""Bad pages by the names of their files and their numbers in them: the share that is missing."""


def prune(
    planned: Plan,
    inputs: Sequence[Path],
    output: Path,
    options: ConvertOptions,
    report: Report,
    *,
    writes: bool = True,
) -> Iterator[ScansGone | OutputError]:
    """The PDFs whose scans are gone; they are removed if that is asked for, and nothing is lost.

    Args:
        planned: What was found in the inputs.
        inputs: What the user has given.
        output: The folder of the PDFs.
        options: The user's options.
        report: How the documents of this run ended.
        writes: Remove them; if not, only tell what would be removed.
    """
    why = NOT_PRUNED if options.prune and not _all_went_well(report) else ""
    bad = _bad_pages(report)
    for pdf in pdfs_without_scans(planned, inputs, output, options):
        if not options.prune or why:
            yield ScansGone(pdf, removed=False, why=why)
        elif bad and _may_be_better(pdf, bad):
            yield ScansGone(pdf, removed=False, why=MAY_BE_BETTER)
        elif not writes:
            yield ScansGone(pdf, removed=True)
        else:
            try:
                yield ScansGone(pdf, removed=remove(pdf, output, options))
            except OutputError as error:
                yield error
                yield ScansGone(pdf, removed=False)


def _all_went_well(report: Report) -> bool:
    """Whether nothing is wrong, and no page that was made in this run is bad, accepted or not."""
    return report.exit_code == ExitCode.DONE and not any(map(_has_new_faults, report.documents))


def _has_new_faults(done: DocumentDone) -> bool:
    pages: tuple[PageFailure | PageDamage, ...] = (*done.failures, *done.damaged)
    if done.outcome == "failed":  # each run comes to it anew
        return any(page.accepted == "now" for page in pages)
    return done.outcome == "converted" and bool(pages)


def _bad_pages(report: Report) -> Bad:
    bad: Bad = {}
    for done in report.documents:
        pages: tuple[PageFailure | PageDamage, ...] = (*done.damaged, *done.failures)
        for page in pages:
            name = printable(page.source.path.stem), page.source.frame
            share = FAILED if isinstance(page, PageFailure) else page.missing
            bad[name] = max(share, bad.get(name, 0.0))
    return bad


def _may_be_better(pdf: Path, bad: Bad) -> bool:
    """Whether a PDF has a page that is bad in this run, and less so in it."""
    there = pages_of(pdf)
    if there is None:
        return True
    return any(
        (FAILED if failed else missing) + ROUNDING < bad.get((name, page), 0.0)
        for (name, _, page), (failed, missing) in there.items()
    )

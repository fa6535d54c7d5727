"""The pages of a document whose PDF stays as it is: how they ended when it was made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ...load.scan import file_size
from ...model.errors import CorrectionError
from ...model.events import DocumentDone
from ...model.outcomes import Origin, PageDamage, PageOutcome, PageResult, PageStats, confidences
from ...model.page import PageSource
from ...model.text import PageText
from ...pdf.inspection import word_counts
from ...store.corrections import load_text
from ...workers.job import DAMAGED, WHOLE, PageJob
from ...workers.page_text import kept_text


def with_pages(done: DocumentDone, jobs: Iterable[PageJob]) -> DocumentDone:
    """A skipped document, with how its pages ended.

    What was read on a page is told by its text, where that is kept or in a file of the user's.
    Otherwise, its words are counted in the PDF, and nobody knows how sure the engine was.

    Args:
        done: The document as its PDF tells.
        jobs: Its pages, as they would be made now.
    """
    outcomes = tuple(_outcomes(done, list(jobs)))
    return replace(
        done,
        outcomes=outcomes,
        pages=len(outcomes),
        words=sum(outcome.stats.words for outcome in outcomes),
        bytes_in=sum(file_size(path) for path in done.document.scans),
        bytes_out=file_size(done.document.output),
    )


def _outcomes(done: DocumentDone, jobs: Sequence[PageJob]) -> Iterator[PageOutcome]:
    failures = {failure.source: failure for failure in done.failures}
    damage = {page.source: page for page in done.damaged}
    counted: tuple[int, ...] | None = None
    for index, job in enumerate(jobs):
        source = job.source
        if source in failures:
            yield failures[source]
            continue
        text, origin = _text(job)
        if text is not None:
            mean, worst = confidences(text)
            stats = PageStats(
                text.word_count, mean, worst, text.truncated, text.rotation_deg, origin
            )
        else:
            if counted is None:
                counted = word_counts(done.document.output)
            # With --no-overwrite, the scans may have become others than those of the PDF.
            stats = PageStats(counted[index] if len(counted) == len(jobs) else 0)
        yield _result(source, stats, damage.get(source))


def _result(source: PageSource, stats: PageStats, damage: PageDamage | None) -> PageResult:
    page = PageResult(source, b"", stats=stats)
    if damage is None:
        return page
    return replace(page, damage=damage.reason, missing=damage.missing, accepted=damage.accepted)


def _text(job: PageJob) -> tuple[PageText | None, Origin]:
    if job.corrected is not None:
        return job.corrected, "file"
    if job.text_file is not None:
        try:
            loaded = load_text(job.text_file)
            if loaded.made_from is None or (job.key and loaded.made_from == job.key):
                return loaded.text, "file"
        except (FileNotFoundError, CorrectionError):
            pass
    for state in (WHOLE, DAMAGED):
        text_kept = kept_text(job, state)
        if text_kept is not None:
            return text_kept, "store"
    return None, ""

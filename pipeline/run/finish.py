"""A document whose pages are made: merged, verified, put in its place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

from ..load.scan import file_size
from ..merge import Bookmark, merge_pages
from ..model.characters import printable
from ..model.events import DocumentDone
from ..model.languages import language_tag
from ..model.options import ConvertOptions, Metadata
from ..model.outcomes import PageDamage, PageFailure, PageOutcome, PageResult
from ..model.page import Document
from ..model.text import PAGE_BREAK
from ..pdf.verify import Expected, verify
from ..store.atomic import atomic_file, put_in_place
from ..store.content import content_hash
from ..store.modes import common_mode, limit_mode
from ..store.provenance import provenance_of
from ..workers.job import SIDECAR_ENDING
from .outputs.standing import check_is_ours

SIZE_SLACK, SIZE_SLACK_PER_PAGE = 1.03, 12_000
"""A PDF larger than its scans by more than this is explained: 3 %, and 12 kB a page."""


def finish_document(
    document: Document,
    outcomes: Sequence[PageOutcome],
    folder: Path,
    options: ConvertOptions,
    fingerprint: str,
    corrected: Collection[str],
    accepted: Iterable[str],
) -> DocumentDone:
    """Makes the PDF, and the text beside it, from the pages.

    Args:
        document: The document.
        outcomes: How its pages ended, in order.
        folder: Where the pages are spooled, a PDF and a text for every page.
        options: The user's options.
        fingerprint: Of the document's scans and options.
        corrected: The pages whose text a person has corrected (`page_id` in `store.provenance`).
        accepted: The faults of its pages that the user accepts.

    Returns:
        The end of the document, with its numbers.

    Raises:
        OutputError: It cannot be written, or what is in its place was changed meanwhile.
        VerificationError: The PDF failed its check, and was not put in its place.
    """
    output = document.output
    merged, sidecar = folder / "document.pdf", folder / f"document{SIDECAR_ENDING}"
    with atomic_file(sidecar) as file:
        for index in range(len(outcomes)):
            text = _text_of(folder, index).read_bytes()
            file.write((PAGE_BREAK.encode() if index else b"") + text)
        file.write(b"\n")
    provenance = provenance_of(fingerprint, outcomes, content_hash(sidecar), corrected, accepted)
    in_the_way = merge_pages(
        (outcome.pdf for outcome in outcomes),
        merged,
        _metadata(document, options),
        _bookmarks(outcomes),
        output_type=options.output_type,
        entries=provenance.entries(),
    )
    if options.verify:
        verify(merged, output, _Pages(outcomes, folder))
    if options.existing != "force":
        check_is_ours(output)  # it may have been changed while the pages were made
    bits = common_mode(document.scans)
    for made in (merged, sidecar):
        limit_mode(made, bits)
    # The PDF first: it holds the hash of its text, so a text that is missing is made again.
    put_in_place(merged, output)
    if options.sidecar:
        put_in_place(sidecar, output.with_suffix(SIDECAR_ENDING))
    if output.parent in document.folders:
        output.touch()  # its own appearance has just changed the folder
    done = DocumentDone(
        document,
        "converted",
        pages=len(outcomes),
        words=sum(outcome.stats.words for outcome in outcomes),
        failures=failures_of(outcomes),
        damaged=damaged_of(outcomes),
        outcomes=tuple(outcomes),
        bytes_in=sum(file_size(path) for path in document.scans),
        bytes_out=output.stat().st_size,
    )
    why_not = f"not PDF/A, because of {', '.join(sorted(in_the_way))}" if in_the_way else ""
    return replace(done, message="; ".join(filter(None, (_why_larger(done), why_not))))


@dataclass(frozen=True, slots=True)
class _Pages(Sequence[Expected]):
    """What the pages of the PDF should be; each is told when it is asked for."""

    outcomes: Sequence[PageOutcome]
    folder: Path

    def __len__(self) -> int:
        return len(self.outcomes)

    @overload
    def __getitem__(self, index: int) -> Expected: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Expected, ...]: ...
    def __getitem__(self, index: int | slice) -> Expected | tuple[Expected, ...]:
        if isinstance(index, slice):
            return tuple(self[each] for each in range(*index.indices(len(self))))
        outcome = self.outcomes[index]
        text = _text_of(self.folder, index)
        return Expected(str(outcome.source), outcome.stats.rendered, text)


def _text_of(folder: Path, index: int) -> Path:
    return folder / f"{index:08}{SIDECAR_ENDING}"


def failures_of(outcomes: Sequence[PageOutcome]) -> tuple[PageFailure, ...]:
    """The failures among `outcomes`, without their PDFs, which are deleted with the spool."""
    failures = (outcome for outcome in outcomes if isinstance(outcome, PageFailure))
    return tuple(replace(failure, pdf=b"") for failure in failures)


def damaged_of(outcomes: Sequence[PageOutcome]) -> tuple[PageDamage, ...]:
    """The pages among `outcomes` that are done and lack a part of their picture."""
    return tuple(
        PageDamage(outcome.source, outcome.missing, outcome.accepted)
        for outcome in outcomes
        if isinstance(outcome, PageResult) and outcome.missing
    )


def _metadata(document: Document, options: ConvertOptions) -> Metadata:
    metadata = options.metadata
    if not metadata.title:
        metadata = replace(metadata, title=printable(document.name))
    if not metadata.language and options.ocr.languages:
        metadata = replace(metadata, language=language_tag(options.ocr.languages[0]))
    return metadata


def _bookmarks(outcomes: Sequence[PageOutcome]) -> list[Bookmark]:
    """A bookmark for every file, at its first page."""
    bookmarks: list[Bookmark] = []
    last: Path | None = None
    for index, outcome in enumerate(outcomes):
        if outcome.source.path != last:
            last = outcome.source.path
            bookmarks.append(Bookmark(printable(last.stem), index))
    return bookmarks


def _why_larger(done: DocumentDone) -> str:
    allowed = done.bytes_in * SIZE_SLACK + SIZE_SLACK_PER_PAGE * done.pages
    if done.bytes_out <= allowed:
        return ""
    endings = sorted({path.suffix.lower() or "no ending" for path in done.document.scans})
    return (
        f"{done.bytes_out / max(1, done.bytes_in):.1f} times the size of its scans: PDF cannot hold"
        f" their compression ({', '.join(endings)}), so the pixels were re-packed without loss"
    )

"""What stands where a document's PDF should go, and whether it is made anew."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ...load.scan import sources_of
from ...model.events import DocumentDone
from ...model.exit_code import ExitCode
from ...model.options import ConvertOptions
from ...model.outcomes import are_accepted
from ...model.page import Document
from ...store.atomic import check_is_file, not_writable
from ...store.content import Content
from ...store.corrections import TextFiles
from ...store.provenance import Provenance, in_the_way, load_provenance
from ...workers.job import SIDECAR_ENDING
from .accepted import AcceptedFaults
from .standing import standing

NOT_THE_TEXT = "is not the text that this program put there"


def what_exists(
    document: Document,
    options: ConvertOptions,
    fingerprint: Callable[[], str],
    text_files: TextFiles | None,
    corrected_ns: Callable[[], int],
    accepted: AcceptedFaults,
) -> DocumentDone | str:
    """How a document ends whose PDF stays, or may not be overwritten; else why it is made.

    It is empty, if the PDF is made because there is none.

    Args:
        document: The document.
        options: The user's options.
        fingerprint: Gives the document's fingerprint; this takes a hash of all its scans.
        text_files: Gives the paths of the pages' texts; None where the user wants none.
        corrected_ns: Gives the time at which the corrections that are kept have last changed.
        accepted: What the user accepts of the document.

    Raises:
        OutputError: The path of the PDF cannot be looked up, as its name is too long, or a folder
            or device is there.
    """
    ending = _what_exists(document, options, fingerprint, text_files, corrected_ns, accepted)
    is_update = options.existing == "update"
    if isinstance(ending, str) and is_update and document.output.exists():
        # What is going to be replaced is looked at whole, as its size is not enough for that.
        there = standing(document.output)
        if there.why_kept:
            return _in_the_way(document, document.output, there.why_kept)
    return ending


def _what_exists(
    document: Document,
    options: ConvertOptions,
    fingerprint: Callable[[], str],
    text_files: TextFiles | None,
    corrected_ns: Callable[[], int],
    accepted: AcceptedFaults,
) -> DocumentDone | str:
    output = document.output
    sidecar = output.with_suffix(SIDECAR_ENDING)
    try:
        exists, has_sidecar = output.exists(), options.sidecar and sidecar.exists()
    except OSError as error:
        raise not_writable(output, error) from error
    for path in (output, sidecar) if options.sidecar else (output,):
        check_is_file(path)
    if options.existing == "force":
        return "--force" if exists else ""
    if not exists:
        return _in_the_way(document, sidecar, NOT_THE_TEXT) if has_sidecar else ""
    if options.existing == "keep":
        provenance = load_provenance(output)
        return replace(_skipped(document, provenance, accepted), message="the PDF exists")
    there = standing(output, quick=options.existing == "update")
    provenance = there.provenance
    done = _skipped(document, provenance, accepted)
    if there.why_kept:
        return _in_the_way(document, output, there.why_kept)
    if provenance is None or there.state == "damaged":
        return "the PDF is damaged"
    if has_sidecar and Content.of(sidecar).hash != provenance.text:
        return _in_the_way(document, sidecar, NOT_THE_TEXT)
    if options.retry is not None:
        return "--retry-failed"
    if not all(failure.is_of_scan or failure.accepted for failure in done.failures):
        return "pages failed that may succeed now"
    if options.accept_failed and not are_accepted((*done.failures, *done.damaged)):
        return "its bad pages are accepted"  # its mark says so when it is made again
    if options.sidecar and not has_sidecar:
        return "its text is missing"
    texts: list[Path] = []
    if text_files is not None:
        failed = {failure.source for failure in done.failures}
        texts = [text_files.of(source) for source in sources_of(document) if source not in failed]
        if not all(path.exists() for path in texts):
            return "texts of its pages are missing"
    if options.existing == "update":
        made = output.stat().st_mtime_ns
        paths = (*document.scans, *document.folders, *texts)
        if all(_changed_ns(path) <= made for path in paths) and corrected_ns() <= made:
            return replace(done, message="up to date")
    if provenance.fingerprint and provenance.fingerprint == fingerprint():
        return replace(done, message="nothing has changed")
    return "its scans or the options have changed"


def _skipped(
    document: Document, provenance: Provenance | None, accepted: AcceptedFaults
) -> DocumentDone:
    """The document as its PDF tells: with the pages that failed, or are damaged, in it."""
    done = DocumentDone(document, "skipped")
    if provenance is None or not (provenance.failures or provenance.damage):
        return done
    sources = sources_of(document)
    failures = accepted.of_pages(provenance.failures_of(sources))
    damaged = accepted.of_pages(provenance.damage_of(sources))
    settled = are_accepted((*failures, *damaged))
    return replace(
        done,
        failures=failures,
        damaged=damaged,
        exit_code=ExitCode.DONE if settled else ExitCode.PAGES_FAILED,
    )


def _in_the_way(document: Document, path: Path, why: str) -> DocumentDone:
    error = in_the_way(path, why)
    return DocumentDone(document, "failed", message=str(error), exit_code=error.exit_code)


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return time.time_ns()

"""The faults of a document that its user accepts: those of earlier runs, and those of this one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from ...model.options import ConvertOptions
from ...model.outcomes import Accepted, PageDamage, PageFailure, PageOutcome
from ...model.page import Document
from ...store.accepted import Record, fault_of, load_record, record_of, write_record
from ...store.provenance import load_provenance

Page = TypeVar("Page", PageFailure, PageDamage)


class AcceptedFaults:
    """What a user accepts of a document.

    Earlier faults are in the mark of its PDF, and in a record beside it where no PDF was written.
    They are looked up when a page has a fault, and not before. With `force`, none counts.

    Args:
        document: The document.
        root: The folder of the PDFs.
        options: The user's options.
        content: Gives the hash of a scan's bytes; empty where it cannot be opened.
    """

    def __init__(
        self,
        document: Document,
        root: Path,
        options: ConvertOptions,
        content: Callable[[Path], str],
    ) -> None:
        self._document = document
        self._root = root
        self._record = record_of(document, root)
        self._options = options
        self._content = content

    @cached_property
    def _earlier(self) -> frozenset[str]:
        if self._options.existing == "force":
            return frozenset()
        provenance = load_provenance(self._document.output)
        return self._kept.faults.union(provenance.accepted if provenance else ())

    @cached_property
    def _kept(self) -> Record:
        return load_record(self._record)

    def of_page(self, page: PageOutcome) -> PageOutcome:
        """A page, with whether its fault is accepted."""
        return replace(page, accepted=self._accepted(page))

    def of_pages(self, pages: Iterable[Page]) -> tuple[Page, ...]:
        """Pages of a PDF that is there, with whether their faults are accepted in it already."""
        return tuple(
            replace(page, accepted="before" if self._fault(page) in self._earlier else "")
            for page in pages
        )

    def faults(self, outcomes: Sequence[PageOutcome]) -> dict[str, str]:
        """The accepted faults of pages: their names, and in words for a person who looks."""
        return {
            self._fault(page): page.message if isinstance(page, PageFailure) else str(page.source)
            for page in outcomes
            if page.accepted
        }

    def covers(self, fingerprint: str) -> bool:
        """Whether a document may be quiet whose PDF is not written, if its faults are accepted.

        It may, if they were accepted of the same: nothing else has come since that waits.

        Args:
            fingerprint: Of what the document is made of now.
        """
        return self._options.accept_failed or self._kept.fingerprint == fingerprint

    def keep(self, outcomes: Sequence[PageOutcome], fingerprint: str) -> None:
        """Keeps the accepted faults of a document whose PDF was not written.

        Args:
            outcomes: How its pages ended.
            fingerprint: Of what it was made of.

        Raises:
            OutputError: They cannot be written.
        """
        if not self._options.accept_failed:
            fingerprint = self._kept.fingerprint  # what is new since is not accepted
        write_record(self._record, self.faults(outcomes), fingerprint, self._document.scans)

    def forget(self) -> None:
        """Removes what was kept beside the PDF, which has it now."""
        write_record(self._record, {}, "", ())

    def _accepted(self, page: PageOutcome) -> Accepted:
        fault = self._fault(page)
        if not fault:
            return ""
        if fault in self._earlier:
            return "before"
        return "now" if self._options.accept_failed else ""

    def _fault(self, page: PageOutcome | PageDamage) -> str:
        return fault_of(page, self._content(page.source.path), self._root)

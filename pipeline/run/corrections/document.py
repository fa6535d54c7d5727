"""The corrections of one document, and what the user should know of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ...load.scan import sources_of
from ...model.characters import printable
from ...model.events import DocumentDone
from ...model.exit_code import ExitCode
from ...model.page import Document, PageSource
from ...store.provenance import load_provenance, page_id
from ..scans import DocumentScans
from .page import PageCorrection
from .run import RunCorrections


class DocumentCorrections:
    """The corrections of one document, and what the user should know of them.

    Args:
        run: Those of the run.
        document: The document.
        scans: Its scans.
        text_file: Gives the path of a page's text file; None where the user wants none.

    Attributes:
        corrected: The pages that have one (`page_id` in `store.provenance`).
    """

    def __init__(
        self,
        run: RunCorrections,
        document: Document,
        scans: DocumentScans,
        text_file: Callable[[PageSource], Path] | None,
    ) -> None:
        self._run = run
        self._document = document
        self._scans = scans
        self._text_file = text_file
        self.corrected: set[str] = set()
        self._known: frozenset[str] | None = None
        self._gone: set[PageSource] = set()
        self._lost: set[PageSource] = set()
        self._new: set[PageSource] = set()
        self._remarks: dict[str, bool] = {}
        self._exit_codes: set[ExitCode] = set()

    def of(self, source: PageSource) -> PageCorrection:
        """What a person has made of a page's text; see `RunCorrections.of`."""
        text_file = self._text_file(source) if self._text_file is not None else None
        content = self._scans.content(source.path).hash
        found = self._run.of(source, content, text_file)
        page = page_id(content, source.frame)
        self._gone.discard(source)
        if found.text is None and page in self._in_pdf():
            found = replace(found, lost=True)
            self._gone.add(source)
        (self.corrected.discard if found.text is None else self.corrected.add)(page)
        (self._lost.add if found.lost else self._lost.discard)(source)
        if found.is_new:
            self._new.add(source)
        for remark in found.remarks:
            self._remarks.setdefault(remark, False)
        self._exit_codes.add(found.exit_code)
        return found

    def in_fingerprint(self) -> list[str]:
        """What stands for those of all pages in a fingerprint, as they are now; empty for none."""
        contents = [self._scans.content(path).hash for path in self._document.scans]
        if self._text_file is None and not self._run.kept.may_have(contents):
            return []
        return [self.of(source).in_fingerprint for source in sources_of(self._document)]

    def why_kept(self) -> str:
        """Why the PDF that is there may hold corrections that a new one would not; empty if not."""
        if self._gone:
            return (
                f"{_count(len(self._gone))} in it cannot be found, as there is no folder"
                f" {printable(str(self._run.kept.folder))}; name the right one with --corrections"
            )
        if self._lost:
            return f"{_count(len(self._lost))} of its text cannot be used; mend them"
        return ""

    def _in_pdf(self) -> frozenset[str]:
        """The pages that have a correction in the PDF that is there, if the folder of all is gone.

        Somebody who takes a correction back deletes its file, and not the folder.
        """
        if self._known is None:
            there = load_provenance(self._document.output) if self._run.are_missing else None
            self._known = frozenset(there.corrected if there is not None else ())
        return self._known

    def new_remarks(self) -> list[str]:
        """What the user should know, and has not been told before."""
        remarks = list(self._remarks.items())  # a thread may find more meanwhile
        new = [remark for remark, is_told in remarks if not is_told]
        self._remarks |= dict.fromkeys(new, True)
        return new

    def noted_in(self, done: DocumentDone) -> DocumentDone:
        """How the document ends, with what is to be said of its corrections."""
        message = done.message
        if self._new:
            kept = f"{_count(len(self._new))} kept in {self._run.kept.folder}"
            message = "; ".join(filter(None, (message, printable(kept))))
        code = ExitCode.gravest((done.exit_code, *self._exit_codes))
        return replace(done, message=message, exit_code=code)


def _count(number: int) -> str:
    return f"{number:,} correction{'s' * (number != 1)}"

"""What happened in a run, and its exit code."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from ..model.errors import SearchablePdfError
from ..model.events import DocumentDone, Event, RunPlanned, ScansGone
from ..model.exit_code import ExitCode
from ..model.outcomes import PageFailure, are_accepted


@dataclass(slots=True)
class Report:
    """Collects the events of a run.

    Attributes:
        documents: How every document ended; in the order of the inputs, once the run is over.
        problems: What was wrong with the inputs.
        passed_over: Files in the folders that are no images.
        kinds_passed_over: How many of each kind that is.
        pruned: PDFs that were removed, as their scans are gone.
        scans_gone: How many PDFs there are whose scans are gone, and that were not removed.
        prunes: Such PDFs were to be removed (`ConvertOptions.prune`).
        kept: PDFs beside those of `documents`: they stay, though none of their scans can be found.
    """

    documents: list[DocumentDone] = field(default_factory=list)
    problems: list[SearchablePdfError] = field(default_factory=list)
    passed_over: int = 0
    kinds_passed_over: tuple[tuple[str, int], ...] = ()
    pruned: list[Path] = field(default_factory=list)
    scans_gone: int = 0
    prunes: bool = False
    kept: int = 0

    def add(self, event: Event) -> None:
        """Notes an event."""
        match event:
            case RunPlanned():
                self.passed_over = event.passed_over
                self.kinds_passed_over = event.kinds_passed_over
            case ScansGone():
                if event.removed:
                    self.pruned.append(event.pdf)
                self.scans_gone += not event.removed
            case DocumentDone():
                # The pages of all documents would fill the memory; `notify` gives them, too.
                self.documents.append(replace(event, outcomes=()))
            case _:
                pass

    @property
    def failures(self) -> list[PageFailure]:
        """The pages that failed, of all documents."""
        return [failure for document in self.documents for failure in document.failures]

    @property
    def accepted(self) -> int:
        """How many pages failed or are damaged, and are accepted."""
        return sum(document.accepted for document in self.documents)

    @property
    def exit_code(self) -> ExitCode:
        """`DONE`, or the code of the worst that happened."""
        codes = {problem.exit_code for problem in self.problems}
        codes |= {document.exit_code for document in self.documents}
        if not all(
            are_accepted((*document.failures, *document.damaged)) for document in self.documents
        ):
            codes.add(ExitCode.PAGES_FAILED)
        faults = {ExitCode.NO_SCANS, ExitCode.PAGES_FAILED}
        if codes & faults:
            codes = codes - faults | {ExitCode.PAGES_FAILED if self.has_pdfs else ExitCode.NO_SCANS}
        return ExitCode.gravest(codes)

    @property
    def has_pdfs(self) -> bool:
        """Whether there is a PDF after the run, be it an earlier one that was kept."""
        return self.kept > 0 or any(
            document.outcome != "failed" or document.kept for document in self.documents
        )

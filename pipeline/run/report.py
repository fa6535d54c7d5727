"""What happened in a run, and its exit code."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..model.errors import SearchablePdfError
from ..model.events import DocumentDone, Event, PageDone, PageFailed, RunPlanned
from ..model.exit_code import ExitCode
from ..model.outcomes import PageFailure


@dataclass(slots=True)
class Report:
    """Collects the events of a run.

    Attributes:
        documents: How every document ended; in the order of the inputs, once the run is over.
        problems: What was wrong with the inputs.
        passed_over: Files in the folders that are no images.
        pages_read: Pages whose scan can be decoded; a document that was skipped counts for one.
    """

    documents: list[DocumentDone] = field(default_factory=list)
    problems: list[SearchablePdfError] = field(default_factory=list)
    passed_over: int = 0
    pages_read: int = 0

    def add(self, event: Event) -> None:
        """Notes an event."""
        match event:
            case RunPlanned():
                self.passed_over = event.passed_over
            case PageDone():
                self.pages_read += 1
            case PageFailed():
                self.pages_read += not event.failure.is_of_scan
            case DocumentDone():
                # The pages of all documents would fill the memory; `notify` gives them, too.
                self.documents.append(replace(event, outcomes=()))
                self.pages_read += event.outcome == "skipped"
            case _:
                pass

    @property
    def failures(self) -> list[PageFailure]:
        """The pages that failed, of all documents."""
        return [failure for document in self.documents for failure in document.failures]

    @property
    def exit_code(self) -> ExitCode:
        """`DONE`, or the code of the worst that happened."""
        codes = {problem.exit_code for problem in self.problems}
        codes |= {document.exit_code for document in self.documents}
        if self.failures:
            codes.add(ExitCode.PAGES_FAILED if self.pages_read else ExitCode.NO_SCANS)
        return ExitCode.gravest(codes)

"""What `convert` would do, without doing it: its option --dry-run. Nothing at all is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..load.scan import page_sources
from ..model.errors import OutputError
from ..model.events import DocumentDone, ScansGone
from ..model.options import DEFAULT_ENGINE, ConvertOptions
from ..model.page import Document
from ..ocr.engine import EngineChoice
from ..ocr.registry import ResolvedEngine, choose_engine
from ..store.corrections import TextFiles
from .corrections.document import DocumentCorrections
from .corrections.run import RunCorrections
from .outputs.accepted import AcceptedFaults
from .outputs.existing import what_exists
from .outputs.prune import prune
from .plan import plan, root_of
from .report import Report
from .scans import DocumentScans

Action = Literal["make", "replace", "keep", "refuse"]


@dataclass(frozen=True, slots=True)
class DocumentPreview:
    """A document that a run would come to.

    Attributes:
        document: Which one.
        action: What would be done: `make` a PDF where none is, `replace` one, `keep` one as it is,
            or `refuse` to write one.
        why: Why it would be replaced, kept or refused.
        pages: How many pages each of its scans holds, in order; empty where it is not made.
    """

    document: Document
    action: Action
    why: str = ""
    pages: tuple[int, ...] = ()


@dataclass(slots=True)
class Preview:
    """What a run would do, as it is looked up.

    Args:
        inputs: Files and folders.
        output: A folder, or one PDF for everything.
        options: As for `convert`.
        engine: As for `convert`.

    Attributes:
        report: Holds what is wrong with the inputs and the outputs, once all of it was looked up.
    """

    inputs: Sequence[Path]
    output: Path
    options: ConvertOptions
    engine: EngineChoice = DEFAULT_ENGINE
    report: Report = field(default_factory=Report)

    def __iter__(self) -> Iterator[DocumentPreview | ScansGone | Path]:
        """Each document, then each PDF whose scans are gone, then each file that is no image.

        Of a PDF that would be removed, `ScansGone` says so: it is, unless pages turn out to be bad.
        Where the request contradicts itself, there is nothing, as a run would make none. To see
        whether scans have changed, they are hashed, unless an option makes that needless.

        Raises:
            EngineError: The engine is missing or does not read the language.
        """
        engine = choose_engine(self.engine, self.options.ocr)
        corrections = RunCorrections(self.inputs, root_of(self.output), self.options, writes=False)
        with plan(self.inputs, self.output, self.options) as planned:
            self.report.problems = planned.problems
            self.report.kept = planned.kept
            if planned.must_stop:
                return
            for document in planned:
                yield self._of(document, engine, corrections)
            for gone in prune(
                planned, self.inputs, self.output, self.options, self.report, writes=False
            ):
                if isinstance(gone, ScansGone):
                    self.report.add(gone)
                    yield gone
            yield from planned.paths_passed_over()

    def _of(
        self, document: Document, engine: ResolvedEngine, corrections: RunCorrections
    ) -> DocumentPreview:
        options, root = self.options, root_of(self.output)
        scans = DocumentScans(document)
        folder = options.text_dir
        texts = TextFiles(folder, document, root) if folder is not None else None
        place = texts.of if texts is not None else None
        corrected = DocumentCorrections(corrections, document, scans, place)
        accepted = AcceptedFaults(document, root, options, lambda path: scans.content(path).hash)

        def fingerprint_now() -> str:
            return scans.fingerprint(corrected.in_fingerprint(), options, engine)

        try:
            existing = what_exists(
                document, options, fingerprint_now, texts, corrections.kept.changed_ns, accepted
            )
        except OutputError as error:
            existing = DocumentDone(
                document, "failed", message=str(error), exit_code=error.exit_code
            )
        if isinstance(existing, DocumentDone):
            self.report.add(existing)
            action: Action = "refuse" if existing.outcome == "failed" else "keep"
            return DocumentPreview(document, action, existing.message)
        self.report.kept += 1  # there would be one
        pages = tuple(sum(1 for _ in page_sources(path)) for path in document.scans)
        return DocumentPreview(document, "replace" if existing else "make", existing, pages)

"""What `convert` would do, without doing it: its option --dry-run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..load.scan import page_sources
from ..model.errors import OutputError
from ..model.options import DEFAULT_ENGINE, ConvertOptions
from ..model.page import Document
from ..ocr.engine import EngineChoice
from ..ocr.registry import choose_engine
from ..store.corrections import TextFiles
from .corrections.run import RunCorrections
from .outputs.existing import what_exists
from .plan import plan, root_of
from .report import Report


@dataclass(frozen=True, slots=True)
class DocumentPreview:
    """A document that a run would come to.

    Attributes:
        document: Which one.
        skipped_because: Why it would not be made; empty where it would.
        pages: How many pages each of its scans holds, in order; empty where it is not made.
    """

    document: Document
    skipped_because: str = ""
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

    def __iter__(self) -> Iterator[DocumentPreview | Path]:
        """Each document, then each file in the folders that is no image.

        Raises:
            EngineError: The engine is missing or does not read the language.
        """
        choose_engine(self.engine, self.options.ocr)
        root = root_of(self.output)
        kept = RunCorrections(self.inputs, root, self.options).kept
        with plan(self.inputs, self.output, self.options) as planned:
            self.report.problems = planned.problems
            self.report.kept = planned.kept
            for document in planned:
                folder = self.options.text_dir
                texts = TextFiles(folder, document, root) if folder is not None else None
                try:
                    # Whether the scans have changed is only found out by hashing them, which
                    # takes as long as copying them all.
                    existing = what_exists(
                        document, self.options, lambda: "", texts, kept.changed_ns
                    )
                except OutputError as error:
                    self.report.problems.append(error)
                    continue
                if existing is not None:
                    self.report.documents.append(existing)
                    yield DocumentPreview(document, existing.message)
                    continue
                self.report.kept += 1  # there would be one
                pages = tuple(sum(1 for _ in page_sources(path)) for path in document.scans)
                yield DocumentPreview(document, pages=pages)
            yield from planned.paths_passed_over()

"""What there is to do: one walk over the inputs tells it, before anything is written."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from ..load.find import find_documents, is_pdf_name
from ..load.scan import page_sources
from ..load.walk import kind_of
from ..model.characters import printable
from ..model.errors import SearchablePdfError, UsageError
from ..model.options import ConvertOptions
from ..model.page import Document
from ..store.corrections import text_folder
from ..store.disk_list import DiskList
from ..workers.job import SIDECAR_ENDING
from .outputs.collisions import outputs_over_scans, texts_over_scans
from .outputs.emptied import EmptiedFolders
from .outputs.refusal import check_place

Entry = tuple[str, str, list[str], list[str], list[str]]
"""A document as built-in types: name, output, scans, folders, what of them cannot be seen."""


@dataclass(slots=True)
class Plan:
    """What one walk over the inputs has found. A context manager; iterating gives its documents.

    The documents are kept in a temporary file, so a plan of a million scans takes the memory of a
    small one, and the folders need not be listed again.

    Attributes:
        scans: How many files hold the pages of all documents.
        problems: What is wrong with the inputs.
        kinds_passed_over: How many files in the folders are no images, by kind.
        remark: A line on how PDFs are called, where their names keep the endings of scans.
        kept: PDFs that stay, though none of their scans can be found now.
        emptied: Folders in which no scan is seen.
    """

    scans: int = 0
    problems: list[SearchablePdfError] = field(default_factory=list)
    kinds_passed_over: Counter[str] = field(default_factory=Counter)
    remark: str = ""
    kept: int = 0
    emptied: EmptiedFolders = field(default_factory=EmptiedFolders)
    _documents: DiskList[Entry] = field(default_factory=DiskList)
    _passed_over: DiskList[str] = field(default_factory=DiskList)
    _other_scans: DiskList[str] = field(default_factory=DiskList)
    _refused: frozenset[Path] = frozenset()

    @property
    def documents(self) -> int:
        """How many PDFs there will be."""
        return len(self._documents) - len(self._refused)

    @property
    def passed_over(self) -> int:
        """How many files in the folders are no images."""
        return len(self._passed_over)

    @property
    def must_stop(self) -> bool:
        """Whether the request contradicts itself, so that nothing should be done."""
        return any(isinstance(problem, UsageError) for problem in self.problems)

    def __iter__(self) -> Iterator[Document]:
        for name, output, *paths in self._documents:
            if Path(output) not in self._refused:
                scans, folders, unseen = (tuple(map(Path, each)) for each in paths)
                yield Document(name, Path(output), scans, folders, unseen)

    def paths_passed_over(self) -> Iterator[Path]:
        """The files in the folders that are no images."""
        return map(Path, self._passed_over)

    def add(self, document: Document) -> None:
        """Notes a document.

        Raises:
            OutputError: There is no room for temporary files.
        """
        self.scans += len(document.scans)
        (scan, *_), name = document.scans, document.output.stem
        if not self.remark and not document.folders and name.startswith(scan.name) and scan.suffix:
            self.remark = (
                f"scans of one name are told apart by their endings, also in the names of their"
                f" PDFs, such as {printable(document.output.name)}"
            )
        self._documents.append(
            (
                document.name,
                os.fspath(document.output),
                list(map(os.fspath, document.scans)),
                list(map(os.fspath, document.folders)),
                list(map(os.fspath, document.unseen)),
            )
        )

    def pass_over(self, path: Path) -> None:
        """Notes a file that is no image."""
        self.kinds_passed_over[kind_of(path)] += 1
        self._passed_over.append(os.fspath(path))

    def leave_out(self, document: Document) -> None:
        """Notes the scans of a document that is not wanted: they are inputs all the same."""
        for path in document.scans:
            self._other_scans.append(os.fspath(path))

    def judge_emptied(self) -> None:
        """Finds the folders that had scans, as PDFs show that are of no other: that is a fault."""
        if self.emptied:
            for fault, stay in self.emptied.faults({document.output for document in self}):
                self.problems.append(fault)
                self.kept += stay

    def refuse_outputs_over_scans(self, options: ConvertOptions, root: Path) -> None:
        """Takes out the documents that would replace a scan, and notes why as problems.

        Args:
            options: What is written for each document.
            root: The folder of the PDFs.
        """
        refused = outputs_over_scans(self, self._inputs(), options)
        if options.text_dir is not None and options.text_dir.exists():
            refused |= texts_over_scans(self, self._inputs(), options.text_dir, root)
        self.problems += refused.values()
        if refused:
            self.scans -= sum(len(each.scans) for each in self if each.output in refused)
        self._refused = frozenset(refused)

    def _inputs(self) -> Iterator[Path]:
        for document in self:
            yield from document.scans
        yield from map(Path, self._other_scans)

    def pages_up_to(self, limit: int) -> int:
        """How many pages there are, counted no further than `limit`."""
        count = 0
        for document in self:
            for path in document.scans:
                for _ in page_sources(path):
                    count += 1
                    if count >= limit:
                        return count
        return count

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets the temporary files go."""
        self._documents.close()
        self._passed_over.close()
        self._other_scans.close()


def plan(
    inputs: Sequence[Path],
    output: Path,
    options: ConvertOptions,
    others: Sequence[Path] = (),
) -> Plan:
    """Walks over the inputs, once; a folder is listed, and a file opened, no more than that.

    Args:
        inputs: Files and folders.
        output: A folder, or the one PDF.
        options: Which documents are wanted.
        others: Files that the run writes beside the documents: none of them may be one of a
            document.

    Returns:
        What was found; to be closed.

    Raises:
        OutputError: There is no room for temporary files, or a file is where the folder for the
            PDFs should be.
        UsageError: One of `others` is an output of a document, `output` is no name for a folder, or
            the options contradict each other.
    """
    check_place(output)
    _check_options(options, output)
    result = Plan()
    places = [path.resolve() for path in others]
    try:
        for document in find_documents(
            inputs,
            output,
            per_file=options.per_file,
            complain=result.problems.append,
            pass_over=result.pass_over,
            emptied=result.emptied.note,
        ):
            if options.retry is None or document.output.resolve() in options.retry:
                result.add(document)
                for path in places:
                    _check_apart(path, document, root_of(output), options)
            else:
                result.leave_out(document)
        # With a report to go by, most documents are left out: the PDFs may be theirs.
        if options.retry is None or not options.per_file:
            result.judge_emptied()
        result.refuse_outputs_over_scans(options, root_of(output))
    except BaseException:
        result.close()
        raise
    if options.retry is not None and not options.retry:
        result.remark = "there is nothing to retry: no document of that report failed"
    if options.retry and not result.documents and not result.problems:
        result.problems.append(
            UsageError(
                "none of the PDFs in that report is made from these inputs; give the inputs, and"
                " the output, of the run that it is of"
            )
        )
    return result


def _check_options(options: ConvertOptions, output: Path) -> None:
    """Sees that what is to be accepted, or removed, can be.

    Raises:
        UsageError: It cannot.
    """
    if options.prune and is_pdf_name(output):
        raise UsageError("--prune looks through a folder of PDFs; give a folder with -o")
    if options.prune and options.retry is not None:
        raise UsageError(
            "--prune looks at all scans, and --retry-failed at some; leave one of them out"
        )
    if options.accept_failed and options.existing == "keep":
        raise UsageError(
            "--no-overwrite touches no PDF, so that nothing can be accepted in one; leave out"
            " it or --accept-failed"
        )


def _check_apart(path: Path, document: Document, root: Path, options: ConvertOptions) -> None:
    """Sees that a file is none that is written for a document.

    Raises:
        UsageError: It is.
    """
    outputs = [document.output]
    if options.sidecar:
        outputs.append(document.output.with_suffix(SIDECAR_ENDING))
    clash = any(_may_be_one(path, output) for output in outputs)
    if not clash and options.text_dir is not None:
        texts = text_folder(options.text_dir, document, root)
        clash = path.is_relative_to(texts.absolute())
    if clash:
        raise UsageError(
            f"{printable(str(path))}: the report and the output of"
            f" {printable(str(document.output))} would be one file; give one of them another name"
        )


def _may_be_one(one: Path, other: Path) -> bool:
    """Whether two files to write may be one; the parents are looked up only if the names allow."""
    names = {unicodedata.normalize("NFC", path.name).casefold() for path in (one, other)}
    return len(names) == 1 and one.parent == other.parent.resolve()


def root_of(output: Path) -> Path:
    """The folder that all PDFs of a run are in or below."""
    return output.parent if is_pdf_name(output) else output

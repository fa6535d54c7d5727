"""What there is to do: one walk over the inputs tells it, before anything is written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from ..load.find import find_documents, is_pdf_name
from ..load.scan import page_sources
from ..model.errors import SearchablePdfError, UsageError
from ..model.options import ConvertOptions
from ..model.page import Document
from ..store.disk_list import DiskList

Entry = tuple[str, str, list[str], list[str]]
"""A document as built-in types: name, output, scans, folders."""


@dataclass(slots=True)
class Plan:
    """What one walk over the inputs has found. A context manager; iterating gives its documents.

    The documents are kept in a temporary file, so a plan of a million scans takes the memory of a
    small one, and the folders need not be listed again.

    Attributes:
        scans: How many files hold the pages of all documents.
        problems: What is wrong with the inputs.
    """

    scans: int = 0
    problems: list[SearchablePdfError] = field(default_factory=list)
    _documents: DiskList[Entry] = field(default_factory=DiskList)
    _passed_over: DiskList[str] = field(default_factory=DiskList)

    @property
    def documents(self) -> int:
        """How many PDFs there will be."""
        return len(self._documents)

    @property
    def passed_over(self) -> int:
        """How many files in the folders are no images."""
        return len(self._passed_over)

    @property
    def must_stop(self) -> bool:
        """Whether the request contradicts itself, so that nothing should be done."""
        return any(isinstance(problem, UsageError) for problem in self.problems)

    def __iter__(self) -> Iterator[Document]:
        for name, output, scans, folders in self._documents:
            yield Document(name, Path(output), tuple(map(Path, scans)), tuple(map(Path, folders)))

    def paths_passed_over(self) -> Iterator[Path]:
        """The files in the folders that are no images."""
        return map(Path, self._passed_over)

    def add(self, document: Document) -> None:
        """Notes a document.

        Raises:
            OutputError: There is no room for temporary files.
        """
        self.scans += len(document.scans)
        self._documents.append(
            (
                document.name,
                os.fspath(document.output),
                list(map(os.fspath, document.scans)),
                list(map(os.fspath, document.folders)),
            )
        )

    def pass_over(self, path: Path) -> None:
        """Notes a file that is no image."""
        self._passed_over.append(os.fspath(path))

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


def plan(inputs: Sequence[Path], output: Path, options: ConvertOptions) -> Plan:
    """Walks over the inputs, once; a folder is listed, and a file opened, no more than that.

    Args:
        inputs: Files and folders.
        output: A folder, or the one PDF.
        options: Which documents are wanted.

    Returns:
        What was found; to be closed.

    Raises:
        OutputError: There is no room for temporary files.
    """
    result = Plan()
    try:
        for document in find_documents(
            inputs,
            output,
            per_file=options.per_file,
            complain=result.problems.append,
            pass_over=result.pass_over,
        ):
            if options.retry is None or document.output.resolve() in options.retry:
                result.add(document)
    except BaseException:
        result.close()
        raise
    if options.retry and not result.documents and not result.problems:
        result.problems.append(
            UsageError(
                "none of the PDFs in that report is made from these inputs; give the inputs, and"
                " the output, of the run that it is of"
            )
        )
    return result


def root_of(output: Path) -> Path:
    """The folder that all PDFs of a run are in or below."""
    return output.parent if is_pdf_name(output) else output

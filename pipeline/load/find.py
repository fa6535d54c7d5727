"""Find scans and group them into documents, lazily and in natural order."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..model.characters import printable
from ..model.errors import NoScansError, SearchablePdfError, UsageError
from ..model.page import Document
from ..model.paths import PathLike, Paths, as_path, as_paths, missing_remedy
from ..store.content import NO_FILE
from .walk import Complain, PassOver, cannot_open, ignore, scans_below

Emptied = Callable[[Path, Path], None]
"""Called with a folder in which no scan is seen, and with its PDF, or the folder of its PDFs."""


def _raise(error: SearchablePdfError) -> None:
    raise error


def _not_noted(folder: Path, output: Path) -> None:
    pass


def find_documents(
    inputs: Paths,
    output: PathLike,
    *,
    per_file: bool = False,
    complain: Complain = _raise,
    pass_over: PassOver = ignore,
    emptied: Emptied = _not_noted,
) -> Iterator[Document]:
    """The documents to make from `inputs`, in order.

    Every folder that holds scans directly is one document named after it, its sub-folders
    mirrored below `output`; a file is one document. An `output` that ends in `.pdf` makes one
    document of everything, in the order of `inputs`. Scans are sorted naturally (2 before 10).
    Symbolic links are followed, but not in circles; hidden files are ignored.

    Folders are listed one at a time, as the documents are asked for. A million documents take
    some 100 bytes each, to see whether two have the same name.

    Args:
        inputs: Files and folders, one or several.
        output: A folder, or the one PDF.
        per_file: Make a document of each file, not of each folder.
        complain: Called with each problem; by default the first one is raised.
        pass_over: Called with each file in the folders that is no image.
        emptied: Called with each folder in which no scan is seen, and with where its PDF would go,
            or with the folder where its PDFs would (`per_file`).

    Yields:
        Documents, as the folders are walked.

    Raises:
        NoScansError: An input is missing, cannot be opened, or holds no scan.
        UsageError: Two documents of different folders would have the same name (also where only
            case or the Unicode form of a letter differs: many file systems do not tell them
            apart). Of files in one folder see `names_of`.
    """
    inputs, output = as_paths(inputs), as_path(output)
    if is_pdf_name(output):
        yield from _Search(output, per_file, complain, pass_over).one_document(inputs)
        return
    # Of a path that cannot be looked up, os.path says False, and raises nothing.
    files = [path for path in inputs if not os.path.isdir(path)]  # noqa: PTH112
    search = _Search(output, per_file, complain, pass_over, names_of(files), emptied)
    names: set[bytes] = set()
    for path in inputs:
        for document in search.documents_of(path):
            name = _name_digest(document)
            if name not in names:
                names.add(name)
                yield document
                continue
            first = search.first_called(name, inputs)
            complain(
                UsageError(
                    f"{_origin(first)} and {_origin(document)} would both become"
                    f" {printable(str(document.output))}; rename one, or convert them apart"
                )
            )


def is_pdf_name(output: Path) -> bool:
    """Whether `output` names one PDF, not a folder for PDFs."""
    return output.suffix.lower() == ".pdf" and not output.is_dir()


def names_of(scans: Iterable[Path], *, digests: bool = False) -> dict[Path, str]:
    """The names of the PDFs of files in one place, each without `.pdf`.

    A PDF has the name of its scan without the ending. Where several would have one name, each has
    the whole name of its scan: `a.jpg.pdf` and `a.png.pdf`. So the names depend on the names of
    the scans alone, not on their order.

    Args:
        scans: The files.
        digests: Scans whose whole names, too, may be one to a file system (`A.png`, `a.png`) get a
            hash of their name behind it.
    """
    names = {scan: scan.stem for scan in scans}
    _part(names, lambda scan: scan.name)
    if digests:
        _part(names, lambda scan: f"{scan.name}.{_digest(scan.name, 4).hex()}")
    return names


def _part(names: dict[Path, str], longer: Callable[[Path], str]) -> None:
    """Gives those scans longer names whose names are one to some file system."""
    while True:
        count = Counter(map(_folded, names.values()))
        alike = {
            scan: longer(scan)
            for scan, name in names.items()
            if count[_folded(name)] > 1 and name != longer(scan)
        }
        if not alike:
            return
        names |= alike


def _folded(name: str) -> str:
    """The same for two names that a file system may take for one."""
    return unicodedata.normalize("NFC", name).casefold()


def _digest(name: str, size: int) -> bytes:
    return hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=size).digest()


def _origin(document: Document) -> str:
    return printable(str(document.folders[0] if document.folders else document.scans[0]))


def _name_digest(document: Document) -> bytes:
    """The same for two outputs that a file system may take for one; far smaller than a path."""
    return _digest(_folded(str(document.output)), 16)


@dataclass(frozen=True, slots=True)
class _Search:
    output: Path
    per_file: bool
    complain: Complain
    pass_over: PassOver
    names: Mapping[Path, str] = field(default_factory=dict)
    emptied: Emptied = _not_noted

    def one_document(self, inputs: Sequence[Path]) -> Iterator[Document]:
        """Everything below `inputs` as one document, or none where a part of it is missing."""
        problems: list[SearchablePdfError] = []
        empty: list[Path] = []
        whole = _Search(
            self.output.parent,
            False,
            problems.append,
            self.pass_over,
            emptied=lambda folder, _: empty.append(folder),
        )
        parts = [part for path in inputs for part in whole.documents_of(path)]
        for problem in problems:
            self.complain(problem)
        if parts and not problems:
            yield Document(
                self.output.stem,
                self.output,
                scans=tuple(scan for part in parts for scan in part.scans),
                folders=tuple(folder for part in parts for folder in part.folders),
                unseen=(*(path for part in parts for path in part.unseen), *empty),
            )

    def first_called(self, name: bytes, inputs: Sequence[Path]) -> Document:
        """The first document of this name digest, looked for again: so none need be kept."""
        silent = _Search(self.output, self.per_file, lambda problem: None, ignore, self.names)
        documents = (document for path in inputs for document in silent.documents_of(path))
        return next(document for document in documents if _name_digest(document) == name)

    def documents_of(self, path: Path) -> Iterator[Document]:
        """The documents of one input, or a complaint that it holds none."""
        name = printable(str(path))
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            self.complain(NoScansError(f"{name}: no such file or folder; {missing_remedy(path)}"))
            return
        except OSError as error:
            self.complain(cannot_open(path, error))
            return
        if stat.S_ISREG(mode):
            name = self.names.get(path, path.stem)
            yield Document(path.stem, self.output / f"{name}.pdf", (path,))
            return
        if not stat.S_ISDIR(mode):
            self.complain(NoScansError(f"{name}: is {NO_FILE}; save it to a file, and give that"))
            return
        is_empty = True
        for folder, scans, unseen in scans_below(path, self.output, self.complain, self.pass_over):
            is_empty = is_empty and not scans
            target = self.output / folder.relative_to(path)
            if self.per_file:
                for scan, own in names_of(scans, digests=True).items():
                    yield Document(scan.stem, target / f"{own}.pdf", (scan,))
                if not scans and folder != path:  # where the first one's go, others' may, too
                    self.emptied(folder, target)
                continue
            named = folder.resolve() if folder.name in ("", "..") else folder
            title = named.name or "scans"
            place = target.parent if folder != path else target
            if scans:
                yield Document(title, place / f"{title}.pdf", scans, (folder,), unseen)
            else:
                self.emptied(folder, place / f"{title}.pdf")
        if is_empty:
            if self.per_file:
                self.emptied(path, self.output)
            self.complain(NoScansError(f"{name}: no scan found in this folder or below it"))

"""Find scans and group them into documents, lazily and in natural order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..model.characters import printable
from ..model.errors import NoScansError, SearchablePdfError, UsageError
from ..model.page import Document
from .scan import open_scan

ENDINGS = frozenset(
    ".tif .tiff .jpg .jpeg .jpe .jfif .mpo .png .apng .bmp .dib .gif .webp .jp2 .j2k .j2c .jpc .jpf"
    " .jpx .jpt .pbm .pgm .ppm .pnm .pfm .avif"
    # Not read here, but somebody's page all the same: it must not be passed over unseen.
    " .heic .heif .jxl .psd .dng .cr2 .nef .arw .djvu .jb2 .jbig2".split()
)
"""Endings of names that promise an image."""

MAGIC = re.compile(
    rb"II\*\0|MM\0\*|II\+\0|MM\0\+"  # TIFF, BigTIFF
    rb"|\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF....WEBP"
    rb"|\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51"  # JPEG 2000, boxed and bare
    rb"|....ftyp(?:avif|heic|heix|mif1)",
    re.DOTALL,
)
WEAK_MAGIC = re.compile(rb"BM|P[1-6][\s#]")
"""BMP and PNM: two letters that a text may begin with, too."""

CLUTTER = frozenset(("thumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin"))
"""What systems leave in folders; passed over without a word, like hidden files."""

Complain = Callable[[SearchablePdfError], None]
PassOver = Callable[[Path], None]


def _raise(error: SearchablePdfError) -> None:
    raise error


def _ignore(path: Path) -> None:
    pass


def find_documents(
    inputs: Sequence[Path],
    output: Path,
    *,
    per_file: bool = False,
    complain: Complain = _raise,
    pass_over: PassOver = _ignore,
) -> Iterator[Document]:
    """The documents that `inputs` make, in order.

    Every folder that holds scans directly is one document named after it, its sub-folders
    mirrored below `output`; a file is one document. An `output` that ends in `.pdf` makes one
    document of everything, in the order given. Scans are sorted naturally (2 before 10).
    Symbolic links are followed, but not in circles; hidden files are not looked at.

    Args:
        inputs: Files and folders.
        output: A folder, or the one PDF.
        per_file: Make a document of each file, not of each folder.
        complain: Called with each problem; by default the first one is raised.
        pass_over: Called with each file in the folders that is no image.

    Yields:
        Documents, as the folders are walked.

    Raises:
        NoScansError: An input is missing, cannot be read, or holds no scan.
        UsageError: Two documents would have the same name (also where only case or the
            Unicode form of a letter differs: many file systems do not tell them apart).
    """
    search = _Search(output, per_file, complain, pass_over)
    if is_pdf_name(output):
        yield from search.one_document(inputs)
        return
    names: dict[str, Document] = {}
    for given in inputs:
        for document in search.documents_of(given):
            name = unicodedata.normalize("NFC", str(document.output)).casefold()
            other = names.setdefault(name, document)
            if other is document:
                yield document
                continue
            complain(
                UsageError(
                    f"{_origin(other)} and {_origin(document)} would both become"
                    f" {printable(str(document.output))}; rename one, or convert them apart"
                )
            )


def is_pdf_name(output: Path) -> bool:
    """Whether `output` names one PDF, not a folder for PDFs."""
    return output.suffix.lower() == ".pdf" and not output.is_dir()


def natural_key(name: str) -> tuple[tuple[int | str, ...], str]:
    """Sorts as a person does: numbers by value, letters without case."""
    parts = re.split(r"([0-9]+)", unicodedata.normalize("NFC", name).casefold())
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts)), name


def is_scan(path: Path) -> bool:
    """Whether a file is, or claims to be, an image: by its name's ending or its first bytes."""
    if path.suffix.lower() in ENDINGS:
        return True
    try:
        with path.open("rb") as file:
            prefix = file.read(32)
        if MAGIC.match(prefix):
            return True
        if WEAK_MAGIC.match(prefix):
            with open_scan(path):
                return True
    except Exception:
        return False
    return False


def _origin(document: Document) -> str:
    return printable(str(document.folders[0] if document.folders else document.scans[0]))


@dataclass(frozen=True, slots=True)
class _Search:
    output: Path
    per_file: bool
    complain: Complain
    pass_over: PassOver

    def one_document(self, inputs: Sequence[Path]) -> Iterator[Document]:
        """Everything below `inputs` as one document, or none where a part of it is missing."""
        problems: list[SearchablePdfError] = []
        whole = _Search(self.output.parent, False, problems.append, self.pass_over)
        parts = [part for given in inputs for part in whole.documents_of(given)]
        for problem in problems:
            self.complain(problem)
        if parts and not problems:
            yield Document(
                self.output.stem,
                self.output,
                scans=tuple(scan for part in parts for scan in part.scans),
                folders=tuple(folder for part in parts for folder in part.folders),
            )

    def documents_of(self, given: Path) -> Iterator[Document]:
        """The documents of one input, or a complaint that it holds none."""
        name = printable(str(given))
        if not given.exists():
            self.complain(NoScansError(f"{name}: no such file or folder; check the path"))
            return
        if not given.is_dir():
            yield Document(given.stem, self.output / f"{given.stem}.pdf", (given,))
            return
        found = False
        for folder, scans in self._folders(given, (), self.pass_over):
            found = True
            target = self.output / folder.relative_to(given)
            if self.per_file:
                for scan in scans:
                    yield Document(scan.stem, target / f"{scan.stem}.pdf", (scan,))
            else:
                named = folder.resolve() if folder.name in ("", "..") else folder
                title = named.name or "scans"
                place = target.parent if folder != given else target
                yield Document(title, place / f"{title}.pdf", scans, (folder,))
        if not found:
            self.complain(NoScansError(f"{name}: no scan found in this folder or below it"))

    def _folders(
        self, folder: Path, above: tuple[tuple[int, int], ...], pass_over: PassOver
    ) -> Iterator[tuple[Path, tuple[Path, ...]]]:
        """Each folder that holds scans, with them, depth first; `above` ends circles of links."""
        try:
            status = folder.stat()
            here = (status.st_dev, status.st_ino)
            if here in above:
                return
            if above and _same_folder(folder, self.output):
                pass_over = _ignore  # what lies there is ours; unless it is a scan
            entries = sorted(folder.iterdir(), key=lambda path: natural_key(path.name))
        except OSError as error:
            self.complain(
                NoScansError(
                    f"{printable(str(folder))}: cannot be read ({error.strerror or error});"
                    " check its permissions"
                )
            )
            return
        entries = [
            path for path in entries if path.name[0] != "." and path.name.lower() not in CLUTTER
        ]
        folders = {path: None for path in entries if path.is_dir()}
        scans = []
        for path in entries:
            if path in folders:
                continue
            if (path.is_file() or path.is_symlink()) and is_scan(path):
                scans.append(path)  # a link to nowhere, too, if its name promises an image
            else:
                pass_over(path)
        if scans:
            yield folder, tuple(scans)
        for path in folders:
            yield from self._folders(path, (*above, here), pass_over)


def _same_folder(folder: Path, other: Path) -> bool:
    try:
        return folder.samefile(other)
    except OSError:
        return False

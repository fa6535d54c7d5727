"""Find scans and group them into documents, lazily and in natural order."""

from __future__ import annotations

import hashlib
import os
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
    # Formats that are not decoded here, but hold a page all the same: such a page fails, with a
    # message, where passing it over would lose it.
    " .heic .heif .jxl .psd .dng .cr2 .nef .arw .djvu .jb2 .jbig2".split()
)
"""File name endings of images."""

MAGIC = re.compile(
    rb"II\*\0|MM\0\*|II\+\0|MM\0\+"  # TIFF, BigTIFF
    rb"|\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF....WEBP"
    rb"|\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51"  # JPEG 2000, boxed and bare
    rb"|....ftyp(?:avif|heic|heix|mif1)",
    re.DOTALL,
)
WEAK_MAGIC = re.compile(rb"BM|P[1-6][\s#]")
"""BMP and PNM begin with two letters, as a text may, too."""

CLUTTER = frozenset(("thumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin"))
"""What operating systems leave in folders, in lower case; ignored, like hidden files."""

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
    """The documents to make from `inputs`, in order.

    Every folder that holds scans directly is one document named after it, its sub-folders
    mirrored below `output`; a file is one document. An `output` that ends in `.pdf` makes one
    document of everything, in the order of `inputs`. Scans are sorted naturally (2 before 10).
    Symbolic links are followed, but not in circles; hidden files are ignored.

    Folders are listed one at a time, as the documents are asked for. A million documents take
    some 100 bytes each, to see whether two have the same name.

    Args:
        inputs: Files and folders.
        output: A folder, or the one PDF.
        per_file: Make a document of each file, not of each folder.
        complain: Called with each problem; by default the first one is raised.
        pass_over: Called with each file in the folders that is no image.

    Yields:
        Documents, as the folders are walked.

    Raises:
        NoScansError: An input is missing, cannot be opened, or holds no scan.
        UsageError: Two documents would have the same name (also where only case or the
            Unicode form of a letter differs: many file systems do not tell them apart).
    """
    search = _Search(output, per_file, complain, pass_over)
    if is_pdf_name(output):
        yield from search.one_document(inputs)
        return
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


def natural_key(name: str) -> tuple[tuple[int | str, ...], str]:
    """Sorts as a person does: numbers by value, letters without case."""
    parts = re.split(r"([0-9]+)", unicodedata.normalize("NFC", name).casefold())
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts)), name


def is_scan(path: Path) -> bool:
    """Whether a file is, or claims to be, an image: by its name's ending or its first bytes.

    Raises:
        OSError: The ending does not tell, and the file cannot be opened.
    """
    if _has_image_ending(path):
        return True
    with path.open("rb") as file:
        prefix = file.read(32)
    if MAGIC.match(prefix):
        return True
    if not WEAK_MAGIC.match(prefix):
        return False
    try:
        with open_scan(path):
            return True
    except Exception:  # decoders raise nearly anything on a text
        return False


def _has_image_ending(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS


def _origin(document: Document) -> str:
    return printable(str(document.folders[0] if document.folders else document.scans[0]))


def _name_digest(document: Document) -> bytes:
    """The same for two outputs that a file system may take for one; far smaller than a path."""
    name = unicodedata.normalize("NFC", str(document.output)).casefold()
    return hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=16).digest()


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
        parts = [part for path in inputs for part in whole.documents_of(path)]
        for problem in problems:
            self.complain(problem)
        if parts and not problems:
            yield Document(
                self.output.stem,
                self.output,
                scans=tuple(scan for part in parts for scan in part.scans),
                folders=tuple(folder for part in parts for folder in part.folders),
            )

    def first_called(self, name: bytes, inputs: Sequence[Path]) -> Document:
        """The first document of this name digest, looked for again: so none need be kept."""
        silent = _Search(self.output, self.per_file, lambda problem: None, _ignore)
        documents = (document for path in inputs for document in silent.documents_of(path))
        return next(document for document in documents if _name_digest(document) == name)

    def documents_of(self, path: Path) -> Iterator[Document]:
        """The documents of one input, or a complaint that it holds none."""
        name = printable(str(path))
        if not path.exists():
            self.complain(NoScansError(f"{name}: no such file or folder; check the path"))
            return
        if not path.is_dir():
            yield Document(path.stem, self.output / f"{path.stem}.pdf", (path,))
            return
        is_empty = True
        for folder, scans in self._folders(path, (), self.pass_over):
            is_empty = False
            target = self.output / folder.relative_to(path)
            if self.per_file:
                for scan in scans:
                    yield Document(scan.stem, target / f"{scan.stem}.pdf", (scan,))
            else:
                named = folder.resolve() if folder.name in ("", "..") else folder
                title = named.name or "scans"
                place = target.parent if folder != path else target
                yield Document(title, place / f"{title}.pdf", scans, (folder,))
        if is_empty:
            self.complain(NoScansError(f"{name}: no scan found in this folder or below it"))

    def _folders(
        self, folder: Path, above: tuple[tuple[int, int], ...], pass_over: PassOver
    ) -> Iterator[tuple[Path, tuple[Path, ...]]]:
        """Each folder that holds scans, with them, depth first; `above` ends circles of links."""
        try:
            status = folder.stat()
            identity = (status.st_dev, status.st_ino)
            if identity in above:
                return
            if above and _same_folder(folder, self.output):
                pass_over = _ignore  # the files there are PDFs and texts of earlier runs
            folders, files = _listed(folder)
        except OSError as error:
            self._cannot_open(folder, error)
            return
        scans: list[Path] = []
        for path, is_regular in files:
            try:
                (scans.append if _is_page(path, is_regular) else pass_over)(path)
            except OSError as error:
                self._cannot_open(path, error)
        if scans:
            yield folder, tuple(scans)
        for path in folders:
            yield from self._folders(path, (*above, identity), pass_over)

    def _cannot_open(self, path: Path, error: OSError) -> None:
        self.complain(
            NoScansError(
                f"{printable(str(path))}: cannot be opened ({error.strerror or error});"
                " check its permissions, or move it away"
            )
        )


def _listed(folder: Path) -> tuple[list[Path], list[tuple[Path, bool]]]:
    """Sub-folders, and other entries with whether they are plain files, in natural order.

    The system tells the kind of an entry with its name; asking for it by path again
    is slow, with a million files.

    Raises:
        OSError: The folder cannot be listed.
    """
    with os.scandir(folder) as listing:
        entries = [
            entry for entry in listing if entry.name[0] != "." and entry.name.lower() not in CLUTTER
        ]
    entries.sort(key=lambda entry: natural_key(entry.name))
    folders, files = [], []
    for entry in entries:
        path = folder / entry.name
        # Of a link, `Path.is_dir` says where it leads, and does not raise where that is in circles.
        if path.is_dir() if entry.is_symlink() else entry.is_dir():
            folders.append(path)
        else:
            files.append((path, entry.is_file(follow_symlinks=False)))
    return folders, files


def _is_page(path: Path, is_regular: bool) -> bool:
    """Whether an entry of a folder that is no folder becomes pages, be it that they fail.

    Raises:
        OSError: It cannot be opened to see.
    """
    if is_regular or path.is_file():
        return is_scan(path)
    # A pipe or a device is none. A link to nowhere is, if it has the name of an image.
    return path.is_symlink() and _has_image_ending(path)


def _same_folder(folder: Path, other: Path) -> bool:
    try:
        return folder.samefile(other)
    except OSError:
        return False

"""Walk over folders: which files in them are scans, told by names and first bytes."""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from ..model.characters import printable
from ..model.errors import NoScansError, SearchablePdfError

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
WEAK_MAGIC = re.compile(
    # BMP: sizes, reserved zeros, where the pixels begin, and how long the header is.
    rb"BM.{4}\0{4}..\0\0(?:\x0c|\x28|\x34|\x38|\x40|\x6c|\x7c)\0\0\0"
    # PNM: width and height, of gray and color the largest value, with comments between them.
    rb"|(?:P[14]%(s)s\d+%(s)s\d+|P[2356]%(s)s\d+%(s)s\d+%(s)s\d+)\s"
    % {b"s": rb"(?:\s|#[^\r\n]*[\r\n])+"},
    re.DOTALL,
)
"""BMP and PNM begin with two letters, as a text may, too: more of them is looked at."""
MAGIC_BYTES = 512
"""Of a file, these are looked at. Programs write comments of a line or two into a PNM."""

CLUTTER = frozenset(
    (
        *("thumbs.db", "desktop.ini", "__macosx"),
        *("$recycle.bin", "recycler", "recycled", "system volume information"),  # Windows
        *("@eadir", "#recycle", "#snapshot", "@synoresource", "@tmp"),  # Synology
        *("@recycle", "@recently-snapshot", "@__thumb"),  # QNAP
        "lost+found",  # fsck
    )
)
"""What systems and network storage leave in folders, in lower case; ignored, like hidden files.

What was deleted lies in some of them: it is no document any more."""
UNFINISHED = frozenset(
    ".part .partial .crdownload .opdownload .download .filepart .tmp .temp".split()
)
"""Endings of files that are still being written: browsers, SFTP and copying programs add them."""

KINDS = {
    ending: kind
    for kind, endings in (
        ("image", " ".join(sorted(ENDINGS))),
        ("PDF", ".pdf"),
        ("text", ".txt .md .csv .tsv .log .json .xml .html .htm .ini .nfo .alto .hocr"),
        ("document", ".doc .docx .odt .rtf .xls .xlsx .ods .ppt .pptx .odp .epub .ps .eps"),
        ("archive", ".zip .7z .rar .tar .gz .bz2 .xz .zst .tgz"),
        ("recording", ".mp3 .m4a .wav .flac .ogg .mp4 .mov .avi .mkv .webm .m4v"),
        ("unfinished file", " ".join(sorted(UNFINISHED))),
    )
    for ending in endings.split()
}
"""What a person calls a file, by its ending."""
OTHER_KIND = "other file"

Complain = Callable[[SearchablePdfError], None]
PassOver = Callable[[Path], None]


def ignore(path: Path) -> None:
    """A `PassOver` that says nothing."""


def scans_below(
    top: Path, output: Path, complain: Complain, pass_over: PassOver
) -> Iterator[tuple[Path, tuple[Path, ...], tuple[Path, ...]]]:
    """Each folder, depth first, with its scans, and with what in it cannot be opened.

    The folders that it is in end circles of links. They are a list, and not the calls of a
    function: Python allows some 1,000 calls in each other, and folders may lie deeper.
    """
    waiting: list[tuple[Path, int]] = [(top, 0)]
    above: list[tuple[int, int]] = []
    while waiting:
        folder, depth = waiting.pop()
        del above[depth:]
        say = pass_over
        try:
            status = folder.stat()
            identity = (status.st_dev, status.st_ino)
            if identity in above:
                continue
            if above and _same_folder(folder, output):
                say = ignore  # the files there are PDFs and texts of earlier runs
            folders, files = _listed(folder)
        except OSError as error:
            complain(cannot_open(folder, error))
            yield folder, (), (folder,)
            continue
        above.append(identity)
        waiting += [(path, depth + 1) for path in reversed(folders)]
        scans: list[Path] = []
        unseen: list[Path] = []
        for path, is_regular in files:
            try:
                (scans.append if _is_page(path, is_regular) else say)(path)
            except OSError as error:
                complain(cannot_open(path, error))
                unseen.append(path)
        yield folder, tuple(scans), tuple(unseen)


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
        prefix = file.read(MAGIC_BYTES)
    return bool(MAGIC.match(prefix) or WEAK_MAGIC.match(prefix))


def kind_of(path: Path) -> str:
    """What a person calls a file, such as `PDF`."""
    return KINDS.get(path.suffix.lower(), OTHER_KIND)


def is_file_name(path: Path) -> bool:
    """Whether a path ends as files of a known kind do; nobody calls a folder `notes.txt`."""
    ending = path.suffix.lower()
    return ending in KINDS and ending not in UNFINISHED


def _has_image_ending(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS


def cannot_open(path: Path, error: OSError) -> NoScansError:
    """What to tell a user whose file or folder cannot be looked into."""
    remedy = "check its permissions, or move it away"
    if error.errno == errno.ENAMETOOLONG:
        remedy = "start from a folder further down, or give the folders above it shorter names"
    why = error.strerror or error
    return NoScansError(f"{printable(str(path))}: cannot be opened ({why}); {remedy}")


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
        # Of a link, it is said where that leads: nowhere, if it is in circles or not to be seen.
        if os.path.isdir(path) if entry.is_symlink() else entry.is_dir():  # noqa: PTH112
            folders.append(path)
        else:
            files.append((path, entry.is_file(follow_symlinks=False)))
    return folders, files


def _is_page(path: Path, is_regular: bool) -> bool:
    """Whether an entry of a folder that is no folder becomes pages, be it that they fail.

    Raises:
        OSError: It cannot be opened to see.
    """
    if path.suffix.lower() in UNFINISHED:
        return False
    if is_regular:
        return is_scan(path)
    try:
        mode = path.stat().st_mode
    except OSError:  # a link to nowhere is a page if it has the name of an image
        return path.is_symlink() and _has_image_ending(path)
    return stat.S_ISREG(mode) and is_scan(path)  # a pipe or a device is none


def _same_folder(folder: Path, other: Path) -> bool:
    try:
        return folder.samefile(other)
    except OSError:
        return False

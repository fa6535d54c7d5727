"""PDFs of this program whose scans are gone: found, counted, and removed if the user asks for it.

A PDF is among them if it is noted where its scans lay (`store.origin`), that place is below a
folder that this run was given, and nothing is there any more, though the folder above it is there
and still holds scans. So a PDF stays whose scans were not given this time, are on a disk that is
not there, or cannot be seen; so do all where any input cannot be looked into.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ...load.find import is_pdf_name
from ...model.errors import CorrectionError
from ...model.options import ConvertOptions
from ...model.page import Document
from ...model.paths import absolute
from ...store.accepted import record_of, write_record
from ...store.atomic import not_writable
from ...store.content import Content
from ...store.corrections import CORRECTED, load_text, text_folder
from ...store.origin import Origin, hash_of
from ...store.provenance import Provenance
from ...workers.job import SIDECAR_ENDING
from ..plan import Plan, root_of
from .collisions import identity
from .standing import standing


def pdfs_without_scans(
    planned: Plan, inputs: Sequence[Path], output: Path, options: ConvertOptions
) -> list[Path]:
    """The PDFs in a folder of PDFs whose scans are gone, in the order of their names.

    Args:
        planned: What was found in the inputs.
        inputs: What the user has given.
        output: The folder; of one PDF for everything, nothing can be told.
        options: The user's options.
    """
    if planned.problems or options.retry is not None or is_pdf_name(output):
        return []
    tops = [path for path in inputs if path.is_dir()]
    if not tops or not output.is_dir():
        return []
    made = {_digest(document.output) for document in planned}
    given = [path for path in inputs if path not in tops]
    found: dict[Path, Path] = {}
    for pdf in _pdfs_below(output):
        if _digest(pdf) in made or any(_is_same(pdf, path) for path in given):
            continue
        for top in tops:
            above = _emptied_place(pdf, output, top)
            if above is not None:
                found[pdf] = absolute(above)
    if not found:
        return []
    holding = _folders_with_scans(planned, set(found.values()))
    kept = _under_other_names(planned, found)
    return sorted(
        pdf
        for pdf, above in found.items()
        if above in holding and pdf not in kept and _provenance(pdf) is not None
    )


def remove(pdf: Path, output: Path, options: ConvertOptions) -> bool:
    """Removes a PDF of this program, with its text and the texts of its pages that are unchanged.

    Args:
        pdf: One of `pdfs_without_scans`.
        output: The folder of the PDFs.
        options: Says where the texts of pages are.

    Returns:
        Whether it was removed: it may have been changed meanwhile.

    Raises:
        OutputError: It cannot be removed.
    """
    provenance = _provenance(pdf)
    if provenance is None:
        return False
    root = root_of(output)
    document = Document(pdf.stem, pdf, ())
    texts: list[Path] = []
    if options.text_dir is not None:
        folder = text_folder(options.text_dir, document, root)
        texts = [path for path in folder.glob("*.json") if _is_untouched(path)]
    sidecar = pdf.with_suffix(SIDECAR_ENDING)
    if not sidecar.is_symlink() and Content.of(sidecar).hash == provenance.text:
        texts.append(sidecar)
    try:
        for path in (*texts, pdf):  # the PDF last: by it, all are found
            path.unlink()
    except OSError as error:
        raise not_writable(pdf, error) from error
    write_record(record_of(document, root), {}, "", ())
    for path in (pdf, *texts[:1]):
        with suppress(OSError):  # a folder in which something is left
            for folder in path.parents:
                if folder in (root, options.text_dir):
                    break
                folder.rmdir()
    return True


def _provenance(pdf: Path) -> Provenance | None:
    """What a PDF remembers that is as this program made it."""
    there = standing(pdf)
    return there.provenance if there.state == "intact" and not pdf.is_symlink() else None


def _is_untouched(path: Path) -> bool:
    """Whether a file is the text of a page, as this program wrote it."""
    try:
        return not path.is_symlink() and load_text(path).made_from not in (None, CORRECTED)
    except (CorrectionError, OSError):
        return False


def _emptied_place(pdf: Path, output: Path, top: Path) -> Path | None:
    """The folder, below an input, from which the scans of a PDF have gone; None for none."""
    origin = Origin.noted(pdf)
    if origin is None:
        return None
    inside = pdf.relative_to(output)
    folder = top / inside.parent
    if not origin.file:
        folder /= inside.stem
    if hash_of(folder) != origin.folder:
        return None
    above = _last_there(top, folder)
    if above is None or above != folder:
        return above
    if not origin.file:
        return None
    try:
        names = os.listdir(folder)  # noqa: PTH208 (no path is needed but for its hash)
    except OSError:
        return None
    is_there = any(hash_of(folder / name) == origin.file for name in names)
    return None if is_there else folder


def _last_there(top: Path, folder: Path) -> Path | None:
    """The last folder on the way from `top` to `folder` that is there; None where one is doubtful.

    A name that is there and leads nowhere is doubtful, as a link to a disk that is missing.
    """
    there = top
    for name in folder.relative_to(top).parts:
        path = there / name
        try:
            path.lstat()
        except FileNotFoundError:
            return there
        except OSError:
            return None
        if not path.is_dir():
            return None
        there = path
    return there


def _folders_with_scans(planned: Plan, folders: set[Path]) -> set[Path]:
    """Those of the folders in which, or below which, there are scans."""
    found: set[Path] = set()
    for document in planned:
        for path in document.scans[:1]:
            found.update(folders.intersection(absolute(path).parents))
        if len(found) == len(folders):
            break
    return found


def _under_other_names(planned: Plan, pdfs: Iterable[Path]) -> set[Path]:
    """Those of the PDFs that are a PDF of the plan: by a link, or in another case or Unicode form.

    The file system says so, which may take two such names for one.
    """
    identities = {pdf: identity(pdf) for pdf in pdfs}
    wanted = set(identities.values()) - {None}
    outputs = {identity(document.output) for document in planned} if wanted else set()
    return {pdf for pdf, each in identities.items() if each in wanted & outputs}


def _pdfs_below(folder: Path) -> Iterator[Path]:
    """The PDFs in a folder and below it; no link is followed, and nothing hidden looked at."""
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        with suppress(OSError), os.scandir(current) as listing:
            for entry in listing:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(current / entry.name)
                elif entry.name.endswith(".pdf") and entry.is_file(follow_symlinks=False):
                    yield current / entry.name


def _digest(path: Path) -> bytes:
    """Far smaller than a path: a million of them are in memory."""
    return hashlib.blake2b(os.fsencode(os.path.normpath(path)), digest_size=16).digest()


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False

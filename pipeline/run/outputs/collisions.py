"""Outputs that would take the place of a scan: found in the plan, before anything is written."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from ...model.characters import printable
from ...model.errors import OutputError
from ...model.options import ConvertOptions
from ...model.page import Document, PageSource
from ...store.corrections import TextFiles
from ...workers.job import SIDECAR_ENDING

TEXT_ENDING = ".json"
FRAME = re.compile(r"\.[0-9]+\.json$", re.IGNORECASE)
"""How the name of a text ends that is not of the first page of its scan."""

Identity = tuple[int, int]
"""Device and inode: the same for one file under two names, be they links or of another case."""


def outputs_over_scans(
    documents: Iterable[Document], scans: Iterable[Path], options: ConvertOptions
) -> dict[Path, OutputError]:
    """The documents that may not be made, as their PDF or text would replace a scan of the run.

    A scan is known by any name: by a link, a hard link, a path with `..`, and in another case or
    Unicode form where the file system takes two such names for one.

    Args:
        documents: What is to be made; looked through once.
        scans: All inputs of the run; looked at only where an output exists already.
        options: Says whether texts are written beside the PDFs.

    Returns:
        What to tell the user, by the path of the PDF.
    """
    existing: dict[Identity, tuple[Path, Path]] = {}
    for document in documents:
        outputs = [document.output]
        if options.sidecar:
            outputs.append(document.output.with_suffix(SIDECAR_ENDING))
        for path in outputs:
            found = identity(path)
            if found is not None:
                existing[found] = path, document.output
    refused: dict[Path, OutputError] = {}
    if not existing:
        return refused
    by_name: Mapping[str, tuple[Path, Path]] | None = None
    for scan in scans:
        found = identity(scan)
        if found is None:  # it cannot be looked at: its name must do
            by_name = by_name or {
                _folded(path): both for both in existing.values() for path in both
            }
            clash = by_name.get(_folded(scan))
        else:
            clash = existing.get(found)
        if clash is not None:
            path, output = clash
            refused[output] = _would_replace(path, scan, "-o")
    return refused


def texts_over_scans(
    documents: Iterable[Document], scans: Iterable[Path], folder: Path, root: Path
) -> dict[Path, OutputError]:
    """The documents that may not be made, as the text of a page would replace a scan of the run.

    Args:
        documents: What is to be made.
        scans: All inputs of the run.
        folder: The user's folder for texts.
        root: The folder of the PDFs.

    Returns:
        What to tell the user, by the path of the PDF.
    """
    inputs: dict[Identity, Path] = {}
    for scan in scans:
        found = identity(scan) if _may_be_a_text(scan) else None
        if found is not None:
            inputs[found] = scan
    refused: dict[Path, OutputError] = {}
    if not inputs:
        return refused
    for document in documents:
        texts = TextFiles(folder, document, root)
        names = {_folded(texts.of(PageSource(scan))) for scan in document.scans}
        for place in {texts.of(PageSource(scan)).parent for scan in document.scans}:
            for path in _json_files(place):
                clash = inputs.get(identity(path) or (0, 0))
                page = path.with_name(FRAME.sub(TEXT_ENDING, path.name))
                if clash is not None and not names.isdisjoint((_folded(path), _folded(page))):
                    refused[document.output] = _would_replace(path, clash, "--text-dir")
    return refused


def _would_replace(path: Path, scan: Path, option: str) -> OutputError:
    return OutputError(
        f"{printable(str(path))}: not written, as it would replace the scan"
        f" {printable(str(scan))}; choose another place with {option}"
    )


def _may_be_a_text(scan: Path) -> bool:
    """Whether a scan can be one file with a text: by its name, or as it may have several names."""
    if scan.suffix.lower() == TEXT_ENDING:
        return True
    try:
        status = scan.lstat()
    except (OSError, ValueError):
        return False
    return stat.S_ISLNK(status.st_mode) or status.st_nlink > 1


def _json_files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.suffix.lower() == TEXT_ENDING]
    except OSError:
        return []


def identity(path: Path) -> Identity | None:
    """Which file is at a path, by any name; None where none can be looked at."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _folded(path: Path) -> str:
    return unicodedata.normalize("NFC", os.path.normpath(path.absolute())).casefold()

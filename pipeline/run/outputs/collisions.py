"""Outputs that would take the place of a scan: found in the plan, before anything is written."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from ...model.characters import printable
from ...model.errors import OutputError
from ...model.options import ConvertOptions
from ...model.page import Document
from ...workers.job import SIDECAR_ENDING

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
            identity = _identity(path)
            if identity is not None:
                existing[identity] = path, document.output
    refused: dict[Path, OutputError] = {}
    if not existing:
        return refused
    by_name: Mapping[str, tuple[Path, Path]] | None = None
    for scan in scans:
        identity = _identity(scan)
        if identity is None:  # it cannot be looked at: its name must do
            by_name = by_name or {
                _folded(path): both for both in existing.values() for path in both
            }
            clash = by_name.get(_folded(scan))
        else:
            clash = existing.get(identity)
        if clash is not None:
            path, output = clash
            refused[output] = OutputError(
                f"{printable(str(path))}: not written, as it would replace the scan"
                f" {printable(str(scan))}; choose another place with -o"
            )
    return refused


def _identity(path: Path) -> Identity | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _folded(path: Path) -> str:
    return unicodedata.normalize("NFC", os.path.normpath(path.absolute())).casefold()

"""Whether PDFs are searchable: each page of them, also of all PDFs in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ..load.walk import natural_key
from ..model.characters import printable
from ..model.errors import NoScansError
from ..model.paths import Paths, as_paths
from ..pdf.inspection import Inspection, inspect
from .outputs.standing import standing


def check_pdfs(paths: Paths) -> Iterator[Inspection | NoScansError]:
    """What is in each PDF, or why that cannot be told.

    A page that failed when this program made its PDF is known: its words are not those of a scan.

    Args:
        paths: PDFs, and folders: of these all PDFs in them and below, in natural order.
    """
    for path in as_paths(paths):
        files = _pdfs_below(path) if path.is_dir() else [path]
        if not files:
            yield NoScansError(f"{printable(str(path))}: no PDF found in this folder or below it")
        for file in files:
            try:
                inspection = inspect(file)
            except NoScansError as error:
                yield error
                continue
            failed = _failed(file)
            pages = (
                replace(page, failed=page.failed or index in failed)
                for index, page in enumerate(inspection.pages)
            )
            yield replace(inspection, pages=tuple(pages))


def _failed(pdf: Path) -> set[int]:
    """The pages that its mark names; of a PDF that was changed since, they may be others now."""
    there = standing(pdf)
    if there.provenance is None or there.state == "changed":
        return set()
    return {index for index, *_ in there.provenance.failures}


def _pdfs_below(folder: Path) -> list[Path]:
    files = (
        path
        for path in folder.rglob("*")
        if path.suffix.lower() == ".pdf"
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    return sorted(files, key=lambda path: [natural_key(part) for part in path.parts])

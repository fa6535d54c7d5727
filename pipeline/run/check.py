"""Whether PDFs are searchable: each page of them, also of all PDFs in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ..load.walk import CLUTTER, PassOver, ignore, natural_key
from ..model.characters import printable
from ..model.errors import NoScansError
from ..model.paths import Paths, as_paths, missing_remedy
from ..pdf.inspection import Inspection, inspect
from .outputs.standing import standing


def check_pdfs(paths: Paths, pass_over: PassOver = ignore) -> Iterator[Inspection | NoScansError]:
    """What is in each PDF, or why that cannot be told.

    A page that failed when this program made its PDF is known: its words are not those of a scan.

    Args:
        paths: PDFs, and folders: of these all PDFs in them and below, in natural order.
        pass_over: Called with each file in the folders that is no PDF.
    """
    for path in as_paths(paths):
        files = _pdfs_below(path, pass_over) if path.is_dir() else [path]
        if not path.exists():
            yield NoScansError(
                f"{printable(str(path))}: no such file or folder; {missing_remedy(path)}"
            )
            continue
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


def _pdfs_below(folder: Path, pass_over: PassOver) -> list[Path]:
    pdfs: list[Path] = []
    for path in sorted(folder.rglob("*"), key=lambda path: list(map(natural_key, path.parts))):
        names = path.relative_to(folder).parts
        if any(name.startswith(".") or name.lower() in CLUTTER for name in names):
            continue
        if path.is_file():
            (pdfs.append if path.suffix.lower() == ".pdf" else pass_over)(path)
    return pdfs

"""Folders in which no scan is seen any more, though PDFs were made of what was in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ...model.characters import printable
from ...model.errors import NoScansError
from ...store.provenance import load_provenance


class EmptiedFolders:
    """Folders in which no scan is seen, with the PDFs that say that there were some."""

    def __init__(self) -> None:
        self._pdfs: dict[Path, set[Path]] = {}

    def __bool__(self) -> bool:
        return bool(self._pdfs)

    def note(self, folder: Path, output: Path) -> None:
        """Notes a folder in which no scan is seen.

        Args:
            folder: The folder.
            output: Its PDF; or the folder of its PDFs, one for each scan.
        """
        pdfs = {output}
        if output.is_dir():  # the PDF of a whole sub-folder may be there, too
            pdfs = {each for each in output.glob("*.pdf") if not (folder / each.stem).is_dir()}
        with suppress(OSError):
            pdfs = {each for each in pdfs if each.exists() and load_provenance(each)}
            if pdfs:
                self._pdfs[folder] = pdfs

    def faults(self, others: Collection[Path]) -> Iterator[tuple[NoScansError, int]]:
        """The folders that had scans, and how many PDFs of them stay.

        Args:
            others: The PDFs of folders in which there are scans.
        """
        for folder, pdfs in self._pdfs.items():
            stay = sorted(pdfs.difference(others))
            if stay:
                yield _fault(folder, stay), len(stay)


def _fault(folder: Path, pdfs: Sequence[Path]) -> NoScansError:
    made, them = f"{printable(str(pdfs[0]))} was made, which stays", "the PDF"
    if len(pdfs) > 1:
        place = printable(str(pdfs[0].parent))
        made, them = f"{len(pdfs)} PDFs in {place} were made, which stay", "them"
    return NoScansError(
        f"{printable(str(folder))}: no scan is seen in this folder, but there were some when"
        f" {made}; bring the scans back, or move {them} away"
    )

"""Tables for the terminal: what was made, and which engines there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..load.walk import natural_key
from ..model.characters import printable
from ..model.events import DocumentDone
from ..model.languages import LANGUAGES
from ..ocr.engine import EngineStatus

if TYPE_CHECKING:  # PDFs are looked into only when that is asked for
    from ..pdf.inspection import Inspection

COLUMNS = ("pages", "words", "size in", "size out", "seconds")
LAST_TO_GO = ("pages", "size out", "words", "seconds", "size in")
"""Where a terminal is narrow, columns are left out, beginning with the last of these."""
NAME_WIDTH, FRAME = 17, 3
"""What the names have at least, in characters, and what is drawn around a cell."""
ANY_LANGUAGE = tuple(sorted(LANGUAGES))
MANY_DOCUMENTS = 40
"""The table lists at most this many; a longer one tells only what a person must look at."""


def document_table(
    done: list[DocumentDone], out: Path, width: int, named: Callable[[str], str] = str
) -> Table:
    """One row a document; of very many, a row for each that a person must look at, and one more.

    Args:
        done: The documents.
        out: Their folder; or of a single one, its PDF.
        width: Of the terminal, in characters.
        named: Gives a path as the user knows it.
    """
    listed = done
    if len(done) > MANY_DOCUMENTS:
        listed = [document for document in done if document.failures]
    rest = [document for document in done if document not in listed]
    table = Table(show_footer=len(done) > 1)
    rows = [
        (named(_name(document.document.output, out)), _cells([document]))
        for document in sorted(listed, key=lambda done: natural_key(str(done.document.output)))
    ]
    if rest:
        rows.append((f"{len(rest):,} others", _cells(rest)))
    total = _cells(done)
    shown = _columns_that_fit([total, *(cells for _, cells in rows)], width)
    table.add_column("document", "total", overflow="fold")
    for name in shown:
        table.add_column(name, total[name], justify="right", no_wrap=True)
    for title, cells in rows:
        table.add_row(escape(title), *(cells[name] for name in shown))
    return table


def _columns_that_fit(rows: list[dict[str, str]], width: int) -> list[str]:
    """The columns beside the names for which there is room, in their order."""
    left = width - NAME_WIDTH - FRAME - 1
    shown = set()
    for name in LAST_TO_GO:
        left -= max(len(name), *(len(cells[name]) for cells in rows)) + FRAME
        if left < 0:
            break
        shown.add(name)
    return [name for name in COLUMNS if name in shown]


def _cells(documents: list[DocumentDone]) -> dict[str, str]:
    cells = (
        f"{sum(document.pages for document in documents):,}",
        f"{sum(document.words for document in documents):,}",
        human_size(sum(document.bytes_in for document in documents)),
        human_size(sum(document.bytes_out for document in documents)),
        f"{sum(document.seconds for document in documents):.1f}" if len(documents) == 1 else "",
    )
    return dict(zip(COLUMNS, cells, strict=True))


def _name(output: Path, out: Path) -> str:
    """Where a PDF is, from the folder that the user has named."""
    if output != out and output.is_relative_to(out):
        output = output.relative_to(out)
    return printable(str(output))


def count(number: int, thing: str) -> str:
    """`3 pages`, `1 page`."""
    return f"{number:,} {thing}{'s' * (number != 1)}"


def kinds_in_words(kinds: Iterable[tuple[str, int]], *, named: bool) -> str:
    """How many files of each kind are passed over; `named`: a line has told each of them."""
    counted = ", ".join(count(number, kind) for kind, number in kinds)
    return f"passed over: {counted}{'' if named else ' (-v names them)'}"


def human_size(size: int) -> str:
    """A size in bytes as a person reads it, in decimal units."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError


def show_inspection(inspection: Inspection) -> None:
    """What is in a PDF as a table, on stdout."""
    table = Table(title=escape(printable(str(inspection.path))), title_justify="left")
    for name in ("page", "size, pt", "words", "text on", "fonts", "pictures"):
        table.add_column(name, overflow="fold")
    for number, page in enumerate(inspection.pages, 1):
        pictures = [
            f"{picture.size_px[0]} x {picture.size_px[1]} {picture.filter}, {_dpi(picture.dpi)} dpi"
            for picture in page.pictures
        ]
        size = f"{page.size_pt[0]:.4g} x {page.size_pt[1]:.4g}"
        words = "failed" if page.failed else f"{page.words:,}"
        cells = (words, f"{page.coverage:.0%}", " ".join(page.fonts))
        table.add_row(str(number), size, *map(escape, (*cells, "\n".join(pictures))))
    console = Console(highlight=False)
    console.print(table)
    without = sum(not page.has_text for page in inspection.pages)
    claim = f"claims PDF/A-{inspection.pdfa.lower()}" if inspection.pdfa else "claims no PDF/A"
    text = f"{without} of them without text" if without else "all with text"
    console.print(f"{count(len(inspection.pages), 'page')}, {text}; {claim}", soft_wrap=True)


def _dpi(dpi: tuple[int, int]) -> str:
    return str(dpi[0]) if dpi[0] == dpi[1] else f"{dpi[0]} x {dpi[1]}"


def show_engines(statuses: list[EngineStatus]) -> None:
    """The engines as a table, on stdout."""
    table = Table(show_lines=True)
    for name in ("engine", "version", "state", "languages"):
        table.add_column(name, overflow="fold")
    for status in statuses:
        state = "available" if status.available else f"{status.reason}\n{status.remedy}".strip()
        if status.license:
            state += f"\nlicense: {status.license}"
        codes = status.languages
        languages = "any" if codes == ANY_LANGUAGE else f"{len(codes)}: {' '.join(codes)}"
        cells = (status.name, status.version, state, languages if codes else "")
        table.add_row(*map(escape, cells))
    Console(highlight=False).print(table)

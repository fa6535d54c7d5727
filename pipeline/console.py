"""What a person sees on the terminal: progress, notes and the closing table. All on stderr."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from .characters import printable
from .engines.status import EngineStatus
from .events import DocumentDone, EngineChosen, Event, PageDone, PageFailed, PageStarted, RunPlanned
from .find import natural_key
from .report import Report

COLUMNS = ("pages", "words", "size in", "size out", "seconds")
MANY_DOCUMENTS = 40
"""The table lists at most this many; a longer one tells only what a person must look at."""


class Watcher:
    """Shows a run as it goes. A context manager; `watch` is the `notify` of `convert`.

    Args:
        quiet: Show failures only.
        verbose: Show the notes of each page, too.
        progress: Draw a progress bar, if stderr is a terminal.
    """

    def __init__(self, *, quiet: bool, verbose: bool, progress: bool) -> None:
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self.verbose = verbose
        self.quiet = quiet
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("pages"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=quiet or not progress or not self.console.is_terminal,
        )
        self._task = self._bar.add_task("Looking for scans", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def watch(self, event: Event) -> None:
        """Shows one event."""
        match event:
            case RunPlanned():
                self._bar.update(self._task, description="Reading", total=event.pages)
            case EngineChosen():
                if not self.quiet:
                    for note in event.notes:
                        self.say(note, style="yellow")
            case PageStarted():
                if event.source.frame:  # the plan counted files; a file may have more frames
                    total = self._bar.tasks[0].total or 0
                    self._bar.update(self._task, total=total + 1)
            case PageDone():
                self._bar.advance(self._task)
                if self.verbose:
                    for note in event.notes:
                        self.say(f"{event.source}: {note}")
                    cut = ", and then no more" if event.truncated else ""
                    self.say(f"{event.source}: {event.words} words{cut}")
            case PageFailed():
                self._bar.advance(self._task)
                self.say(event.failure.message, style="red")
            case DocumentDone():
                if event.outcome == "failed":
                    self.say(event.message, style="red")
                elif event.outcome == "skipped":
                    self._bar.advance(self._task, len(event.document.scans))
                    if self.verbose:
                        self.say(f"{event.document.output}: skipped, {event.message}")
                elif event.message and not self.quiet:
                    self.say(f"{event.document.output}: {event.message}", style="yellow")

    def say(self, text: str, style: str = "") -> None:
        """One line, above the progress bar."""
        self.console.print(escape(printable(text)), style=style or None)

    def sum_up(self, report: Report, out: Path, seconds: float) -> None:
        """The closing table, and in words what it does not say."""
        if self.quiet or not report.documents:
            return
        out = Path(printable(str(out)))
        done = [document for document in report.documents if document.outcome == "converted"]
        skipped = sum(document.outcome == "skipped" for document in report.documents)
        if done:
            self.console.print(_table(done, out), soft_wrap=False)
        parts = [f"{_count(len(done), 'PDF')} in {out}, {seconds:.1f} s"] if done else []
        if skipped:
            parts.append(f"{skipped} skipped (nothing to do)")
        failed = len(report.documents) - len(done) - skipped
        if failed:
            parts.append(f"{failed} not written")
        if report.failures:
            parts.append(f"{_count(len(report.failures), 'page')} failed")
        if report.passed_over:
            parts.append(f"{_count(report.passed_over, 'other file')} passed over")
        self.say("; ".join(parts))


def _table(done: list[DocumentDone], out: Path) -> Table:
    """One row a document; of very many, those that a person must look at, and the rest as one."""
    listed = done
    if len(done) > MANY_DOCUMENTS:
        listed = [document for document in done if document.failures]
    rest = [document for document in done if document not in listed]
    table = Table(show_footer=len(done) > 1)
    total = _cells(done)
    table.add_column("document", "total", overflow="fold")
    for name, footer in zip(COLUMNS, total, strict=True):
        table.add_column(name, footer, justify="right", no_wrap=True)
    for document in sorted(listed, key=lambda each: natural_key(str(each.document.output))):
        table.add_row(escape(_name(document.document.output, out)), *_cells([document]))
    if rest:
        table.add_row(f"{len(rest):,} others", *_cells(rest))
    return table


def _cells(documents: list[DocumentDone]) -> tuple[str, ...]:
    return (
        f"{sum(document.pages for document in documents):,}",
        f"{sum(document.words for document in documents):,}",
        human_size(sum(document.bytes_in for document in documents)),
        human_size(sum(document.bytes_out for document in documents)),
        f"{sum(document.seconds for document in documents):.1f}" if len(documents) == 1 else "",
    )


def _name(output: Path, out: Path) -> str:
    return printable(str(output.relative_to(out) if output.is_relative_to(out) else output))


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'s' * (number != 1)}"


def human_size(size: int) -> str:
    """A size in bytes as a person reads it, in decimal units."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError


def show_engines(statuses: list[EngineStatus]) -> None:
    """The engines as a table, on stdout."""
    table = Table(show_lines=True)
    for name in ("engine", "version", "state", "languages"):
        table.add_column(name, overflow="fold")
    for status in statuses:
        state = "available" if status.available else f"{status.reason}\n{status.remedy}".strip()
        if status.licence:
            state += f"\nlicence: {status.licence}"
        codes = status.languages
        languages = "any" if status.name == "none" else f"{len(codes)}: {' '.join(codes)}"
        cells = (status.name, status.version, state, languages if codes else "")
        table.add_row(*map(escape, cells))
    Console(highlight=False).print(table)

"""What a person sees of a run: progress, what went wrong, and the end. All on stderr."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Column

from ..load.find import is_pdf_name
from ..model.characters import printable
from ..model.events import (
    DocumentDone,
    EngineChosen,
    Event,
    PageDone,
    PageFailed,
    PageStarted,
    PassedOver,
    Remark,
    RunPlanned,
    ScansGone,
)
from ..model.outcomes import Accepted, PageFailure, PageOutcome
from ..run.report import Report
from .tables import count, document_table, human_size, kinds_in_words

LINE_EVERY_S = 30.0
"""How often a line tells the progress, where there is no terminal to draw a bar on."""
WIDE, NARROW = 80, 50
"""Characters in a line of a terminal: below the first, the bar tells the times, but no pace; below
the second, there is no bar, and how many pages are done of a million still has room."""
KNOWN = "known from an earlier run"
"""Said of the faults of pages that are not made again."""
PAGES_TO_LOOK_AT = 100
"""At most this many of the worst pages are listed; the report has them all."""


class Watcher:
    """Shows a run as it goes. A context manager; `watch` is the `notify` of `convert`.

    Args:
        quiet: Show failures only.
        verbose: Show the notes of each page, too.
        progress: Show how far it is: a bar on a terminal, elsewhere a line now and then.
        low_confidence: List the pages without text, and those whose worst words are less sure
            than this, from 0 to 1.
        named: Gives what is said with the names that the user knows (`Streams.named`).
    """

    def __init__(
        self,
        *,
        quiet: bool,
        verbose: bool,
        progress: bool,
        low_confidence: float | None = None,
        named: Callable[[str], str] = str,
    ) -> None:
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self.verbose = verbose
        self.quiet = quiet
        self.low_confidence = low_confidence
        self._named = named
        self._doubtful: list[tuple[float, str]] = []
        self._doubtful_count = 0
        self._done = self._known = self._failed = 0
        self._started = time.monotonic()
        shown = progress and not quiet
        self._bar = Progress(
            *_columns(self.console.width),
            console=self.console,
            transient=True,
            disable=not (shown and self.console.is_terminal),
        )
        self._task = self._bar.add_task("Looking for scans", total=None, pace="")
        self._ended = threading.Event()
        self._lines = shown and not self.console.is_terminal

    def __enter__(self) -> Self:
        self._bar.start()
        if self._lines:
            threading.Thread(target=self._tell_now_and_then, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._bar.stop()

    def watch(self, event: Event) -> None:
        """Shows one event."""
        match event:
            case RunPlanned():
                self._known = event.scans  # a page each; more are counted as they start
                self._started = time.monotonic()
                self._bar.update(self._task, description="Reading")
            case PassedOver():
                if self.verbose:
                    self.say(f"passed over: {event.path}")
            case EngineChosen():
                if not self.quiet:
                    for note in event.notes:
                        self.say(note, style="yellow")
            case Remark():
                self.say(event.text, style="yellow")
            case ScansGone():
                if event.removed and not self.quiet:
                    self.say(f"{event.pdf}: removed, as its scans are gone")
            case PageStarted():
                self._known += event.source.frame > 0
            case PageDone():
                self._page_done(event)
            case PageFailed():
                self._done += 1
                self._failed += not event.failure.accepted
                self._say_fault(event.failure.message, event.failure.accepted, "red")
            case DocumentDone():
                self._document_done(event)
        self._bar.update(self._task, completed=self._done, total=self._known, pace=self._pace())

    def say(self, text: str, style: str = "") -> None:
        """One line, above the progress bar."""
        self.console.print(escape(printable(self._named(text))), style=style or None)

    def sum_up(self, report: Report, out: Path, seconds: float) -> None:
        """The closing table, and in words what it does not say."""
        self._list_doubtful()
        if self.quiet:
            return
        done = [document for document in report.documents if document.outcome == "converted"]
        skipped = sum(document.outcome == "skipped" for document in report.documents)
        if done:
            self.console.print(
                document_table(done, out, self.console.width, self._named), soft_wrap=False
            )
        place = f"{': ' if is_pdf_name(out) else ' in '}{out}"
        parts = [f"{count(len(done), 'PDF')}{place}, {seconds:.1f} s"] if done else []
        whole = [document for document in done if not document.failures]  # no page is missing
        scans = sum(document.bytes_in for document in whole)
        saved = scans - sum(document.bytes_out for document in whole)
        if saved > 0:
            parts.append(f"{human_size(saved)} saved ({saved / scans:.1%} of the scans)")
        if skipped:
            parts.append(f"{skipped} skipped (nothing to do)")
        failed = len(report.documents) - len(done) - skipped
        if failed:
            parts.append(f"{failed} not written")
        bad = sum(not page.accepted for page in report.failures)
        if bad:
            parts.append(f"{count(bad, 'page')} failed")
        damaged = sum(
            not page.accepted for document in report.documents for page in document.damaged
        )
        if damaged:
            parts.append(f"{count(damaged, 'page')} damaged")
        if report.accepted:
            parts.append(f"{count(report.accepted, 'bad page')} accepted")
        if report.pruned:
            parts.append(f"{count(len(report.pruned), 'PDF')} removed")
        if report.passed_over:
            parts.append(kinds_in_words(report.kinds_passed_over, named=self.verbose))
        if parts:
            self.say("; ".join(parts))
        if report.scans_gone:
            what = "it" if report.scans_gone == 1 else "them"
            remedy = "" if report.prunes else f"; --prune removes {what}"
            gone = count(report.scans_gone, "PDF")
            self.say(f"{gone} whose scans are gone{remedy}", style="yellow")

    def _page_done(self, event: PageDone) -> None:
        self._done += 1
        stats = event.result.stats
        if event.result.damage:
            message = f"{event.source}: {event.result.damage}"
            self._say_fault(message, event.result.accepted, "yellow")
        if self.verbose:
            for note in event.notes:
                self.say(f"{event.source}: {note}")
            cut = ", and then no more" if stats.truncated else ""
            self.say(f"{event.source}: {stats.words} words{cut}")
        self._note_doubtful(event.result)

    def _note_doubtful(self, page: PageOutcome) -> None:
        """Notes a page that a person should look at; one that failed is named elsewhere."""
        stats = page.stats
        if self.low_confidence is None or isinstance(page, PageFailure):
            return
        worst = stats.worst_confidence if stats.words else 0.0
        if worst is not None and worst < self.low_confidence:
            self._doubtful_count += 1
            summary = (
                f"{stats.confidence:.2f}, worst {worst:.2f}" if stats.words else "no text found"
            )
            entry = (-worst, f"{page.source}: {summary}")
            if len(self._doubtful) < PAGES_TO_LOOK_AT:
                heapq.heappush(self._doubtful, entry)
            else:
                heapq.heappushpop(self._doubtful, entry)

    def _document_done(self, event: DocumentDone) -> None:
        if event.outcome == "skipped":
            self._done += len(event.document.scans)
            for page in event.outcomes:
                self._note_doubtful(page)
            for failure in event.failures:
                self._say_fault(failure.message, failure.accepted, "red", KNOWN)
            for damage in event.damaged:
                self._say_fault(str(damage), damage.accepted, "yellow", KNOWN)
            if self.verbose:
                self.say(f"{event.document.output}: skipped, {event.message}")
        elif event.outcome == "failed":
            if event.exit_code or self.verbose:
                self.say(event.message, style="red" if event.exit_code else "")
        elif event.message and not self.quiet:
            self.say(f"{event.document.output}: {event.message}", style="yellow")

    def _say_fault(self, message: str, accepted: Accepted, style: str, *remarks: str) -> None:
        """What is wrong with a page; of what was accepted before, nothing without -v."""
        if accepted:
            if self.quiet or (accepted == "before" and not self.verbose):
                return
            remarks, style = (*remarks, "accepted"), "yellow"
        self.say(f"{message} ({', '.join(remarks)})" if remarks else message, style=style)

    def _list_doubtful(self) -> None:
        if not self._doubtful:
            return
        self.say(f"{count(self._doubtful_count, 'page')} to look at, the worst first:")
        for _, line in sorted(self._doubtful, reverse=True):
            self.say(f"    {line}")
        if self._doubtful_count > len(self._doubtful):
            rest = self._doubtful_count - len(self._doubtful)
            self.say(f"    and {rest:,} more: --report FILE lists them")

    def _pace(self) -> str:
        if not self._lines and self.console.width < WIDE:
            return f"{self._failed} failed" if self._failed else ""
        minutes = (time.monotonic() - self._started) / 60
        pace = f"{self._done / minutes:,.0f} a minute" if self._done and minutes else ""
        return f"{pace}, {self._failed} failed" if self._failed else pace

    def _tell_now_and_then(self) -> None:
        while not self._ended.wait(LINE_EVERY_S):
            left = ""
            if 0 < self._done < self._known:
                seconds = (time.monotonic() - self._started) / self._done
                left = f", {_duration(seconds * (self._known - self._done))} left"
            pace = self._pace()
            self.say(f"{self._done:,} of {self._known:,} pages{', ' if pace else ''}{pace}{left}")


def _columns(width: int) -> tuple[ProgressColumn, ...]:
    """What a bar shows on a terminal of this width; only the bar itself is ever cut."""

    def whole() -> Column:
        return Column(no_wrap=True)

    numbers = (MofNCompleteColumn(table_column=whole()), TextColumn("pages"))
    times = (TimeElapsedColumn(table_column=whole()), TimeRemainingColumn(table_column=whole()))
    if width < NARROW:
        return *numbers, *times
    pace = TextColumn("{task.fields[pace]}")
    return TextColumn("{task.description}"), BarColumn(), *numbers, pace, *times


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

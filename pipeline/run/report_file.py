"""The report of a run as JSON: every document with its pages, written when it ends.

The file is one object; docs/batches.md lists its members. Nothing of a document is kept in
memory, so the report of a million pages takes no more than that of ten. All paths are absolute, so
that it can be used from any folder.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from ..load.scan import file_size
from ..model.characters import printable
from ..model.errors import OutputError, UsageError
from ..model.events import DocumentDone, EngineChosen, Event, PassedOver, RunPlanned
from ..model.outcomes import PageFailure, PageOutcome, PageResult
from ..model.paths import absolute
from ..model.version import PROGRAM, REPORT_VERSION
from ..store.atomic import not_writable
from ..store.content import open_plain
from ..store.modes import common_mode, limit_mode
from ..store.target import check_target, is_stream, output_file
from .report import Report

LISTS = ("passed_over_files", "documents")
"""The members that grow with the inputs, in their order in the report."""
HEAD = re.compile(rb'\{"version": [0-9]+, "program": "searchable-pdf[ "]')
"""How each report begins."""


class ReportFile:
    """Writes the report. A context manager; `watch` sees the events of `convert`.

    Args:
        path: Where it goes; it appears when the run ends, also when it is interrupted, and
            may take the place of an earlier report only.
        run: Members of `run` in the report: inputs, output, options.
        named: Gives what is written with the names that the user knows.

    The members come in the order in which they are known: first the files that were passed over,
    then the documents, and what is known of the run at its end.

    Raises:
        OutputError: It cannot be written there.
    """

    def __init__(self, path: Path, run: dict[str, Any], named: Callable[[str], str] = str) -> None:
        self._path = path
        self._run = run
        self._named = named
        self._engine: dict[str, Any] = {}
        self._list = ""
        self._started = time.monotonic()
        self._pages = 0
        self._closing = ExitStack()
        self._file: BinaryIO
        self._ending: dict[str, Any] = {"exit_code": None}

    def __enter__(self) -> Self:
        _check_is_report(self._path)
        self._file = self._closing.enter_context(output_file(self._path))
        head = {"version": REPORT_VERSION, "program": PROGRAM, "started": _now()}
        self._file.write(self._json({**head, "run": self._run})[:-1])
        return self

    def watch(self, event: Event) -> None:
        """Notes one event."""
        match event:
            case RunPlanned():
                self._ending["passed_over"] = event.passed_over
            case PassedOver():
                self._add("passed_over_files", str(absolute(event.path)))
            case EngineChosen():
                self._engine = {
                    "name": event.engine,
                    "version": event.version,
                    "languages": event.languages,
                    "jobs": event.jobs,
                    "notes": event.notes,
                }
            case DocumentDone():
                limit_mode(self._file.fileno(), common_mode(event.document.scans))
                self._pages += len(event.outcomes) if event.outcome != "skipped" else 0
                self._add_document(event)
            case _:
                pass

    def finish(self, report: Report) -> None:
        """Notes how the run ended."""
        self._ending |= {
            "exit_code": report.exit_code,
            "pruned": report.pruned,
            "scans_gone": report.scans_gone,
            "problems": [str(problem) for problem in report.problems],
        }

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, UsageError):  # nothing was done, and the place may be another's
            self._closing.__exit__(kind, error, traceback)
            return
        seconds = time.monotonic() - self._started
        ending = {
            "engine": self._engine,
            "ended": _now(),
            "seconds": round(seconds, 3),
            "seconds_per_page": round(seconds / self._pages, 3) if self._pages else None,
            **self._ending,
        }
        if error is not None:
            ending["interrupted_by"] = kind.__name__ if kind else ""
        for name in LISTS:
            self._begin(name)
        self._file.write(b"\n], " + self._json(ending)[1:] + b"\n")
        self._closing.close()

    def _add_document(self, done: DocumentDone) -> None:
        self._add("documents", _document(done), end=b', "pages": [')
        separator = b""
        # One by one: the pages of a long document take more than itself.
        for number, page in enumerate(done.outcomes or done.failures, 1):
            entry = {"page": number if done.outcomes else None, **_page(page)}
            self._file.write(separator + self._json(entry))
            separator = b", "
        self._file.write(b"]}")

    def _add(self, name: str, entry: dict[str, Any] | str, end: bytes = b"") -> None:
        """Adds an entry to one of `LISTS`; one that goes on has `end` in the place of its brace."""
        separator = b"\n" if self._begin(name) else b",\n"
        written = self._json(entry)
        self._file.write(separator + (written[:-1] + end if end else written))

    def _begin(self, name: str) -> bool:
        """Begins one of `LISTS` and those before it; False if it, or a later one, is begun."""
        begun = LISTS.index(self._list) + 1 if self._list else 0
        missing = LISTS[begun : LISTS.index(name) + 1]
        for each in missing:
            self._file.write((b"\n]" if self._list else b"") + f', "{each}": ['.encode())
            self._list = each
        return bool(missing)

    def _json(self, value: dict[str, Any] | str) -> bytes:
        r"""JSON in UTF-8. A byte of a name that is no UTF-8 stands as an escape, such as `\udcff`.

        JSON has these escapes, and from them Python makes the same name again.
        """
        text = json.dumps(value, ensure_ascii=False, default=_plain)
        return self._named(text).encode(errors="backslashreplace")


def _now() -> str:
    """The time of day, to the second, with its offset from UTC (ISO 8601)."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _plain(value: object) -> object:
    """What JSON has for a path, and for a set of them."""
    if isinstance(value, frozenset):
        return sorted(map(_plain, value), key=str)
    return str(absolute(value)) if isinstance(value, Path) else str(value)


def documents_to_retry(path: Path) -> frozenset[Path]:
    """The PDFs of a report that were not written, or in which pages failed.

    Raises:
        UsageError: It is no such report.
    """
    try:
        with open_plain(path) as file:
            report = json.load(file)
        return frozenset(
            Path(document["output"]).resolve()
            for document in report["documents"]
            if _is_to_retry(document)
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(
            f"{printable(str(path))}: is no report of a run ({printable(str(error))});"
            " give the file that --report wrote"
        ) from error


def _is_to_retry(document: dict[str, Any]) -> bool:
    """Whether a document was not written, or has failed pages that the user does not accept."""
    if document["outcome"] == "failed" and document["exit_code"]:
        return True  # something else than its bad pages may wait
    bad = [page for page in document["pages"] if page["outcome"] == "failed"]
    if bad and all(page.get("accepted") for page in bad):
        return False
    return bool(document["outcome"] == "failed" or document["pages_failed"])


def _check_is_report(path: Path) -> None:
    """Sees that nothing is lost where the report goes: an earlier one is there, or nothing.

    Raises:
        OutputError: Another file is there, or none can be written.
    """
    check_target(path)
    if is_stream(path):
        return
    try:
        with path.open("rb") as file:
            beginning = file.read(200)
    except FileNotFoundError:
        return
    except OSError as error:
        raise not_writable(path, error) from error
    if beginning and not HEAD.match(beginning):
        raise OutputError(
            f"{printable(str(path))} exists and is no report of this program; give --report"
            " another name"
        )


def _document(done: DocumentDone) -> dict[str, Any]:
    pages: tuple[PageOutcome, ...] = done.outcomes or done.failures
    return {
        "output": str(absolute(done.document.output)),
        "outcome": done.outcome,
        "message": done.message,
        "exit_code": done.exit_code,
        "pages_total": done.pages,
        "pages_failed": len(done.failures),
        "pages_damaged": len(done.damaged),
        "pages_accepted": done.accepted,
        "pages_without_text": sum(
            isinstance(page, PageResult) and not page.stats.words for page in pages
        ),
        "words": done.words,
        "bytes_in": done.bytes_in,
        "bytes_out": done.bytes_out,
        "bytes_saved": done.bytes_in - done.bytes_out if done.outcome == "converted" else 0,
        "seconds": round(done.seconds, 3),
    }


def _page(page: PageOutcome) -> dict[str, Any]:
    stats, rendered = page.stats, page.stats.rendered
    shown: dict[str, Any] = {
        "source": str(absolute(page.source.path)),
        "frame": page.source.frame + 1,
        "outcome": "failed" if isinstance(page, PageFailure) else "done",
        "accepted": bool(page.accepted),
        "seconds": {
            "load": stats.load_s,
            "recognize": stats.recognize_s,
            "render": stats.render_s,
        },
    }
    if isinstance(page, PageFailure):
        return shown | {
            "stage": page.stage,
            "kind": page.kind,
            "reason": page.reason,
            "bytes_out": rendered.pdf_bytes,
        }
    return shown | {
        "words": stats.words,
        "confidence": stats.confidence,
        "worst_confidence": stats.worst_confidence,
        "truncated": stats.truncated,
        "rotation_deg": stats.rotation_deg,
        "text_from": stats.text_from,
        "notes": list(page.notes),
        "damage": page.damage,
        "missing": round(page.missing, 4),
        "bytes_in": file_size(page.source.path),
        "bytes_out": rendered.pdf_bytes,
        "picture": {
            "width": rendered.image_px[0],
            "height": rendered.image_px[1],
            "filter": rendered.image_filter,
            "bytes": rendered.image_bytes,
        },
    }

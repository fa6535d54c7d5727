"""A page on its way to another machine and back: its job, and the files that it needs and makes.

There, every file that the job names lies in a folder made for this page, so that what is done to
the page is the same as here. The store stays here: what it knows of the page goes along, and what
is new comes back.
"""

from __future__ import annotations

import hashlib
import pickle
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...model.options import ClusterOptions
from ...model.outcomes import PageFailure, PageResult
from ...ocr.registry import ResolvedEngine
from ...store.atomic import atomic_file, not_writable
from ...store.texts import Store, content_hash
from ..job import SIDECAR_ENDING, PageJob

KEPT_NOTE = "its text could not be kept for later"


@dataclass(frozen=True, slots=True)
class WorkerRequirements:
    """What a worker must have to make pages of a run.

    Attributes:
        engine: Recognizes them; a registered one.
        install: The command that installs it as it is where the command runs.
    """

    engine: ResolvedEngine
    install: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """A page on its way to a worker.

    Attributes:
        function: What is done to it.
        job: With the names that its files have where the command runs.
        requirements: What the worker must have.
        timeout_s: Longest time for it; None for no limit.
        scan_at: Where the worker may find the scan; None where it is not shared.
        scan_hash: Of the scan's bytes: another file in its place is not it.
        scan_token: Names the scan among those that the worker was sent.
        scan: Its bytes, where they are sent.
        entries: What the store has of the page, by key.
        text: The text of the page that a person may have corrected, as JSON.
        pdf_at: Where the worker may put a large page; None to send it back in any case.
    """

    function: Callable[[PageJob], Any]
    job: PageJob
    requirements: WorkerRequirements
    timeout_s: float | None
    scan_at: Path | None
    scan_hash: str
    scan_token: str
    scan: bytes | None
    entries: Mapping[str, bytes]
    text: bytes | None
    pdf_at: Path | None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a worker says to a parcel.

    Attributes:
        worker: Its address.
        result: What the function gave.
        error: What it raised, where that concerns this page alone.
        refusal: Why this worker makes no pages of this run; empty where it does.
        wants_scan: It has not seen the scan: send the parcel again, with its bytes.
        pdf: The page, if it was not put in its place.
        pdf_bytes: How large it is.
        sidecar: Its text, as UTF-8.
        entries: For the store: what was read, if it was, by key.
        text: The text as JSON, if it is new.
    """

    worker: str
    result: Any = None
    error: Exception | None = None
    refusal: str = ""
    wants_scan: bool = False
    pdf: bytes | None = None
    pdf_bytes: int = 0
    sidecar: bytes | None = None
    entries: Mapping[str, bytes] = field(default_factory=dict)
    text: bytes | None = None


class Misplaced(Exception):
    """The page is not where the worker has put it: the folder is not shared, or is slow."""


class Packer:
    """Packs the pages of one run.

    Args:
        options: Of the cluster.
        requirements: Of its workers, with paths as they are here.
        timeout_s: Longest time for one page; None for no limit.

    Attributes:
        run: Names the run among others on the cluster.
    """

    def __init__(
        self, options: ClusterOptions, requirements: WorkerRequirements, timeout_s: float | None
    ) -> None:
        self._options = options
        self._timeout_s = timeout_s
        self.run = secrets.token_hex(8)
        engine = requirements.engine
        engine = replace(engine, options=engine.options.with_paths(self.place_there))
        self.requirements = replace(requirements, engine=engine)

    def pack(
        self,
        function: Callable[[PageJob], Any],
        job: PageJob,
        *,
        send_scan: bool = False,
        send_back: bool = False,
    ) -> bytes:
        """The parcel of a page, as bytes.

        Args:
            function: What is done to it.
            job: The page.
            send_scan: Its scan goes along.
            send_back: The page comes back even if there is a shared folder.

        Raises:
            OSError: The scan cannot be read.
        """
        path = job.source.path
        status = path.stat()
        sign = f"{self.run} {path.absolute()} {status.st_size} {status.st_mtime_ns}"
        spool = None if send_back or job.spool is None else self._shared(job.spool)
        parcel = Parcel(
            function,
            replace(job, engine=self.requirements.engine),
            self.requirements,
            self._timeout_s,
            scan_at=None if self.ships else self.place_there(path),
            scan_hash=job.content or content_hash(path),
            scan_token=hashlib.sha256(sign.encode()).hexdigest(),
            scan=path.read_bytes() if send_scan else None,
            entries=entries_of(job),
            text=_content(job.text_file) if job.text_file else None,
            pdf_at=spool,
        )
        return pickle.dumps(parcel, pickle.HIGHEST_PROTOCOL)

    def unpack(self, reply: Reply, job: PageJob) -> Any:
        """Puts what came back in its place here; what the function gave.

        Raises:
            OutputError: It cannot be written.
            Misplaced: The page is not where the worker has put it.
        """
        note = ""
        if reply.entries and job.store is not None:
            try:
                for key, entry in reply.entries.items():
                    Store(job.store).put_entry(key, entry)
            except OSError as error:
                note = f"{KEPT_NOTE} ({error.strerror})"
        if reply.text is not None and job.text_file is not None:
            within = job.spool.parent if job.spool is not None else None
            with atomic_file(job.text_file, within) as file:
                file.write(reply.text)
        result = reply.result
        if not isinstance(result, PageResult | PageFailure):
            return result
        result = replace(result, source=job.source)
        if note and isinstance(result, PageResult):
            result = replace(result, notes=(*result.notes, note))
        if job.spool is None:
            return result
        _put_page(job.spool, reply)
        return replace(result, pdf=job.spool)

    @property
    def ships(self) -> bool:
        """Whether the scans are sent."""
        return self._options.ship_scans

    def place_there(self, path: Path) -> Path:
        """Where a worker finds a file of this machine, if it does."""
        return self._shared(path) or path.absolute()

    def _shared(self, path: Path) -> Path | None:
        path = path.absolute()
        for here, there in self._options.shared_roots:
            if path.is_relative_to(here):
                return there / path.relative_to(here)
        return None


def entries_of(job: PageJob) -> dict[str, bytes]:
    """What the job's store has of its page, by key."""
    if job.store is None:
        return {}
    found = {key: Store(job.store).entry(key) for key in job.store_keys}
    return {key: entry for key, entry in found.items() if entry is not None}


def _put_page(spool: Path, reply: Reply) -> None:
    try:
        if reply.pdf is not None:
            spool.write_bytes(reply.pdf)
        elif not spool.exists() or spool.stat().st_size != reply.pdf_bytes:
            raise Misplaced(spool)
        spool.with_suffix(SIDECAR_ENDING).write_bytes(reply.sidecar or b"")
    except OSError as error:
        raise not_writable(spool.parent, error) from error


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None

"""What the command and a worker of a cluster send each other for one page.

The command sends a `PageRequest`: the job, and the files that it needs. The worker puts them in a
folder of this page alone, makes the page as on one machine, and sends a `PageReply` with the files
that were made. The store is on the command's machine: its entries for the page go with the
request, and new ones come back with the reply.
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
from ...store.content import content_hash, open_plain
from ...store.corrections import is_untouched
from ...store.texts import Store
from ..job import NOT_KEPT, SIDECAR_ENDING, PageJob


@dataclass(frozen=True, slots=True)
class WorkerRequirements:
    """What a worker must have to make pages of a run.

    Attributes:
        engine: Recognizes them; a registered one.
        install: The command that installs it as it is where the command runs.
    """

    engine: ResolvedEngine
    install: str

    def __str__(self) -> str:
        """The name of the engine, for messages."""
        return self.engine.name


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What the command sends to a worker.

    Attributes:
        function: What is to be done with the job.
        job: The page; its paths are those on the command's machine.
        requirements: What the worker must have.
        timeout_s: Longest time for the page; None for no limit.
        scan_at: The path at which the worker may find the scan; None where it is not shared.
        scan_hash: Hash of the scan's bytes: the worker takes no other file at that path for it.
        scan_token: Names the scan among the scans that were sent to the worker.
        scan: The scan's bytes; None where they are not sent.
        entries: The store's entries for the page, by key.
        text: The page's text as JSON, which a person may have corrected; None for none.
        pdf_at: The path at which the worker may put a large page; None to send it back always.
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
class PageReply:
    """What a worker sends back.

    Attributes:
        worker: Its address.
        result: What the function returned.
        error: What it raised, where that concerns this page alone.
        stopped_in: What was being done then (`PageJob.noted_stage`).
        refusal: Why this worker makes no pages of this run; empty where it does.
        wants_scan: The worker cannot find the scan: the request is to be sent again, with it.
        pdf: The page; None where it was put at `PageRequest.pdf_at`.
        pdf_bytes: Its size.
        sidecar: Its text, as UTF-8.
        entries: New entries for the store, by key.
        text: The text as JSON; None where it is that of the request.
    """

    worker: str
    result: Any = None
    error: Exception | None = None
    stopped_in: str = ""
    refusal: str = ""
    wants_scan: bool = False
    pdf: bytes | None = None
    pdf_bytes: int = 0
    sidecar: bytes | None = None
    entries: Mapping[str, bytes] = field(default_factory=dict)
    text: bytes | None = None


class PageNotShared(Exception):
    """The page is not where the worker has put it: the folder is not shared, or not in time."""


class PageTransfer:
    """Makes the requests of one run, and receives the replies. It lives in the command.

    Args:
        options: Of the cluster.
        requirements: Of its workers, with paths on the command's machine.
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
        engine = replace(engine, options=engine.options.with_paths(self.path_on_worker))
        self.requirements = replace(requirements, engine=engine)

    def request(
        self,
        function: Callable[[PageJob], Any],
        job: PageJob,
        *,
        send_scan: bool = False,
        send_back: bool = False,
    ) -> bytes:
        """The pickled request for a page.

        Args:
            function: What is to be done with the job.
            job: The page.
            send_scan: Send the bytes of its scan.
            send_back: Have the page sent back even if there is a shared folder.

        Raises:
            OSError: The scan cannot be opened.
        """
        path = job.source.path
        status = path.stat()
        sign = f"{self.run} {path.absolute()} {status.st_size} {status.st_mtime_ns}"
        spool = None if send_back or job.spool is None else self._shared_path(job.spool)
        page = PageRequest(
            function,
            replace(job, engine=self.requirements.engine),
            self.requirements,
            self._timeout_s,
            scan_at=None if self.sends_scans else self.path_on_worker(path),
            scan_hash=job.content or content_hash(path),
            scan_token=hashlib.sha256(sign.encode(errors="surrogateescape")).hexdigest(),
            scan=path.read_bytes() if send_scan else None,
            entries=entries_of(job),
            text=_content(job.text_file) if job.text_file else None,
            pdf_at=spool,
        )
        return pickle.dumps(page, pickle.HIGHEST_PROTOCOL)

    def receive(self, reply: PageReply, job: PageJob) -> Any:
        """Puts the files of a reply in their places; what the function returned.

        Raises:
            OutputError: It cannot be written.
            PageNotShared: The page is not where the worker has put it.
        """
        note = ""
        if reply.entries and job.store is not None and job.is_of_same_scan():
            try:
                for key, entry in reply.entries.items():
                    Store(job.store).put_entry(key, entry, job.source.path)
            except OSError as error:
                note = f"{NOT_KEPT} ({error.strerror})"
        if reply.text is not None and job.text_file and is_untouched(job.text_file):
            within = job.spool.parent if job.spool is not None else None
            with atomic_file(job.text_file, within, scans=[job.source.path]) as file:
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
    def sends_scans(self) -> bool:
        """Whether the scans are sent."""
        return self._options.ship_scans

    def path_on_worker(self, path: Path) -> Path:
        """The path at which a worker finds a file of this machine, if it is shared."""
        return self._shared_path(path) or path.absolute()

    def _shared_path(self, path: Path) -> Path | None:
        path = path.absolute()
        for local, remote in self._options.shared_roots:
            if path.is_relative_to(local):
                return remote / path.relative_to(local)
        return None


def entries_of(job: PageJob) -> dict[str, bytes]:
    """The entries of the job's store for its page, by key."""
    if job.store is None:
        return {}
    entries = {key: Store(job.store).entry(key) for key in job.store_keys}
    return {key: entry for key, entry in entries.items() if entry is not None}


def _put_page(spool: Path, reply: PageReply) -> None:
    try:
        if reply.pdf is not None:
            spool.write_bytes(reply.pdf)
        elif not spool.exists() or spool.stat().st_size != reply.pdf_bytes:
            raise PageNotShared(spool)
        spool.with_suffix(SIDECAR_ENDING).write_bytes(reply.sidecar or b"")
    except OSError as error:
        raise not_writable(spool.parent, error) from error


def _content(path: Path) -> bytes | None:
    try:
        with open_plain(path) as file:
            return file.read()
    except OSError:
        return None

"""The files of a request on a worker: unpacked to a folder of its own, packed for the reply."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ...model.outcomes import PageFailure, PageResult
from ...store.content import content_hash
from ...store.texts import Store
from ..job import SIDECAR_ENDING, PageJob
from .messages import PageReply, PageRequest, entries_of

LARGE_BYTES = 2_000_000
"""A page from this size on goes through the shared folder, where there is one."""
SCANS_KEPT_BYTES = 500_000_000
"""Scans that were sent are kept up to this, for the other pages in them."""


_keeping = threading.Lock()


def unpack_request(request: PageRequest, folder: Path, scans: Path) -> PageJob | None:
    """Writes the files of a request, and gives its job with the paths of these.

    Args:
        request: The page.
        folder: Made for its files.
        scans: Folder of scans that were sent and have more pages.

    Returns:
        The job; None where its scan was not sent, and cannot be found on this machine.

    Raises:
        OSError: There is no room.
    """
    folder.mkdir()
    job = request.job
    copy = folder / f"scan{job.source.path.suffix}"
    kept = scans / request.scan_token
    if request.scan is not None and job.source.frame:  # there are more pages in it
        with _keeping:
            _keep_scan(kept, request.scan)
    # A link of its own, as `_keep_scan` may delete the other one at any time.
    with suppress(FileNotFoundError):
        copy.hardlink_to(kept)
    if not copy.exists():
        if request.scan is not None:
            copy.write_bytes(request.scan)
        elif request.scan_at is not None and is_same_file(request.scan_at, request.scan_hash):
            copy = request.scan_at
        else:
            return None
    store = folder / "store"
    text_file = folder / "text.json"
    for key, entry in request.entries.items():
        Store(store).put_entry(key, entry)
    if request.text is not None:
        text_file.write_bytes(request.text)
    return replace(
        job,
        source=replace(job.source, copy=copy),
        state=None,  # that of the file on the other machine
        store=store if job.store is not None else None,
        spool=folder / "page.pdf" if job.spool is not None else None,
        text_file=text_file if job.text_file is not None else None,
    )


def _keep_scan(place: Path, scan: bytes) -> None:
    place.parent.mkdir(exist_ok=True)
    part = place.parent / f"{place.name}.{os.urandom(4).hex()}"
    part.write_bytes(scan)
    part.replace(place)
    kept = sorted(place.parent.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    size = sum(path.stat().st_size for path in kept)
    for path in kept[:-1]:
        if size <= SCANS_KEPT_BYTES:
            break
        size -= path.stat().st_size
        path.unlink(missing_ok=True)


def pack_reply(reply: PageReply, request: PageRequest, job: PageJob, result: Any) -> PageReply:
    """The reply to a request, with the files that were made.

    Args:
        reply: To be completed.
        request: The page.
        job: What `unpack_request` gave for it.
        result: What the function returned.

    Raises:
        OSError: The files cannot be opened.
    """
    if not isinstance(result, PageResult | PageFailure):
        return replace(reply, result=result)
    if isinstance(result, PageFailure) and job.text_file is not None:
        message = result.message.replace(str(job.text_file), str(request.job.text_file))
        result = replace(result, message=message)
    new = {
        key: entry for key, entry in entries_of(job).items() if entry != request.entries.get(key)
    }
    reply = replace(reply, entries=new)
    if job.text_file is not None and job.text_file.exists():
        text = job.text_file.read_bytes()
        reply = replace(reply, text=text if text != request.text else None)
    if job.spool is not None:
        size = job.spool.stat().st_size
        placed = (
            request.pdf_at is not None
            and size >= LARGE_BYTES
            and _put_in_place(job.spool, request.pdf_at)
        )
        reply = replace(
            reply,
            pdf=None if placed else job.spool.read_bytes(),
            pdf_bytes=size,
            sidecar=job.spool.with_suffix(SIDECAR_ENDING).read_bytes(),
        )
        result = replace(result, pdf=b"")
    return replace(reply, result=result)


def _put_in_place(page: Path, place: Path) -> bool:
    """Copies a page to the shared folder, if it is there; whole or not at all."""
    part = place.with_name(f".{os.urandom(8).hex()}.part")
    try:
        shutil.copyfile(page, part)
        part.replace(place)
    except OSError:
        with suppress(OSError):
            part.unlink()
        return False
    return True


def is_same_file(path: Path, content: str) -> bool:
    """Whether there is a file at `path` with this hash."""
    try:
        status = path.stat()
        return _hash_of(path, status.st_size, status.st_mtime_ns) == content
    except OSError:
        return False


@lru_cache(maxsize=64)
def _hash_of(path: Path, size: int, changed_ns: int) -> str:
    """Computed once for the many pages of a scan, as long as the file stays the same."""
    return content_hash(path)

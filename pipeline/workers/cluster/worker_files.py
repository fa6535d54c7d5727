"""A parcel on a worker: laid out in a folder of its own, and answered from what is there then."""

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
from .parcel import Parcel, Reply, entries_of

LARGE_BYTES = 2_000_000
"""A page of so many bytes goes through the shared folder, where there is one."""
SCANS_KEPT_BYTES = 500_000_000
"""Scans that were sent are kept up to this, for the other pages in them."""


_keeping = threading.Lock()


def lay_out(parcel: Parcel, folder: Path, scans: Path) -> PageJob | None:
    """A page's job with its files in a folder of its own.

    Args:
        parcel: The page.
        folder: Is made for it.
        scans: Folder of scans that were sent and have more pages.

    Returns:
        The job; None where its scan is not seen here.

    Raises:
        OSError: There is no room.
    """
    folder.mkdir()
    job = parcel.job
    copy = folder / f"scan{job.source.path.suffix}"
    kept = scans / parcel.scan_token
    if parcel.scan is not None and job.source.frame:  # there are more pages in it
        with _keeping:
            _keep(kept, parcel.scan)
    # A link of its own: those that are not used any more may go at any time.
    with suppress(FileNotFoundError):
        copy.hardlink_to(kept)
    if not copy.exists():
        if parcel.scan is not None:
            copy.write_bytes(parcel.scan)
        elif parcel.scan_at is not None and is_it(parcel.scan_at, parcel.scan_hash):
            copy = parcel.scan_at
        else:
            return None
    store = folder / "store"
    text_file = folder / "text.json"
    for key, entry in parcel.entries.items():
        Store(store).put_entry(key, entry)
    if parcel.text is not None:
        text_file.write_bytes(parcel.text)
    return replace(
        job,
        source=replace(job.source, copy=copy),
        store=store if job.store is not None else None,
        spool=folder / "page.pdf" if job.spool is not None else None,
        text_file=text_file if job.text_file is not None else None,
    )


def _keep(place: Path, scan: bytes) -> None:
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


def collect(reply: Reply, parcel: Parcel, job: PageJob, result: Any) -> Reply:
    """The reply to a parcel, with the files that the page's function has left.

    Args:
        reply: To be completed.
        parcel: The page.
        job: As it was laid out.
        result: What the function gave.

    Raises:
        OSError: The files cannot be read.
    """
    if not isinstance(result, PageResult | PageFailure):
        return replace(reply, result=result)
    if isinstance(result, PageFailure) and job.text_file is not None:
        message = result.message.replace(str(job.text_file), str(parcel.job.text_file))
        result = replace(result, message=message)
    new = {key: entry for key, entry in entries_of(job).items() if entry != parcel.entries.get(key)}
    reply = replace(reply, entries=new)
    if job.text_file is not None and job.text_file.exists():
        text = job.text_file.read_bytes()
        reply = replace(reply, text=text if text != parcel.text else None)
    if job.spool is not None:
        size = job.spool.stat().st_size
        placed = (
            parcel.pdf_at is not None
            and size >= LARGE_BYTES
            and _put_in_place(job.spool, parcel.pdf_at)
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


def is_it(path: Path, content: str) -> bool:
    """Whether a scan is at its place: a file of that hash."""
    try:
        status = path.stat()
        return _hash_of(path, status.st_size, status.st_mtime_ns) == content
    except OSError:
        return False


@lru_cache(maxsize=64)
def _hash_of(path: Path, size: int, changed_ns: int) -> str:
    """Of a scan with many pages once, as long as it stays the same."""
    return content_hash(path)

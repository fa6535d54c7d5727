"""Faults of pages that a user has accepted, so that they are not told again.

A fault is known by a hash of the scan's bytes and of what is wrong, and not by the page's place: so
another page, another scan under the same name, and another fault are new. A PDF holds the accepted
faults of its pages. Those of a document whose PDF was not written are kept beside it, in a hidden
folder, with the fingerprint of what the document was made of: whatever has changed since waits for
a PDF, and is said.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..model.errors import CorrectionError, MachineError, OutputError
from ..model.outcomes import PageDamage, PageFailure, PageOutcome
from ..model.page import Document
from ..model.paths import absolute
from .atomic import atomic_file
from .content import open_plain

FAULT_DIGITS = 16
"""Of the hash in hexadecimal: two faults of one document with the same are not to be expected."""
REASON_COUNTS = 200
"""Characters of a reason: PDFs hold no more than 300."""
FOLDER, ACCEPTED, FINGERPRINT = ".searchable-pdf", "accepted", "fingerprint"
LARGEST_RECORD_BYTES = 10_000_000
"""A record that is larger is none of ours: one of 1,000 pages takes some 200 kB."""
PASSING = frozenset(
    (CorrectionError.__name__, MachineError.__name__, MemoryError.__name__, "ScanChangedError")
)
"""Kinds of failures that are no fault of the scan, and that are tried again: a person mends the
correction, the machine has room again, the scan is complete."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is accepted of a document whose PDF was not written.

    Attributes:
        faults: The names of the faults.
        fingerprint: Of the scans, corrections and options when they were accepted.
    """

    faults: frozenset[str] = frozenset()
    fingerprint: str = ""


def fault_of(page: PageOutcome | PageDamage, content: str, root: Path) -> str:
    """The name of what is wrong with a page; empty where nothing is that could be accepted.

    Args:
        page: How it ended.
        content: Hash of the scan's bytes; empty where it cannot be opened.
        root: The folder of the PDFs: from there, a scan that cannot be opened is known by its path.
    """
    if isinstance(page, PageFailure):
        if page.kind in PASSING:
            return ""
        kind = f"{page.stage} {page.kind}"
    elif page.missing:
        kind = "damage"
    else:
        return ""
    if not content:  # many scans cannot be opened, for several reasons
        reason = page.reason[:REASON_COUNTS] if isinstance(page, PageFailure) else ""
        content = f"{_path_from(root, page.source.path)} {reason}"
    parts = f"{content}\n{page.source.frame}\n{kind}".encode(errors="surrogatepass")
    return hashlib.sha256(parts).hexdigest()[:FAULT_DIGITS]


def record_of(document: Document, root: Path) -> Path:
    """Where the accepted faults of a document are kept whose PDF is not written."""
    output = document.output
    inside = output.relative_to(root) if output.is_relative_to(root) else Path(output.name)
    return root / FOLDER / ACCEPTED / inside.with_suffix(".json")


def load_record(record: Path) -> Record:
    """What is in a record; nothing where there is no sound one."""
    try:
        with open_plain(record) as file:
            members = json.loads(file.read(LARGEST_RECORD_BYTES))
        return Record(frozenset(map(str, members[ACCEPTED])), str(members[FINGERPRINT]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Record()


def write_record(
    record: Path, faults: Mapping[str, str], fingerprint: str, scans: Iterable[Path]
) -> None:
    """Keeps the accepted faults of a document, or removes its record where there are none.

    Args:
        record: The file.
        faults: What is wrong, in words, by the names of the faults.
        fingerprint: Of what the document was made of when they were accepted.
        scans: As for `atomic_file`.

    Raises:
        OutputError: It cannot be written.
    """
    if not faults:
        with suppress(OSError):
            record.unlink()
            for folder in record.parents:
                folder.rmdir()  # the first that is not empty ends it
                if folder.name == FOLDER:
                    break
        return
    if load_record(record) == Record(frozenset(faults), fingerprint):
        return
    written = json.dumps({FINGERPRINT: fingerprint, ACCEPTED: faults}, indent=1).encode()
    try:
        _write(record, written, scans)
    except OutputError as error:
        if not isinstance(error.__cause__, FileNotFoundError):
            raise
        _write(record, written, scans)  # another document has removed the folder, as it was empty


def _write(record: Path, written: bytes, scans: Iterable[Path]) -> None:
    with atomic_file(record, scans=scans) as file:
        file.write(written + b"\n")


def _path_from(root: Path, path: Path) -> str:
    """The path of a scan from the folder of the PDFs: both may be moved together."""
    try:
        return os.path.relpath(absolute(path), absolute(root))
    except ValueError:  # on another drive of Windows
        return str(absolute(path))

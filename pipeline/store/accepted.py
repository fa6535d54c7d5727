"""Faults of pages that a user has accepted, so that they are not told again.

A fault is known by a hash of the scan's bytes and of what is wrong, and not by the page's place: so
another page, another scan under the same name, and another fault are new. A PDF holds the accepted
faults of its pages. Those of a document whose PDF was not written are kept beside it, in a hidden
folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from ..model.outcomes import PageDamage, PageFailure, PageOutcome
from ..model.page import Document
from .atomic import atomic_file
from .content import open_plain

FAULT_DIGITS = 16
"""Of the hash in hexadecimal: two faults of one document with the same are not to be expected."""
REASON_COUNTS = 200
"""Characters of a reason: PDFs hold no more than 300."""
FOLDER, ACCEPTED = ".searchable-pdf", "accepted"
LARGEST_RECORD_BYTES = 10_000_000
"""A record that is larger is none of ours: one of 1,000 pages takes some 200 kB."""


def fault_of(page: PageOutcome | PageDamage, content: str) -> str:
    """The name of what is wrong with a page; empty where nothing is.

    Args:
        page: How it ended.
        content: Hash of the scan's bytes; empty where it cannot be opened.
    """
    if isinstance(page, PageFailure):
        kind = f"{page.stage} {page.kind}"
    elif page.missing:
        kind = "damage"
    else:
        return ""
    if not content:  # many scans cannot be opened, for several reasons
        reason = page.reason[:REASON_COUNTS] if isinstance(page, PageFailure) else ""
        content = f"{page.source.path.name} {reason}"
    parts = f"{content}\n{page.source.frame}\n{kind}".encode(errors="surrogatepass")
    return hashlib.sha256(parts).hexdigest()[:FAULT_DIGITS]


def record_of(document: Document, root: Path) -> Path:
    """Where the accepted faults of a document are kept whose PDF is not written."""
    output = document.output
    inside = output.relative_to(root) if output.is_relative_to(root) else Path(output.name)
    return root / FOLDER / ACCEPTED / inside.with_suffix(".json")


def load_record(record: Path) -> frozenset[str]:
    """The faults in a record; none where there is no sound one."""
    try:
        with open_plain(record) as file:
            return frozenset(map(str, json.loads(file.read(LARGEST_RECORD_BYTES))[ACCEPTED]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return frozenset()


def write_record(record: Path, faults: Mapping[str, str], scans: Iterable[Path]) -> None:
    """Keeps the accepted faults of a document, or removes its record where there are none.

    Args:
        record: The file.
        faults: What is wrong, in words, by the names of the faults.
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
    if load_record(record) == frozenset(faults):
        return
    with atomic_file(record, scans=scans) as file:
        file.write(json.dumps({ACCEPTED: faults}, indent=1).encode() + b"\n")

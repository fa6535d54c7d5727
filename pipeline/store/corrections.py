"""Texts of pages as JSON files that a person may correct; a corrected one is never overwritten."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from ..model.characters import printable
from ..model.errors import CorrectionError
from ..model.page import Document, PageSource
from ..model.text import PageText
from .atomic import atomic_file

MADE = "made"
"""The member of the JSON that says from what it was made, and how it read then."""


def text_file(folder: Path, document: Document, root: Path, source: PageSource) -> Path:
    """Where the text of a page is, below `folder`: by its document, its scan and its frame."""
    output = document.output
    inside = output.relative_to(root) if output.is_relative_to(root) else Path(output.name)
    above = Path(os.path.commonpath([path.parent.absolute() for path in document.scans]))
    scan = source.path.absolute().relative_to(above)
    frame = f".{source.frame + 1}" if source.frame else ""
    return folder / inside.with_suffix("") / scan.with_name(f"{scan.name}{frame}.json")


def write_text(path: Path, text: PageText, key: str = "", within: Path | None = None) -> None:
    """Writes a page's text, with a note of how it was made.

    Args:
        path: The file.
        text: What was read.
        key: What it was read from, and how (`store.page_key`).
        within: Folder on the same disk for the file while it is not complete.

    Raises:
        OutputError: It cannot be written.
    """
    data = json.loads(text.to_json())
    data[MADE] = {"from": key, "text": _digest(text)}
    with atomic_file(path, within) as file:
        file.write(json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n")


def read_text(path: Path) -> tuple[PageText, str | None]:
    """A page's text, and what it was made from: None where a person has changed it since.

    Raises:
        CorrectionError: It is no text of a page.
        FileNotFoundError: It is not there.
    """
    try:
        content = path.read_text(encoding="utf-8")
        text = PageText.from_json(content)
        made = json.loads(content).get(MADE)
        if text.fault:
            raise ValueError(text.fault)
    except FileNotFoundError:
        raise
    except (ValueError, OSError) as error:
        raise CorrectionError(
            f"{printable(str(path))}: {printable(str(error))};"
            " mend it, or delete it to have the page read again"
        ) from error
    if isinstance(made, dict) and made.get("text") == _digest(text):
        return text, str(made.get("from", ""))
    return text, None


def correction(path: Path) -> str:
    """A hash of what a person has changed in the file; empty where nobody has."""
    try:
        text, made_from = read_text(path)
    except (FileNotFoundError, CorrectionError) as error:
        return "" if isinstance(error, FileNotFoundError) else str(error)
    return "" if made_from is not None else _digest(text)


def _digest(text: PageText) -> str:
    again = PageText.from_json(text.to_json())  # 12 and 12.0 are the same
    return hashlib.sha256(again.to_json().encode()).hexdigest()

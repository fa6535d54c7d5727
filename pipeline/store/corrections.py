"""Texts of pages as JSON files that a person may correct; a corrected one is never overwritten.

They are how people and this program exchange texts. What was corrected is kept elsewhere, for good
(`kept_corrections`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..model.characters import printable
from ..model.errors import CorrectionError, OutputError
from ..model.page import Document, PageSource
from ..model.text import PageText
from .atomic import CANNOT_BE_THERE, atomic_file, check_is_file
from .provenance import in_the_way
from .target import output_file
from .texts import MAX_TEXT_BYTES

MADE = "made"
"""The member of the JSON that says what it was made from, with a hash of the text at that time."""
CORRECTED = "a correction that is kept"
"""What the text of a page was made from, where that is a correction."""
TOO_LARGE = f"it has more than {MAX_TEXT_BYTES:,} bytes"


def text_folder(folder: Path, document: Document, root: Path) -> Path:
    """The folder below `folder` of the texts of a document's pages."""
    output = document.output
    inside = output.relative_to(root) if output.is_relative_to(root) else Path(output.name)
    return folder / inside.with_suffix("")


class TextFiles:
    """The paths of the texts of a document's pages.

    Args:
        folder: The user's folder for texts.
        document: The document.
        root: The folder of the PDFs.
    """

    def __init__(self, folder: Path, document: Document, root: Path) -> None:
        self._folder = text_folder(folder, document, root)
        parents = {path.parent for path in document.scans}
        self._above = Path(os.path.commonpath([path.absolute() for path in parents]))

    def of(self, source: PageSource) -> Path:
        """The path of a page's text, made of its document, scan and frame."""
        scan = source.path.absolute().relative_to(self._above)
        frame = f".{source.frame + 1}" if source.frame else ""
        return self._folder / scan.with_name(f"{scan.name}{frame}.json")


def write_text(
    path: Path,
    text: PageText,
    key: str = "",
    within: Path | None = None,
    *,
    content: str = "",
    scans: Iterable[Path] = (),
) -> None:
    """Writes a page's text, with a note of how it was made.

    Args:
        path: The file.
        text: The text.
        key: What it was made from, and how (`page_key` in `store.texts`), or `CORRECTED`.
        within: Folder on the same disk for the file while it is not complete.
        content: Hash of the scan's bytes; empty where it is not known.
        scans: As for `atomic_file`.

    Raises:
        OutputError: It cannot be written.
    """
    data = json.loads(text.to_json())
    data[MADE] = {"from": key, "text": digest_of(text)} | ({"scan": content} if content else {})
    at_once = output_file(path, scans) if within is None else None
    with at_once or atomic_file(path, within, scans=scans) as file:
        file.write(json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n")


@dataclass(frozen=True, slots=True)
class LoadedText:
    """A page's text from a file.

    Attributes:
        text: The text.
        made_from: What it was made from; None where a person has changed it since.
        scan: Hash of the bytes of the scan that it was made from; empty where it does not say.
    """

    text: PageText
    made_from: str | None
    scan: str


def load_text(path: Path) -> LoadedText:
    """A page's text, and whether a person has changed it.

    Raises:
        CorrectionError: It is no text of a page.
        FileNotFoundError: It is not there.
    """
    try:
        check_is_file(path)
        if path.stat().st_size > MAX_TEXT_BYTES:
            raise ValueError(TOO_LARGE)
        text, members = parse_text(path.read_text(encoding="utf-8"))
        made = members.get(MADE)
        made = made if isinstance(made, dict) else {}
        is_as_made = made.get("text") == digest_of(text)
        made_from = str(made.get("from", "")) if is_as_made else None
        return LoadedText(text, made_from, str(made.get("scan", "")))
    except FileNotFoundError:
        raise
    except OutputError as error:
        raise CorrectionError(str(error)) from error
    except (ValueError, OSError, RecursionError) as error:
        if isinstance(error, OSError) and error.errno in CANNOT_BE_THERE:
            raise FileNotFoundError(error.errno, error.strerror, str(path)) from error
        raise unusable(path, error) from error


def parse_text(content: str) -> tuple[PageText, dict[str, Any]]:
    """A page's text from JSON, and all members of it.

    Raises:
        RecursionError: It is nested too deeply.
        ValueError: It is no text of a page.
    """
    text = PageText.from_json(content)
    if text.fault:
        raise ValueError(text.fault)
    return text, json.loads(content)


def unusable(path: Path, reason: object) -> CorrectionError:
    """What to tell a user whose correction is no text of a page."""
    return CorrectionError(
        f"{printable(str(path))}: {printable(str(reason))};"
        " mend it, or delete it to have the page read again"
    )


def is_untouched(path: Path) -> bool:
    """Whether a page's text may be overwritten: there is none, or nobody has corrected it.

    What was written from a correction may be all that is left of it.
    """
    try:
        return load_text(path).made_from not in (None, CORRECTED)
    except FileNotFoundError:
        return True
    except CorrectionError:
        return False


def check_is_untouched(path: Path) -> None:
    """Sees that a page's text may be overwritten.

    Raises:
        OutputError: It may not: somebody has corrected it, or it is another file.
    """
    if not is_untouched(path):
        raise in_the_way(path, "was corrected since it was made, or is no text of a page")


def digest_of(text: PageText) -> str:
    """A hash of a text. PDFs hold it in their fingerprints: this never changes."""
    again = PageText.from_json(text.to_json())  # 12 and 12.0 are the same
    return hashlib.sha256(again.to_json().encode()).hexdigest()

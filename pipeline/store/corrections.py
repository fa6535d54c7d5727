"""Texts of pages as JSON files that a person may correct; a corrected one is never overwritten."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ..model.characters import printable
from ..model.errors import CorrectionError, OutputError
from ..model.page import Document, PageSource
from ..model.text import PageText
from .atomic import CANNOT_BE_THERE, atomic_file, check_is_file
from .provenance import in_the_way
from .target import output_file

MADE = "made"
"""The member of the JSON that says what it was made from, with a hash of the text at that time."""


def text_folder(folder: Path, document: Document, root: Path) -> Path:
    """The folder below `folder` of the texts of a document's pages."""
    output = document.output
    inside = output.relative_to(root) if output.is_relative_to(root) else Path(output.name)
    return folder / inside.with_suffix("")


def text_file(folder: Path, document: Document, root: Path, source: PageSource) -> Path:
    """The path of a page's text below `folder`, made of its document, scan and frame."""
    above = Path(os.path.commonpath([path.parent.absolute() for path in document.scans]))
    scan = source.path.absolute().relative_to(above)
    frame = f".{source.frame + 1}" if source.frame else ""
    return text_folder(folder, document, root) / scan.with_name(f"{scan.name}{frame}.json")


def write_text(
    path: Path,
    text: PageText,
    key: str = "",
    within: Path | None = None,
    *,
    scans: Iterable[Path] = (),
) -> None:
    """Writes a page's text, with a note of how it was made.

    Args:
        path: The file.
        text: The text.
        key: What it was made from, and how (`page_key` in `store.texts`).
        within: Folder on the same disk for the file while it is not complete.
        scans: As for `atomic_file`.

    Raises:
        OutputError: It cannot be written.
    """
    data = json.loads(text.to_json())
    data[MADE] = {"from": key, "text": _digest(text)}
    at_once = output_file(path, scans) if within is None else None
    with at_once or atomic_file(path, within, scans=scans) as file:
        file.write(json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n")


def load_text(path: Path) -> tuple[PageText, str | None]:
    """A page's text, and what it was made from: None where a person has changed it since.

    Raises:
        CorrectionError: It is no text of a page.
        FileNotFoundError: It is not there.
    """
    try:
        check_is_file(path)
        content = path.read_text(encoding="utf-8")
        text = PageText.from_json(content)
        made = json.loads(content).get(MADE)
        if text.fault:
            raise ValueError(text.fault)
        digest = _digest(text)
    except FileNotFoundError:
        raise
    except OutputError as error:
        raise CorrectionError(str(error)) from error
    except (ValueError, OSError, RecursionError) as error:
        if isinstance(error, OSError) and error.errno in CANNOT_BE_THERE:
            raise FileNotFoundError(error.errno, error.strerror, str(path)) from error
        raise CorrectionError(
            f"{printable(str(path))}: {printable(str(error))};"
            " mend it, or delete it to have the page read again"
        ) from error
    if isinstance(made, dict) and made.get("text") == digest:
        return text, str(made.get("from", ""))
    return text, None


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person has made of a page's text file; both fields are empty where nobody changed it.

    Attributes:
        hash: Of the corrected text.
        error: Why the file holds no text of a page.
    """

    hash: str = ""
    error: str = ""

    @classmethod
    def of(cls, path: Path) -> Self:
        """The correction in a text file, as it is now; none where there is no such file."""
        try:
            text, made_from = load_text(path)
        except FileNotFoundError:
            return cls()
        except CorrectionError as error:
            return cls(error=str(error))
        return cls(_digest(text)) if made_from is None else cls()

    @property
    def in_fingerprint(self) -> str:
        """What stands for it in a fingerprint. PDFs hold such fingerprints: this never changes."""
        return self.hash or self.error


def check_is_untouched(path: Path) -> None:
    """Sees that a page's text may be overwritten: there is none, or nobody has corrected it.

    Raises:
        OutputError: It may not, or is another file.
    """
    if Correction.of(path) != Correction():
        raise in_the_way(path, "was corrected since it was made, or is no text of a page")


def _digest(text: PageText) -> str:
    again = PageText.from_json(text.to_json())  # 12 and 12.0 are the same
    return hashlib.sha256(again.to_json().encode()).hexdigest()

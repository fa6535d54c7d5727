"""The provenance of a finished PDF, in its own metadata: its program, scans, failures, damage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ..model.characters import printable
from ..model.errors import OutputError
from ..model.options import ConvertOptions
from ..model.outcomes import PageDamage, PageFailure, PageOutcome, Stage
from ..model.page import Document, PageSource
from ..model.version import FINGERPRINT_VERSION, PRODUCER
from .seal import ENTRY, OPEN

LONGEST_REASON = 300
LONGEST_STRING = 16_000
"""Characters; PDF/A allows strings of 32,767 bytes (ISO 19005-2, 6.1.13)."""
FINGERPRINT, FAILURES = "/SearchablePdfFingerprint", "/SearchablePdfFailures"
TEXT, DAMAGE = "/SearchablePdfText", "/SearchablePdfDamage"
CORRECTED = "/SearchablePdfCorrected"
PAGE_ID_LENGTH = 12
"""Characters that stand for a page: 48 bits are not the same twice in one PDF."""
ACCEPTED = "/SearchablePdfAccepted"
STANDARD_ENTRIES = ("/Title", "/Author", "/Subject", "/Keywords", "/Producer")
"""What stands first in the information of a PDF without a seal."""
SHARE_DIGITS = 4
"""Digits after the point of the share of a picture that is missing."""


NOT_OURS = "was not made by this program"
"""Why a PDF is not replaced."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is remembered in the information dictionary of a PDF of ours.

    Attributes:
        fingerprint: Hash of the scans' contents and of the options; of no path and no time.
        failures: For each failed page its index in the PDF, and stage, kind and reason.
        text: Hash of its text, as a sidecar holds it.
        damage: For each page that lacks a part of its picture its index, and the share that is
            missing, up to 1 for a page of words in its place. Pages that failed in `load` are such
            pages, and left out.
        corrected: The pages whose text a person has corrected, each as `page_id` names it.
        seal: Its seal (see `seal`), as it is in the PDF; filled in when the PDF is written.
        accepted: The faults of pages that a user has accepted (see `accepted`).
    """

    fingerprint: str = ""
    failures: tuple[tuple[int, Stage, str, str], ...] = ()
    text: str = ""
    damage: tuple[tuple[int, float], ...] = ()
    seal: str = ""
    corrected: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()

    def entries(self) -> Mapping[str, str]:
        """The provenance as entries of the information dictionary."""
        entries = {FINGERPRINT: self.fingerprint, TEXT: self.text}
        failures = [
            (index, stage, kind, reason[:LONGEST_REASON])
            for index, stage, kind, reason in self.failures
        ]
        if self.corrected:
            entries[CORRECTED] = " ".join(self.corrected)[:LONGEST_STRING]
        return {
            **entries,
            **_in_parts(FAILURES, failures),
            **_in_parts(DAMAGE, self.damage),
            **_in_parts(ACCEPTED, self.accepted),
        }

    def missing_of(self, index: int) -> float:
        """The share of a page's picture that is missing."""
        in_load = any(page == index and stage == "load" for page, stage, _, _ in self.failures)
        return 1.0 if in_load else dict(self.damage).get(index, 0.0)

    def damage_of(self, sources: Sequence[PageSource]) -> tuple[PageDamage, ...]:
        """The pages that are damaged and did not fail, of the pages that are these now."""
        failed = {index for index, *_ in self.failures}
        return tuple(
            PageDamage(sources[index], share)
            for index, share in self.damage
            if index < len(sources) and index not in failed
        )

    def failures_of(self, sources: Sequence[PageSource]) -> tuple[PageFailure, ...]:
        """The failures again, of the pages that are these now."""
        return tuple(
            PageFailure(sources[index], stage, kind, f"{sources[index]}: {reason}")
            for index, stage, kind, reason in self.failures
            if 0 <= index < len(sources)
        )


def page_id(content: str, frame: int) -> str:
    """Stands for a page in a PDF: a short hash of the hash of its scan, and of the page in it."""
    return hashlib.sha256(f"{content}-{frame}".encode()).hexdigest()[:PAGE_ID_LENGTH]


def provenance_of(
    fingerprint: str,
    outcomes: Iterable[PageOutcome],
    text: str,
    corrected: Iterable[str] = (),
    accepted: Iterable[str] = (),
) -> Provenance:
    """The provenance of a document.

    Args:
        fingerprint: Of its scans and options.
        outcomes: How its pages ended.
        text: Hash of its text.
        corrected: The pages whose text a person has corrected.
        accepted: The faults of its pages that the user accepts.
    """
    outcomes = tuple(outcomes)
    return Provenance(
        fingerprint,
        tuple(
            (index, outcome.stage, outcome.kind, outcome.reason)
            for index, outcome in enumerate(outcomes)
            if isinstance(outcome, PageFailure)
        ),
        text,
        tuple(
            (index, round(outcome.missing, SHARE_DIGITS))
            for index, outcome in enumerate(outcomes)
            if outcome.missing
            and not (isinstance(outcome, PageFailure) and outcome.stage == "load")
        ),
        corrected=tuple(sorted(corrected)),
        accepted=tuple(accepted),
    )


def load_provenance(path: Path) -> Provenance | None:
    """The provenance of a PDF; None where this program did not make it."""
    # Not above: worker processes need it only to know one page's name, and start sooner without.
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    try:
        with PdfReader(path) as reader:
            information = reader.metadata
            producer = information.producer if information else None
            if information is None or not producer or producer.split(" ")[0] != PRODUCER:
                return None
            failures = tuple(
                (int(index), cast(Stage, str(stage)), printable(str(kind)), printable(str(reason)))
                for index, stage, kind, reason in _from_parts(FAILURES, information)
            )
            damage = tuple(
                (int(index), float(share)) for index, share in _from_parts(DAMAGE, information)
            )
            return Provenance(
                str(information.get(FINGERPRINT, "")),
                failures,
                str(information.get(TEXT, "")),
                damage,
                _seal_entry(information),
                tuple(str(information.get(CORRECTED, "")).split()),
                tuple(map(str, _from_parts(ACCEPTED, information))),
            )
    except (
        PyPdfError,
        DependencyError,
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ):
        return None


def _in_parts(name: str, items: Sequence[object]) -> dict[str, str]:
    """A list as JSON, in as many entries as it takes: `/Name`, `/Name2`, `/Name3`, ..."""
    parts: list[list[str]] = []
    room = 0
    for item in map(json.dumps, items):
        if len(item) > room:
            parts.append([])
            room = LONGEST_STRING
        parts[-1].append(item)
        room -= len(item) + len(", ")
    return {
        f"{name}{number}" if number > 1 else name: f"[{', '.join(part)}]"
        for number, part in enumerate(parts, 1)
    }


def _from_parts(name: str, information: Mapping[str, object]) -> Iterator[Any]:
    """The items that `_in_parts` has put into entries."""
    number = 1
    while part := information.get(f"{name}{number}" if number > 1 else name):
        yield from json.loads(str(part))
        number += 1


def _seal_entry(information: Mapping[str, object]) -> str:
    """Its seal; empty where it is of a version that made none.

    The seal is the first entry. Where another unknown one is the first, that is what is left of it.
    """
    seal = str(information.get(ENTRY, ""))
    first = next(iter(information), "")
    return seal or ("" if first in STANDARD_ENTRIES else OPEN)


def in_the_way(path: Path, why: str) -> OutputError:
    """What to tell a user whose file is not overwritten."""
    return OutputError(
        f"{printable(str(path))} exists and {why}; move it away, or replace it with --force"
    )


def fingerprint(
    document: Document,
    contents: Sequence[str],
    corrections: Sequence[str],
    options: ConvertOptions,
    engine: str,
    languages: tuple[str, ...],
    engine_parts: tuple[str, ...] = (),
) -> str:
    """Says of two runs whether they make the same PDF.

    The engine counts by its name alone: a newer one rewrites nothing by itself.

    Args:
        document: Its name is the title, the names of its scans are the outline.
        contents: What stands for the scans' bytes (`Content.in_fingerprint`), in order.
        corrections: What stands for the pages' texts (`PageCorrection.in_fingerprint`); empty where
            nobody corrected one.
        options: All of it that shows in the PDF is taken.
        engine: Name of the engine.
        languages: The languages that it is told to read.
        engine_parts: What its options add (`EngineOptions.fingerprint_parts`).
    """
    parts = [
        FINGERPRINT_VERSION,
        document.name,
        [(path.stem, content) for path, content in zip(document.scans, contents, strict=True)],
        list(corrections),
        options.load.cache_key,
        options.load.max_image_mpixels,
        options.ocr.cache_key,
        options.output_type,
        options.images.cache_key,
        repr(options.metadata),
        engine,
        languages,
        *engine_parts,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

"""What a user can choose: one small frozen class per stage, and `ConvertOptions` over them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Literal

DEFAULT_ENGINE = "rapid"


def cpu_count() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How scans are read.

    Attributes:
        image_dpi: Resolution of every scan, instead of what the files say.
        max_image_mpixels: Larger scans are refused, in millions of pixels.
    """

    image_dpi: float | None = None
    max_image_mpixels: float = 250.0


@dataclass(frozen=True, slots=True)
class OcrOptions:
    """How pages are recognised.

    Attributes:
        languages: ISO 639-2/3 codes; empty for what the engine reads without being told.
        max_side_px: Longest side of the copy that is recognised; None for the engine's best.
    """

    languages: tuple[str, ...] = ()
    max_side_px: int | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """The document information of a PDF; empty values are left out.

    Attributes:
        title: Default in `convert`: the document's name.
    """

    title: str = ""
    author: str = ""
    subject: str = ""
    keywords: str = ""


@dataclass(frozen=True, slots=True)
class ConvertOptions:
    """A whole conversion.

    Attributes:
        load: How scans are read.
        ocr: How pages are recognised.
        metadata: Title, author and so on of every PDF.
        per_file: Each file is a document, not each folder.
        existing: What to do where the PDF exists: `replace` it if this program made it,
            `keep` it, `update` it if it is older than its scans, or `force`: replace any.
        sidecar: Write the text beside the PDF, too.
        jobs: Pages at a time.
    """

    load: LoadOptions = field(default_factory=LoadOptions)
    ocr: OcrOptions = field(default_factory=OcrOptions)
    metadata: Metadata = field(default_factory=Metadata)
    per_file: bool = False
    existing: Literal["replace", "keep", "update", "force"] = "replace"
    sidecar: bool = False
    jobs: int = field(default_factory=cpu_count)

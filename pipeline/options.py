"""What a user can choose: one small frozen class per stage, and `ConvertOptions` over them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

DEFAULT_ENGINE = "auto"


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
class EngineOptions:
    """What an engine may need to know of its surroundings; each takes what concerns it.

    Attributes:
        threads: Threads that one page may use.
        tessdata_dir: Folder of Tesseract's language data; None to look in the usual places.
        aspose_license: Aspose's licence file; None for `ASPOSE_OCR_LICENSE` in the environment.
        aspose_areas: Aspose's `DetectAreasMode`, in small letters; empty for its default.
    """

    threads: int = 1
    tessdata_dir: Path | None = None
    aspose_license: Path | None = None
    aspose_areas: str = ""


@dataclass(frozen=True, slots=True)
class OcrOptions:
    """How pages are recognised.

    Attributes:
        languages: ISO 639-2/3 codes; empty for what the engine reads without being told.
        max_side_px: Longest side of the copy that is recognised; None for the engine's best.
        engine: What the engine must know.
    """

    languages: tuple[str, ...] = ()
    max_side_px: int | None = None
    engine: EngineOptions = field(default_factory=EngineOptions)


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

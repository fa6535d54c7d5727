"""Tesseract's language data: which folder it is in, and which languages are there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ....model.options import EngineOptions

ENDING = ".traineddata"
NO_LANGUAGES = frozenset(("osd", "equ", "snum"))
"""Data files that hold no language."""
NO_DATA = frozenset(("ast", "hau", "ilo", "nds", "som", "tgl", "tuk", "xho", "zul"))
"""Languages of our table that Tesseract's authors have no data for (the repository tessdata)."""
PREFIX_VARIABLE = "TESSDATA_PREFIX"
USUAL_PLACES = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
    "/opt/local/share/tessdata",
    r"C:\Program Files\Tesseract-OCR\tessdata",
)


@dataclass(frozen=True, slots=True)
class TesseractOptions(EngineOptions):
    """What a user can choose of Tesseract.

    Attributes:
        tessdata_dir: Folder of its language data; None to look where systems have it.
    """

    tessdata_dir: Path | None = None

    @property
    def fingerprint_parts(self) -> tuple[str, ...]:
        """A folder of one's own: its data may be other data of the same languages."""
        return () if self.tessdata_dir is None else (f"tessdata={self.tessdata_dir.resolve()}",)


def tessdata_dir(options: TesseractOptions) -> Path | None:
    """The folder of language data: the user's, that of `TESSDATA_PREFIX`, or a usual one."""
    if options.tessdata_dir is not None:
        return options.tessdata_dir
    prefix = os.environ.get(PREFIX_VARIABLE)
    if prefix:
        inside = Path(prefix) / "tessdata"
        return inside if inside.is_dir() else Path(prefix)
    return next((path for path in map(Path, USUAL_PLACES) if path.is_dir()), None)


def installed_languages(options: TesseractOptions) -> tuple[str, ...]:
    """Codes of the languages whose data is there."""
    folder = tessdata_dir(options)
    if folder is None or not folder.is_dir():
        return ()
    codes = {path.name.removesuffix(ENDING) for path in folder.glob(f"*{ENDING}")}
    return tuple(sorted(codes - NO_LANGUAGES))


def install_languages(codes: tuple[str, ...], options: TesseractOptions) -> str:
    """What brings the data of these languages; empty where nobody has it."""
    if NO_DATA.intersection(codes):
        return ""
    own = "--tessdata-dir" if options.tessdata_dir is not None else ""
    own = own or (PREFIX_VARIABLE if os.environ.get(PREFIX_VARIABLE) else "")
    if own:
        files = ", ".join(f"{code}{ENDING}" for code in codes)
        return (
            f"put {files} into {tessdata_dir(options)}, or leave {own} out: the system has its own"
        )
    debian = " ".join(f"tesseract-ocr-{code.replace('_', '-')}" for code in codes)
    return f"apt install {debian}, or brew install tesseract-lang"

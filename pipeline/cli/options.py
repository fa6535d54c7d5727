"""The options that commands share, and the options objects that they make."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import click

from ..model.errors import UsageError
from ..model.exit_code import ExitCode
from ..model.languages import parse_languages
from ..model.options import (
    ASPOSE_AREAS,
    CACHE_VARIABLE,
    DEFAULT_ENGINE,
    ConvertOptions,
    EngineOptions,
    ImageOptions,
    LoadOptions,
    Metadata,
    OcrOptions,
    Optimize,
)

PATH = click.Path(path_type=Path)
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

EPILOG = "\n".join(("\b", "Exit codes:", *(f"  {code:<3}  {code.meaning}" for code in ExitCode)))

CACHE_DIR = click.option(
    "--cache-dir",
    type=PATH,
    metavar="DIR",
    help=f"Where texts are kept.  [default: ${CACHE_VARIABLE}, or the user's cache folder]",
)
PICTURES = (
    click.option(
        "--optimize",
        type=click.Choice(get_args(Optimize)),
        default=ImageOptions().optimize,
        show_default=True,
        help="lossless: pack scans anew where that makes them smaller and changes no pixel, and no"
        " byte of a JPEG. lossy: also as JPEG, or in 16 colours, that look the same."
        " none: scans as they are stored.",
    ),
    click.option(
        "--image-max-dpi",
        type=click.FloatRange(20, 10_000),
        metavar="N",
        help="Bring pictures in colour or grey that have more pixels to the inch down to this.",
    ),
)
ROTATE_PAGES = click.option(
    "--rotate-pages",
    is_flag=True,
    help="Show pages upright that were found upside down or sideways (engine rapid);"
    " without, they stand as scanned.",
)
DESCRIPTION = (
    click.option("--title", metavar="TEXT", default="", help="Title  [default: the name]"),
    click.option("--author", metavar="TEXT", default="", help="Author"),
    click.option("--subject", metavar="TEXT", default="", help="Subject"),
    click.option("--keywords", metavar="TEXT", default="", help="Keywords, separated by commas"),
)
WORKERS = (
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(1, 1024),
        metavar="N",
        help="Pages at a time.  [default: the cores, or fewer where memory is short]",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(0),
        metavar="S",
        default=ConvertOptions().timeout_s,
        show_default=True,
        help="Longest time for one page, in seconds; 0 for no limit.",
    ),
)


def add_options(*options: Decorator) -> Decorator:
    """A decorator for commands: several options at once, in this order."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


with_ocr_options = add_options(
    click.option(
        "-l",
        "--language",
        metavar="CODES",
        help="Languages as ISO 639-2/3 codes, for example eng+swe."
        "  [default: all that the engine reads]",
    ),
    click.option(
        "--engine",
        metavar="NAME",
        default=DEFAULT_ENGINE,
        show_default=True,
        help="Who reads: rapid, tesseract, aspose, none, or an installed one"
        " (searchable-pdf engines lists them).",
    ),
    click.option(
        "--tessdata-dir",
        type=PATH,
        metavar="DIR",
        help="Folder of Tesseract's language data.  [default: where the system has it]",
    ),
    click.option(
        "--aspose-license",
        type=PATH,
        metavar="FILE",
        help="Aspose's licence.  [default: $ASPOSE_OCR_LICENSE]",
    ),
    click.option(
        "--aspose-areas",
        type=click.Choice(ASPOSE_AREAS),
        help="What Aspose should look for on a page (its DetectAreasMode).",
    ),
    click.option(
        "--image-dpi",
        type=click.FloatRange(1, 100_000),
        metavar="N",
        help="Resolution of the scans, instead of what the files say.",
    ),
    click.option(
        "--max-side",
        type=click.IntRange(100, 100_000),
        metavar="PX",
        help="Longest side of the copy that is recognised; the PDF keeps the whole scan."
        "  [default: the engine's best]",
    ),
    click.option(
        "--max-image-mpixels",
        type=click.FloatRange(0.01),
        metavar="N",
        default=LoadOptions().max_image_mpixels,
        show_default=True,
        help="Refuse larger scans, in millions of pixels.",
    ),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        help="Say more, with tracebacks of errors.",
    ),
)
"""The options of every command that recognises pages."""


def load_options(chosen: dict[str, Any]) -> LoadOptions:
    """How to read scans, as the user chose."""
    return LoadOptions(chosen["image_dpi"], chosen["max_image_mpixels"])


def ocr_options(chosen: dict[str, Any]) -> OcrOptions:
    """How to recognise pages, as the user chose."""
    languages = parse_languages(chosen["language"])
    return OcrOptions(languages, chosen["max_side"], engine_options(chosen))


def engine_options(chosen: dict[str, Any]) -> EngineOptions:
    """What the engine must know, as the user chose."""
    return EngineOptions(
        tessdata_dir=chosen["tessdata_dir"],
        aspose_license=chosen["aspose_license"],
        aspose_areas=chosen["aspose_areas"] or "",
    )


def image_options(chosen: dict[str, Any]) -> ImageOptions:
    """How scans stand in the PDF, as the user chose."""
    return ImageOptions(
        chosen["optimize"],
        max_dpi=chosen["image_max_dpi"],
        rotate_pages=chosen["rotate_pages"],
    )


def metadata(chosen: dict[str, Any]) -> Metadata:
    """The document information, as the user chose."""
    return Metadata(*(chosen[key] for key in ("title", "author", "subject", "keywords")))


def timeout_of(chosen: dict[str, Any]) -> float | None:
    """The longest time for one page in seconds, as the user chose; None for no limit."""
    return chosen["timeout"] or None


def parse_size(value: str) -> int:
    """A size such as `500MB` or `1.5 GB` in bytes.

    Raises:
        UsageError: It is none.
    """
    found = re.fullmatch(r"([0-9]*\.?[0-9]+)\s*([kMGT]?)B?", value.strip(), re.IGNORECASE)
    if not found:
        raise UsageError(f"{value!r} is no size; write it like 500MB or 2GB")
    return int(float(found[1]) * 1000 ** " kmgt".index(found[2].lower() or " "))

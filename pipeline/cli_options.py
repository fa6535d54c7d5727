"""The options that commands share, and the options objects that they make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .engines.aspose import AREAS
from .ocr import parse_languages
from .options import DEFAULT_ENGINE, EngineOptions, LoadOptions, OcrOptions

PATH = click.Path(path_type=Path)


def with_ocr_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that recognises pages."""
    for option in reversed(
        (
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
                type=click.Choice(AREAS),
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
                "-j",
                "--jobs",
                type=click.IntRange(1, 1024),
                metavar="N",
                help="Pages at a time.  [default: the cores]",
            ),
            click.option(
                "-v",
                "--verbose",
                is_flag=True,
                help="Say more, with tracebacks of errors.",
            ),
        )
    ):
        function = option(function)
    return function


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

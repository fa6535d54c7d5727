"""The options that commands share, and the options objects that they make."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import click

from ..model.errors import UsageError
from ..model.languages import parse_languages
from ..model.options import (
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
from ..ocr.registry import engine_plugins
from .help import Decorator, Section, add_options, option
from .verbosity import VERBOSE


class PathType(click.Path):
    """A path as users give it. `-` alone stands for stdin or stdout (`streams`)."""

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> Any:
        """The path.

        Raises:
            click.BadParameter: It is empty, which `Path` takes for the current folder.
        """
        if value == "":
            self.fail(
                "is empty (a variable that is not set?); give a path, or . for this folder",
                parameter,
                context,
            )
        path = super().convert(value, parameter, context)
        # Path("./-") is Path("-"), but it is meant as a file of that name.
        return path.absolute() if value != "-" and path == Path("-") else path


PATH = PathType(path_type=Path)

CACHE_DIR = option(
    "--cache-dir",
    type=PATH,
    metavar="DIR",
    section=Section.TEXTS,
    unset=f"${CACHE_VARIABLE}, or the user's cache folder",
    help="Folder that keeps the text of each page, so that no page is recognized twice.",
)
IMAGE_DPI = option(
    "--image-dpi",
    type=click.FloatRange(1, 100_000),
    metavar="N",
    section=Section.FILES,
    unset="as each file says",
    help="Resolution of the scans, in pixels per inch.",
)
PICTURES = (
    option(
        "--optimize",
        type=click.Choice(get_args(Optimize)),
        metavar="HOW",
        default=ImageOptions().optimize,
        show_default=True,
        section=Section.PICTURES,
        common=True,
        help="lossless: make pictures smaller, but change no pixel. lossy: change pixels, too, so"
        " that the pictures look the same. none: store pictures as they are in the scans.",
    ),
    option(
        "--image-max-dpi",
        type=click.FloatRange(20, 10_000),
        metavar="N",
        section=Section.PICTURES,
        unset="no limit",
        help="Reduce color and gray pictures that have more than N pixels per inch.",
    ),
)
ROTATE_PAGES = option(
    "--rotate-pages",
    is_flag=True,
    section=Section.PICTURES,
    common=True,
    help="Show pages upright that were scanned upside down or sideways.",
)
WORKERS = (
    option(
        "-j",
        "--jobs",
        type=click.IntRange(1, 1024),
        metavar="N",
        section=Section.LIMITS,
        common=True,
        unset="one for each core, or fewer if memory is short",
        help="Work on N pages at the same time.",
    ),
    option(
        "--timeout",
        type=click.FloatRange(0),
        metavar="S",
        default=ConvertOptions().timeout_s,
        show_default=True,
        section=Section.LIMITS,
        help="Give up on a page after S seconds. 0: no limit.",
    ),
    option(
        "--sandbox/--no-sandbox",
        default=ConvertOptions().sandbox,
        show_default=True,
        section=Section.LIMITS,
        help="Let no page write files anywhere but to its own folders, nor use the network"
        " (Linux).",
    ),
)


def description_options(title: str) -> tuple[Decorator, ...]:
    """The options of the document information; `title` says what its title is without `--title`."""
    return (
        option(
            "--title",
            metavar="TEXT",
            default="",
            section=Section.DESCRIPTION,
            common=True,
            unset=title,
            help="Title of the PDF.",
        ),
        option(
            "--author", metavar="TEXT", default="", section=Section.DESCRIPTION, help="Its author."
        ),
        option(
            "--subject",
            metavar="TEXT",
            default="",
            section=Section.DESCRIPTION,
            help="Its subject.",
        ),
        option(
            "--keywords",
            metavar="TEXT",
            default="",
            section=Section.DESCRIPTION,
            help="Its keywords, separated by commas.",
        ),
    )


def json_option(help_text: str) -> Decorator:
    """The option `--json` of a command that shows a table without it."""
    return option(
        "--json", "as_json", is_flag=True, section=Section.FILES, common=True, help=help_text
    )


def with_engine_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator for commands: the options that engines bring, under a title of their own."""
    for engine_option in reversed(engine_click_options()):
        # The class of an option may be anything that makes one: here one that is made already.
        function = click.option(cls=lambda *_, made=engine_option, **__: made)(function)  # type: ignore[arg-type]
    return function


def engine_click_options() -> tuple[click.Option, ...]:
    """The options of all registered engines, in the order of the engines."""
    return tuple(option for plugin in engine_plugins() for option in plugin.click_options())


with_ocr_options = add_options(
    option(
        "-l",
        "--language",
        metavar="CODES",
        section=Section.READING,
        common=True,
        unset="all that the engine reads",
        help="Languages of the text, as ISO 639 codes: eng for English, eng+swe for English and"
        " Swedish.",
    ),
    option(
        "--engine",
        metavar="NAME",
        default=DEFAULT_ENGINE,
        show_default=True,
        section=Section.READING,
        common=True,
        help="Engine that reads the scans: see 'searchable-pdf engines'. auto: the best one here"
        " that knows the languages.",
    ),
    with_engine_options,
    IMAGE_DPI,
    option(
        "--max-side",
        type=click.IntRange(100, 100_000),
        metavar="PX",
        section=Section.LIMITS,
        unset="the engine's best",
        help="Give the engine a copy of the page, with at most PX pixels on the longer side. A"
        " small copy is faster to read. The PDF keeps the whole scan.",
    ),
    option(
        "--max-image-mpixels",
        type=click.FloatRange(0.01),
        metavar="N",
        default=LoadOptions().max_image_mpixels,
        show_default=True,
        section=Section.LIMITS,
        help="Refuse scans of more than N million pixels.",
    ),
    VERBOSE,
)
"""The options of every command that recognizes pages."""


def load_options(values: dict[str, Any]) -> LoadOptions:
    """How scans are loaded, from the values of a command's options."""
    return LoadOptions(values["image_dpi"], values["max_image_mpixels"])


def ocr_options(values: dict[str, Any]) -> OcrOptions:
    """How pages are recognized, from the values of a command's options."""
    languages = parse_languages(values["language"])
    return OcrOptions(languages, values["max_side"], engine_options(values))


def engine_options(values: dict[str, Any]) -> tuple[EngineOptions, ...]:
    """What the user chose of the registered engines; what was left out has its default."""
    options = []
    for plugin in engine_plugins():
        names = [field.name for field in fields(plugin.options_class)]
        own = {name: values[name] for name in names if values.get(name) is not None}
        if own:
            options.append(plugin.options_class(**own))
    return tuple(options)


def image_options(values: dict[str, Any]) -> ImageOptions:
    """How scans stand in the PDF, from the values of a command's options."""
    return ImageOptions(
        values["optimize"],
        max_dpi=values["image_max_dpi"],
        rotate_pages=values["rotate_pages"],
    )


def metadata(values: dict[str, Any]) -> Metadata:
    """The document information, from the values of a command's options."""
    return Metadata(*(values[key] for key in ("title", "author", "subject", "keywords")))


def timeout_of(values: dict[str, Any]) -> float | None:
    """The longest time for one page in seconds; None for no limit."""
    return values["timeout"] or None


def parse_size(value: str) -> int:
    """A size such as `500MB` or `1.5 GB` in bytes.

    Raises:
        UsageError: `value` is no size.
    """
    size = re.fullmatch(r"([0-9]*\.?[0-9]+)\s*([kMGT]?)B?", value.strip(), re.IGNORECASE)
    if not size:
        raise UsageError(f"{value!r} is no size; write it like 500MB or 2GB")
    return int(float(size[1]) * 1000 ** " kmgt".index(size[2].lower() or " "))

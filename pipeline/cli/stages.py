"""The stages by themselves: ocr, render, merge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .help import Command, Decorator, Section, add_options, option
from .options import (
    IMAGE_DPI,
    PATH,
    PICTURES,
    ROTATE_PAGES,
    description_options,
    image_options,
    load_options,
    metadata,
    ocr_options,
    with_ocr_options,
)
from .verbosity import VERBOSE_ERRORS

PAGE = option(
    "--page",
    type=click.IntRange(1),
    metavar="N",
    section=Section.FILES,
    common=True,
    help="Page of the scan, if it has several. The first is 1.",
)
FORCE = option(
    "--force",
    is_flag=True,
    section=Section.EXISTING,
    common=True,
    help="Also replace a PDF that another program made.",
)


def output_option(metavar: str) -> Decorator:
    """The option `-o` of a command that writes one file."""
    return option(
        "-o",
        "--output",
        required=True,
        type=PATH,
        metavar=metavar,
        section=Section.FILES,
        common=True,
        help="File to write; - for stdout.",
    )


@click.command("ocr", cls=Command, options_metavar="-o PAGE.json [OPTIONS]")
@click.argument("scan", type=PATH)
@output_option("PAGE.json")
@PAGE
@option(
    "--force",
    is_flag=True,
    section=Section.EXISTING,
    common=True,
    help="Also replace a text that somebody has corrected.",
)
@with_ocr_options
def ocr_command(scan: Path, output: Path, page: int | None, force: bool, **values: Any) -> None:
    """Recognize the text of one page.

    The words and their places are written as JSON. You can correct it. The command render makes a
    PDF of the scan and this text.

    \b
    Examples:
      searchable-pdf ocr letter.png -o letter.json
      searchable-pdf render letter.png letter.json -o letter.pdf
    """  # noqa: D301
    from ..run.stages import recognize_file
    from .streams import Streams, stage_output

    load, ocr = load_options(values), ocr_options(values)
    output = stage_output(output, is_text=True)
    with Streams() as streams:
        remark = recognize_file(
            streams.scan(scan), output, load, ocr, values["engine"], page=page, force=force
        )
    _show(streams.named(remark))


@click.command("render", cls=Command, options_metavar="-o PAGE.pdf [OPTIONS]")
@click.argument("scan", type=PATH)
@click.argument("text", type=PATH, required=False, metavar="[PAGE.json]")
@output_option("PAGE.pdf")
@PAGE
@add_options(IMAGE_DPI, *PICTURES, ROTATE_PAGES)
@FORCE
@VERBOSE_ERRORS
def render_command(
    scan: Path,
    text: Path | None,
    output: Path,
    page: int | None,
    image_dpi: float | None,
    force: bool,
    **values: Any,
) -> None:
    """Make a PDF of one page.

    It shows SCAN. The text of PAGE.json, which the command ocr wrote, lies invisible on it. Without
    PAGE.json, the PDF is not searchable.
    """
    from ..run.stages import render_file
    from .streams import Streams, stage_output

    load = load_options({"image_dpi": image_dpi, "max_image_mpixels": float("inf")})
    images, output = image_options(values), stage_output(output)
    with Streams() as streams:
        remark = render_file(streams.scan(scan), text, output, load, images, page=page, force=force)
    _show(streams.named(remark))


@click.command("merge", cls=Command, options_metavar="-o OUT.pdf [OPTIONS]")
@click.argument("pages", nargs=-1, required=True, type=PATH, metavar="PAGE.pdf...")
@output_option("OUT.pdf")
@add_options(*description_options("none"))
@FORCE
@VERBOSE_ERRORS
def merge_command(pages: tuple[Path, ...], output: Path, force: bool, **values: Any) -> None:
    """Join PDFs into one, in the order in which you name them.

    The outline (bookmarks) has the name of each file. Pages that the command render made share one
    font for their text; all other pages stay as they are.
    """
    from ..run.stages import merge_files
    from .streams import stage_output

    merge_files(pages, stage_output(output), metadata(values), force=force)


def _show(remark: str) -> None:
    if remark:
        click.echo(remark, err=True)

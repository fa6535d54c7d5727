"""The stages by themselves: ocr, render, merge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..run.stages import merge_files, recognize_file, render_file
from .options import (
    DESCRIPTION,
    EPILOG,
    PATH,
    PICTURES,
    ROTATE_PAGES,
    add_options,
    image_options,
    load_options,
    metadata,
    ocr_options,
    with_ocr_options,
)

PAGE = click.option(
    "--page", type=click.IntRange(1), metavar="N", help="Which page of a scan that has several."
)

FORCE = click.option("--force", is_flag=True, help="Replace a PDF of another program, too.")


@click.command("ocr", epilog=EPILOG)
@click.argument("scan", type=PATH)
@click.option(
    "-o", "--output", required=True, type=PATH, metavar="PAGE.json", help="Where the text goes."
)
@PAGE
@click.option("--force", is_flag=True, help="Replace a text that was corrected, too.")
@with_ocr_options
def ocr_command(scan: Path, output: Path, page: int | None, force: bool, **chosen: Any) -> None:
    """Recognise one page, as JSON: words with their places, to be corrected and rendered.

    \b
    searchable-pdf ocr letter.png -o letter.json
    searchable-pdf render letter.png letter.json -o letter.pdf
    """  # noqa: D301
    load, ocr = load_options(chosen), ocr_options(chosen)
    _show(recognize_file(scan, output, load, ocr, chosen["engine"], page=page, force=force))


@click.command("render", epilog=EPILOG)
@click.argument("scan", type=PATH)
@click.argument("text", type=PATH, required=False, metavar="[PAGE.json]")
@click.option(
    "-o", "--output", required=True, type=PATH, metavar="PAGE.pdf", help="Where the page goes."
)
@PAGE
@click.option(
    "--image-dpi",
    type=click.FloatRange(1, 100_000),
    metavar="N",
    help="Resolution of the scan, instead of what the file says.",
)
@add_options(*PICTURES, ROTATE_PAGES)
@FORCE
@click.option("-v", "--verbose", is_flag=True, help="Say more, with tracebacks of errors.")
def render_command(
    scan: Path,
    text: Path | None,
    output: Path,
    page: int | None,
    image_dpi: float | None,
    force: bool,
    verbose: bool,
    **chosen: Any,
) -> None:
    """Make a PDF of one page from its scan and its text; without text, of the scan alone."""
    load = load_options({"image_dpi": image_dpi, "max_image_mpixels": float("inf")})
    _show(render_file(scan, text, output, load, image_options(chosen), page=page, force=force))


@click.command("merge", epilog=EPILOG)
@click.argument("pages", nargs=-1, required=True, type=PATH, metavar="PAGE.pdf...")
@click.option(
    "-o", "--output", required=True, type=PATH, metavar="OUT.pdf", help="Where the PDF goes."
)
@add_options(*DESCRIPTION)
@FORCE
@click.option("-v", "--verbose", is_flag=True, help="Say more, with tracebacks of errors.")
def merge_command(
    pages: tuple[Path, ...], output: Path, force: bool, verbose: bool, **chosen: Any
) -> None:
    """Merge PDFs into one, in the order given, with an outline of their names.

    The pages of `render` share one text font; those of other programs stay as they are.
    """
    merge_files(pages, output, metadata(chosen), force=force)


def _show(remark: str) -> None:
    if remark:
        click.echo(remark, err=True)

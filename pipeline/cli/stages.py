"""The stages by themselves: ocr, render, merge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..load.page import load_page
from ..load.repair import repair
from ..load.scan import page_sources, scan_errors
from ..merge import Bookmark, merge_pages
from ..model.characters import printable
from ..model.errors import CorrectionError, OutputError, UsageError
from ..model.page import PageSource
from ..pdf.inspection import page_count
from ..render import render_page
from ..store.atomic import atomic_file
from ..store.corrections import read_text, write_text
from ..store.provenance import NOT_OURS, in_the_way, read_provenance
from ..workers.job import PageJob
from ..workers.page_text import read_page
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
    _keep_corrected(output, force)
    source = _source(scan, page)
    job = PageJob(source, load_options(chosen), ocr_options(chosen), chosen["engine"])
    read = read_page(job)
    if read.damage:
        click.echo(f"{source}: {read.damage}", err=True)
    write_text(output, read.text)


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
    _keep_others(output, force)
    source = _source(scan, page)
    found = None
    if text is not None:
        try:
            found, _ = read_text(text)
        except FileNotFoundError:
            raise UsageError(f"{printable(str(text))}: no such file; make it with ocr") from None
    options = load_options({"image_dpi": image_dpi, "max_image_mpixels": float("inf")})
    with load_page(source, options) as image, scan_errors(source):
        image = repair(image)
        if image.damage:
            click.echo(f"{source}: {image.damage}", err=True)
        pdf = render_page(image, found, image_options(chosen))
    with atomic_file(output) as file:
        file.write(pdf)


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
    _keep_others(output, force)
    bookmarks = []
    count = 0
    for path in pages:
        bookmarks.append(Bookmark(printable(path.stem), count))
        count += page_count(path)
    merge_pages(pages, output, metadata(chosen), bookmarks)


def _keep_others(pdf: Path, force: bool) -> None:
    """Sees that a PDF of another program is not replaced.

    Raises:
        OutputError: It would be.
    """
    if not force and pdf.exists() and read_provenance(pdf) is None:
        raise OutputError(in_the_way(pdf, NOT_OURS))


def _keep_corrected(text: Path, force: bool) -> None:
    """Sees that a text that a person has corrected, or another file, is not replaced.

    Raises:
        OutputError: It would be.
    """
    try:
        untouched = force or read_text(text)[1] is not None
    except FileNotFoundError:
        return
    except CorrectionError:
        untouched = False
    if not untouched:
        why = "was corrected since it was made, or is no text of a page"
        raise OutputError(in_the_way(text, why))


def _source(scan: Path, page: int | None) -> PageSource:
    """The page that is meant.

    Raises:
        UsageError: The scan has several and none is named, or not that one.
    """
    sources = list(page_sources(scan))
    name = printable(str(scan))
    if page is None and len(sources) > 1:
        raise UsageError(f"{name} has {len(sources)} pages; choose one with --page")
    if page is not None and page > len(sources):
        raise UsageError(f"{name} has {len(sources)} pages, and no page {page}")
    return sources[(page or 1) - 1]

"""The stages by themselves: ocr, render, merge."""

from __future__ import annotations

from dataclasses import replace
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
from ..ocr.registry import choose_engine
from ..pdf.inspection import page_count
from ..render import render_page
from ..store.atomic import atomic_file
from ..store.corrections import read_text, write_text
from ..store.provenance import NOT_OURS, in_the_way, read_provenance
from ..workers.job import PageJob
from ..workers.machine import share
from ..workers.page_text import read_page
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
        help="File to write.",
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
    _keep_corrected(output, force)
    source = _source(scan, page)
    engine = choose_engine(values["engine"], ocr_options(values))
    one_page = share(engine, jobs=1)
    job = PageJob(source, load_options(values), engine=replace(engine, threads=one_page.threads))
    read = read_page(job)
    if read.damage:
        click.echo(f"{source}: {read.damage}", err=True)
    write_text(output, read.text)


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
        pdf = render_page(image, found, image_options(values))
    with atomic_file(output) as file:
        file.write(pdf)


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
    _keep_others(output, force)
    bookmarks = []
    count = 0
    for path in pages:
        bookmarks.append(Bookmark(printable(path.stem), count))
        count += page_count(path)
    merge_pages(pages, output, metadata(values), bookmarks)


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

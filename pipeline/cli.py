"""The command: each sub-command builds options, calls one function, and shows what it says."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import click

from .characters import printable
from .cli_options import PATH, engine_options, load_options, ocr_options, with_ocr_options
from .console import Watcher, show_engines
from .errors import OcrError, ScanError, UsageError
from .find import find_documents
from .load import page_sources
from .ocr import choose_engine, engine_statuses
from .options import (
    ConvertOptions,
    EngineOptions,
    Metadata,
    cpu_count,
)
from .plan import what_exists
from .report import EXIT_NOTHING_READABLE, EXIT_PAGES_FAILED, Report
from .run import convert
from .text import read_texts
from .version import __version__

EPILOG = """\b
Exit codes:
  0    all pages done
  2    wrong usage
  3    no scan found, or none could be read
  4    engine missing, or it does not read the language
  5    an output cannot be written
  10   finished, but some pages failed (they are named, and marked in the PDF)
  130  interrupted; finished PDFs are kept, run again to go on
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(__version__, prog_name="searchable-pdf")
def cli() -> None:
    """Turns folders of scans into searchable PDFs.

    Every page is its own scan, unchanged, under invisible text that lies on the print.
    """


@cli.command("convert", epilog=EPILOG)
@click.argument("inputs", nargs=-1, required=True, type=PATH, metavar="INPUT...")
@click.option(
    "-o",
    "--output",
    required=True,
    type=PATH,
    metavar="OUT",
    help="Folder for the PDFs, or X.pdf for one PDF of everything.",
)
@click.option("--per-file", is_flag=True, help="Make a PDF of each file, not of each folder.")
@with_ocr_options
@click.option("--title", metavar="TEXT", default="", help="Title  [default: the document's name]")
@click.option("--author", metavar="TEXT", default="", help="Author")
@click.option("--subject", metavar="TEXT", default="", help="Subject")
@click.option("--keywords", metavar="TEXT", default="", help="Keywords, separated by commas")
@click.option("--sidecar", is_flag=True, help="Write the text beside each PDF, as X.txt.")
@click.option("-n", "--no-overwrite", is_flag=True, help="Skip documents whose PDF exists.")
@click.option(
    "--update", is_flag=True, help="Skip documents whose PDF is newer than their scans and folder."
)
@click.option("--force", is_flag=True, help="Overwrite PDFs that this program did not make, too.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be made from what.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
@click.option("--no-progress-bar", is_flag=True, help="Draw no progress bar.")
def convert_command(
    inputs: tuple[Path, ...],
    output: Path,
    no_overwrite: bool,
    update: bool,
    force: bool,
    dry_run: bool,
    quiet: bool,
    verbose: bool,
    no_progress_bar: bool,
    **chosen: Any,
) -> None:
    """Make searchable PDFs from scans.

    INPUT is a folder or an image. Each folder that holds scans becomes one PDF named after it,
    sub-folders are mirrored below OUT, an image given by name becomes a PDF of its own. Reads
    TIFF (also of several pages), JPEG, PNG, BMP, GIF, WebP, JPEG 2000 and PNM.

    \b
    searchable-pdf convert scans/ -o pdfs/
    searchable-pdf convert letter1.png letter2.png -o letters.pdf
    """  # noqa: D301 (click wants the control character)
    if no_overwrite + update + force > 1:
        raise UsageError("--no-overwrite, --update and --force exclude each other; choose one")
    existing: Literal["replace", "keep", "update", "force"] = "replace"
    if no_overwrite:
        existing = "keep"
    elif update:
        existing = "update"
    elif force:
        existing = "force"
    options = ConvertOptions(
        load=load_options(chosen),
        ocr=ocr_options(chosen),
        metadata=Metadata(*(chosen[key] for key in ("title", "author", "subject", "keywords"))),
        per_file=chosen["per_file"],
        existing=existing,
        sidecar=chosen["sidecar"],
        jobs=chosen["jobs"] or cpu_count(),
    )
    if dry_run:
        sys.exit(_dry_run(inputs, output, options, chosen["engine"]))
    started = time.monotonic()
    with Watcher(quiet=quiet, verbose=verbose, progress=not no_progress_bar) as watcher:
        run = convert(inputs, output, options, engine=chosen["engine"], notify=watcher.watch)
        report = asyncio.run(run)
    for problem in report.problems:
        watcher.say(str(problem), style="red")
    watcher.sum_up(report, output, time.monotonic() - started)
    sys.exit(report.exit_code)


@cli.command("text", epilog=EPILOG)
@click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILE...")
@with_ocr_options
def text_command(files: tuple[Path, ...], verbose: bool, **chosen: Any) -> None:
    """Print the text of scans.

    The texts of several files stand under headings. A file that fails is named on stderr, and
    the others are still read.

    \b
    searchable-pdf text letter.png
    searchable-pdf text -l deu *.tif
    """  # noqa: D301 (click wants the control character)
    sys.exit(asyncio.run(_print_texts(files, chosen)))


@cli.command("engines", epilog=EPILOG)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the languages of each.")
@click.option("--tessdata-dir", type=PATH, metavar="DIR", help="Folder of Tesseract's data.")
@click.option("--aspose-license", type=PATH, metavar="FILE", help="Aspose's licence.")
def engines_command(as_json: bool, tessdata_dir: Path | None, aspose_license: Path | None) -> None:
    """List the engines: which can be used here, or what mends it, and what they read."""
    options = EngineOptions(tessdata_dir=tessdata_dir, aspose_license=aspose_license)
    statuses = engine_statuses(options)
    if as_json:
        click.echo(json.dumps([asdict(status) for status in statuses], indent=2))
    else:
        show_engines(statuses)


async def _print_texts(files: tuple[Path, ...], chosen: dict[str, Any]) -> int:
    """Prints each text as soon as those before it are printed; the exit code."""
    readable, failed = 0, 0
    texts = read_texts(
        files,
        chosen["language"],
        engine=chosen["engine"],
        engine_options=engine_options(chosen),
        max_side_px=chosen["max_side"],
        load=load_options(chosen),
        jobs=chosen["jobs"],
        remark=lambda note: click.echo(note, err=True),
    )
    index = 0
    async for text in texts:
        if len(files) > 1:
            click.echo(f"--- Result for {printable(str(files[index]))} ---")
        index += 1
        if isinstance(text, OcrError):
            failed += 1
            readable += not isinstance(text, ScanError)
            click.echo(str(text), err=True)
        else:
            readable += 1
            click.echo(text)
    if not failed:
        return 0
    return EXIT_PAGES_FAILED if readable else EXIT_NOTHING_READABLE


def _dry_run(inputs: tuple[Path, ...], output: Path, options: ConvertOptions, engine: str) -> int:
    """Tells what `convert` would do; the exit code it would begin with."""
    choose_engine(engine, options.ocr)
    report = Report()
    passed_over: list[Path] = []
    for document in find_documents(
        inputs,
        output,
        per_file=options.per_file,
        complain=report.problems.append,
        pass_over=passed_over.append,
    ):
        existing = what_exists(document, options)
        click.echo(f"{printable(str(document.output))}{f': {existing[1]}' if existing else ''}")
        if existing:
            continue
        for path in document.scans:
            frames = sum(1 for _ in page_sources(path))
            pages = f" ({frames} pages)" if frames != 1 else ""
            click.echo(f"    {printable(str(path))}{pages}")
    for path in passed_over:
        click.echo(f"passed over: {printable(str(path))}")
    for problem in report.problems:
        click.echo(str(problem), err=True)
    return report.exit_code

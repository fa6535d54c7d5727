"""The command `convert`."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

import click

from ..load.find import find_documents, is_pdf_name
from ..load.scan import page_sources
from ..model.characters import printable
from ..model.errors import OutputError, UsageError
from ..model.events import Event
from ..model.options import ConvertOptions, Existing, OutputType, StoreOptions
from ..ocr.registry import choose_engine
from ..run.convert import convert
from ..run.existing import what_exists
from ..run.plan import is_asked_for
from ..run.report import Report
from ..run.report_file import ReportFile, documents_to_retry
from ..store.corrections import text_file
from .cluster import CLUSTER, cluster_options
from .console import Watcher
from .help import Command, Section, add_options, option
from .options import (
    CACHE_DIR,
    PATH,
    PICTURES,
    ROTATE_PAGES,
    WORKERS,
    description_options,
    image_options,
    load_options,
    metadata,
    ocr_options,
    timeout_of,
    with_ocr_options,
)

FILES = (
    option(
        "-o",
        "--output",
        required=True,
        type=PATH,
        metavar="OUT",
        section=Section.FILES,
        common=True,
        help="Folder for the PDFs. If the name ends in .pdf: one PDF of all scans.",
    ),
    option(
        "--per-file",
        is_flag=True,
        section=Section.FILES,
        common=True,
        help="Make one PDF of each file, not of each folder.",
    ),
    option(
        "--output-type",
        type=click.Choice(get_args(OutputType)),
        metavar="TYPE",
        default=ConvertOptions().output_type,
        show_default=True,
        section=Section.FILES,
        help="pdfa: PDF/A-2u, for archives; pictures that do not fit it are converted."
        " auto: PDF/A-2u if all pictures fit it as they are, otherwise PDF. pdf: never PDF/A.",
    ),
    option(
        "--verify/--no-verify",
        default=ConvertOptions().verify,
        show_default=True,
        section=Section.FILES,
        help="Before a PDF is put in its place, open it and compare it with its scans and texts.",
    ),
)
EXISTING = (
    option(
        "-n",
        "--no-overwrite",
        is_flag=True,
        section=Section.EXISTING,
        common=True,
        help="Do not touch PDFs that exist already.",
    ),
    option(
        "--update",
        is_flag=True,
        section=Section.EXISTING,
        help="Make a PDF again only if a scan has a later file date. This is faster: scans are"
        " not opened to see whether they have changed.",
    ),
    option(
        "--force",
        is_flag=True,
        section=Section.EXISTING,
        common=True,
        help="Make all PDFs again, and also replace PDFs that other programs made.",
    ),
    option(
        "--retry-failed",
        type=PATH,
        metavar="FILE",
        section=Section.EXISTING,
        help="Make only the PDFs that failed in an earlier run, or that have failed pages. FILE"
        " is the report of that run (see --report).",
    ),
    option(
        "--strict",
        is_flag=True,
        section=Section.EXISTING,
        help="Write no PDF in which a page has failed.",
    ),
)
TEXTS = (
    option(
        "--sidecar",
        is_flag=True,
        section=Section.TEXTS,
        common=True,
        help="Also write the text of each PDF, to a .txt file beside it.",
    ),
    option(
        "--text-dir",
        type=PATH,
        metavar="DIR",
        section=Section.TEXTS,
        help="Write the text of each page to a JSON file in DIR. If you correct such a file, the"
        " next run takes its text.",
    ),
    CACHE_DIR,
    option(
        "--no-cache",
        is_flag=True,
        section=Section.TEXTS,
        help="Keep no texts, and use none that were kept.",
    ),
)
MESSAGES = (
    option(
        "--dry-run",
        is_flag=True,
        section=Section.MESSAGES,
        common=True,
        help="Only show which PDFs would be made, and of which scans.",
    ),
    option(
        "--report",
        type=PATH,
        metavar="FILE",
        section=Section.MESSAGES,
        common=True,
        help="Write what happened to each page to FILE, as JSON.",
    ),
    option(
        "--low-confidence",
        type=click.FloatRange(0, 1),
        metavar="N",
        section=Section.MESSAGES,
        help="At the end, list the pages to look at: without text, or with words of which the"
        " engine is less sure than N, between 0 and 1.",
    ),
    option(
        "-q",
        "--quiet",
        is_flag=True,
        section=Section.MESSAGES,
        common=True,
        help="Show only what went wrong.",
    ),
    option(
        "--no-progress-bar",
        is_flag=True,
        section=Section.MESSAGES,
        help="Do not show how far the run is.",
    ),
)


@click.command("convert", cls=Command, options_metavar="-o OUT [OPTIONS]")
@click.argument("inputs", nargs=-1, required=True, type=PATH, metavar="INPUT...")
@add_options(
    *FILES,
    *TEXTS,
    *EXISTING,
    *PICTURES,
    ROTATE_PAGES,
    *description_options("the name of the folder or file"),
)
@add_options(*WORKERS, *MESSAGES, *CLUSTER)
@with_ocr_options
def convert_command(inputs: tuple[Path, ...], output: Path, **values: Any) -> None:
    """Make searchable PDFs from scans.

    INPUT is a folder or an image file: TIFF, JPEG, PNG, BMP, GIF, WebP, JPEG 2000, PNM, AVIF.
    Each folder that holds scans becomes one PDF with the name of the folder. OUT gets the same
    sub-folders. An image file that you name becomes a PDF of its own.

    If a run was interrupted, start the same command again. It does only what is missing.

    \b
    Examples:
      searchable-pdf convert scans/ -o pdfs/
      searchable-pdf convert letter1.png letter2.png -o letters.pdf
    """  # noqa: D301 (click wants the control character)
    options = _options(values)
    if values["dry_run"]:
        sys.exit(_dry_run(inputs, output, options, values["engine"]))
    started = time.monotonic()
    with ExitStack() as closing:
        watcher = closing.enter_context(
            Watcher(
                quiet=values["quiet"],
                verbose=values["verbose"],
                progress=not values["no_progress_bar"],
                low_confidence=values["low_confidence"],
            )
        )
        record = None
        if values["report"]:
            asked = {"inputs": inputs, "output": output, "options": asdict(options)}
            record = closing.enter_context(ReportFile(values["report"], asked))

        def watch(event: Event) -> None:
            watcher.watch(event)
            if record is not None:
                record.watch(event)

        run = convert(inputs, output, options, engine=values["engine"], notify=watch)
        report = asyncio.run(run)
        if record is not None:
            record.finish(report, time.monotonic() - started)
    for problem in report.problems:
        watcher.say(str(problem), style="red")
    watcher.sum_up(report, output, time.monotonic() - started)
    sys.exit(report.exit_code)


def _options(values: dict[str, Any]) -> ConvertOptions:
    ways: tuple[Existing, ...] = ("keep", "update", "force")
    given = [
        way
        for way, flag in zip(ways, ("no_overwrite", "update", "force"), strict=True)
        if values[flag]
    ]
    if len(given) > 1:
        raise UsageError("--no-overwrite, --update and --force exclude each other; choose one")
    store = StoreOptions()
    if values["cache_dir"]:
        store = replace(store, folder=values["cache_dir"])
    retry = values["retry_failed"]
    return ConvertOptions(
        load=load_options(values),
        ocr=ocr_options(values),
        images=image_options(values),
        metadata=metadata(values),
        per_file=values["per_file"],
        existing=given[0] if given else "replace",
        output_type=values["output_type"],
        verify=values["verify"],
        sidecar=values["sidecar"],
        strict=values["strict"],
        jobs=values["jobs"],
        workers="processes",
        timeout_s=timeout_of(values),
        cluster=cluster_options(values),
        store=None if values["no_cache"] else store,
        text_dir=values["text_dir"],
        retry=documents_to_retry(retry) if retry else None,
        verbose=values["verbose"],
    )


def _dry_run(inputs: tuple[Path, ...], output: Path, options: ConvertOptions, engine: str) -> int:
    """Tells what `convert` would do; the exit code it would begin with."""
    choose_engine(engine, options.ocr)
    report = Report()
    passed_over: list[Path] = []
    root = output.parent if is_pdf_name(output) else output
    for document in find_documents(
        inputs,
        output,
        per_file=options.per_file,
        complain=report.problems.append,
        pass_over=passed_over.append,
    ):
        if not is_asked_for(document, options):
            continue
        place = partial(text_file, options.text_dir or Path(), document, root)
        try:
            # Whether the scans have changed is only found out by reading them.
            existing = what_exists(document, options, lambda: "", place)
        except OutputError as error:
            report.problems.append(error)
            continue
        why = f": {existing.message}" if existing else ""
        click.echo(f"{printable(str(document.output))}{why}")
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

"""The command `convert`."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from ..load.find import find_documents, is_pdf_name
from ..load.scan import page_sources
from ..model.characters import printable
from ..model.errors import OutputError, UsageError
from ..model.events import Event
from ..model.options import ConvertOptions, Existing, StoreOptions
from ..ocr.registry import choose_engine
from ..store.corrections import text_file
from .cluster import CLUSTER, cluster_options
from .options import (
    CACHE_DIR,
    DESCRIPTION,
    EPILOG,
    PATH,
    PICTURES,
    ROTATE_PAGES,
    WORKERS,
    add_options,
    image_options,
    load_options,
    metadata,
    ocr_options,
    timeout_of,
    with_ocr_options,
)

OUTPUT = (
    click.option(
        "-o",
        "--output",
        required=True,
        type=PATH,
        metavar="OUT",
        help="Folder for the PDFs, or X.pdf for one PDF of everything.",
    ),
    click.option("--per-file", is_flag=True, help="Make a PDF of each file, not of each folder."),
)
KIND = (
    click.option(
        "--output-type",
        type=click.Choice(("auto", "pdf", "pdfa")),
        default="auto",
        show_default=True,
        help="auto: PDF/A-2u where no picture must be converted for it. pdfa: convert those.",
    ),
    click.option(
        "--verify/--no-verify",
        default=True,
        show_default=True,
        help="Read each PDF again before it is put in its place, and compare.",
    ),
)
EXISTING = (
    click.option("-n", "--no-overwrite", is_flag=True, help="Skip documents whose PDF exists."),
    click.option(
        "--update",
        is_flag=True,
        help="Skip documents whose PDF is newer than their scans, without reading these.",
    ),
    click.option(
        "--force", is_flag=True, help="Make all PDFs anew, and replace those of other programs."
    ),
    click.option(
        "--retry-failed",
        type=PATH,
        metavar="FILE",
        help="Make only the documents of this report that failed, or in which pages did.",
    ),
    click.option("--strict", is_flag=True, help="Write no document in which a page has failed."),
)
TEXTS = (
    click.option("--sidecar", is_flag=True, help="Write the text beside each PDF, as X.txt."),
    click.option(
        "--text-dir",
        type=PATH,
        metavar="DIR",
        help="Write the text of each page there as JSON, and take those that were corrected.",
    ),
    CACHE_DIR,
    click.option("--no-cache", is_flag=True, help="Keep no texts, and take none that were kept."),
)
REPORTS = (
    click.option("--report", type=PATH, metavar="FILE", help="Write what happened as JSON."),
    click.option(
        "--low-confidence",
        type=click.FloatRange(0, 1),
        metavar="N",
        help="List pages to look at: less sure than this, or without text.",
    ),
    click.option("--dry-run", is_flag=True, help="Only tell what would be made from what."),
    click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong."),
    click.option("--no-progress-bar", is_flag=True, help="Show no progress."),
)


@click.command("convert", epilog=EPILOG)
@click.argument("inputs", nargs=-1, required=True, type=PATH, metavar="INPUT...")
@add_options(*OUTPUT)
@with_ocr_options
@add_options(*PICTURES, ROTATE_PAGES, *WORKERS, *CLUSTER, *KIND)
@add_options(*DESCRIPTION, *TEXTS, *EXISTING, *REPORTS)
def convert_command(inputs: tuple[Path, ...], output: Path, **chosen: Any) -> None:
    """Make searchable PDFs from scans.

    INPUT is a folder or an image. Each folder that holds scans becomes one PDF named after it,
    sub-folders are mirrored below OUT, an image given by name becomes a PDF of its own. Reads
    TIFF (also of several pages), JPEG, PNG, BMP, GIF, WebP, JPEG 2000 and PNM.

    Run the same command again after an interruption: only what is missing is done.

    \b
    searchable-pdf convert scans/ -o pdfs/
    searchable-pdf convert letter1.png letter2.png -o letters.pdf
    """  # noqa: D301 (click wants the control character)
    # These take a second to import, and are not needed to show the help.
    from ..run.convert import convert
    from ..run.report_file import ReportFile
    from .console import Watcher

    options = _options(chosen)
    if chosen["dry_run"]:
        sys.exit(_dry_run(inputs, output, options, chosen["engine"]))
    started = time.monotonic()
    with ExitStack() as closing:
        watcher = closing.enter_context(
            Watcher(
                quiet=chosen["quiet"],
                verbose=chosen["verbose"],
                progress=not chosen["no_progress_bar"],
                low_confidence=chosen["low_confidence"],
            )
        )
        record = None
        if chosen["report"]:
            asked = {"inputs": inputs, "output": output, "options": asdict(options)}
            record = closing.enter_context(ReportFile(chosen["report"], asked))

        def watch(event: Event) -> None:
            watcher.watch(event)
            if record is not None:
                record.watch(event)

        run = convert(inputs, output, options, engine=chosen["engine"], notify=watch)
        report = asyncio.run(run)
        if record is not None:
            record.finish(report, time.monotonic() - started)
    for problem in report.problems:
        watcher.say(str(problem), style="red")
    watcher.sum_up(report, output, time.monotonic() - started)
    sys.exit(report.exit_code)


def _options(chosen: dict[str, Any]) -> ConvertOptions:
    from ..run.report_file import documents_to_retry

    ways: tuple[Existing, ...] = ("keep", "update", "force")
    given = [
        way
        for way, flag in zip(ways, ("no_overwrite", "update", "force"), strict=True)
        if chosen[flag]
    ]
    if len(given) > 1:
        raise UsageError("--no-overwrite, --update and --force exclude each other; choose one")
    store = StoreOptions()
    if chosen["cache_dir"]:
        store = replace(store, folder=chosen["cache_dir"])
    retry = chosen["retry_failed"]
    return ConvertOptions(
        load=load_options(chosen),
        ocr=ocr_options(chosen),
        images=image_options(chosen),
        metadata=metadata(chosen),
        per_file=chosen["per_file"],
        existing=given[0] if given else "replace",
        output_type=chosen["output_type"],
        verify=chosen["verify"],
        sidecar=chosen["sidecar"],
        strict=chosen["strict"],
        jobs=chosen["jobs"],
        workers="processes",
        timeout_s=timeout_of(chosen),
        cluster=cluster_options(chosen),
        store=None if chosen["no_cache"] else store,
        text_dir=chosen["text_dir"],
        retry=documents_to_retry(retry) if retry else None,
        verbose=chosen["verbose"],
    )


def _dry_run(inputs: tuple[Path, ...], output: Path, options: ConvertOptions, engine: str) -> int:
    """Tells what `convert` would do; the exit code it would begin with."""
    from ..run.existing import what_exists
    from ..run.plan import is_asked_for
    from ..run.report import Report

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

"""The command `convert`."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..model.characters import printable
from ..model.errors import UsageError
from ..model.events import Event, ScansGone
from ..model.options import ConvertOptions
from .convert_options import convert_options, with_convert_options
from .help import Command
from .options import PATH

if TYPE_CHECKING:
    from .streams import Streams

DONE = {"make": "made", "replace": "replaced", "keep": "kept", "refuse": "not written"}
"""What would be done to a PDF, in words."""


@click.command("convert", cls=Command, options_metavar="-o OUT [OPTIONS]")
@click.argument("inputs", nargs=-1, required=True, type=PATH, metavar="INPUT...")
@with_convert_options
def convert_command(inputs: tuple[Path, ...], output: Path, **values: Any) -> None:
    """Make searchable PDFs from scans.

    INPUT is a folder or an image file: TIFF, JPEG, PNG, BMP, GIF, WebP, JPEG 2000, PNM, AVIF.
    Each folder that holds scans becomes one PDF with the name of the folder. OUT gets the same
    sub-folders. An image file that you name becomes a PDF of its own. - is a scan from stdin.

    If a run was interrupted, start the same command again. It does only what is missing.

    \b
    Examples:
      searchable-pdf convert scans/ -o pdfs/
      searchable-pdf convert letter1.png letter2.png -o letters.pdf
    """  # noqa: D301 (click wants the control character)
    from ..run.convert import convert  # this takes half a second, so --help goes without
    from ..run.report_file import ReportFile
    from .console import Watcher
    from .streams import Streams

    options = convert_options(values)
    started = time.monotonic()
    with ExitStack() as closing:
        streams = closing.enter_context(Streams())
        pdf = streams.pdf(inputs, output)
        _check_streams(streams, inputs, values)
        if values["dry_run"]:
            sys.exit(_dry_run(inputs, output, options, values["engine"]))
        scans = streams.scans(inputs)
        watcher = closing.enter_context(
            Watcher(
                quiet=values["quiet"],
                verbose=values["verbose"],
                progress=not values["no_progress_bar"],
                low_confidence=values["low_confidence"],
                named=streams.named,
            )
        )
        report_file = None
        if values["report"]:
            # The files that stand for streams: they are named as what they stand for.
            request = {"inputs": scans, "output": pdf, "options": asdict(options)}
            report_file = closing.enter_context(
                ReportFile(values["report"], request, streams.named)
            )

        def watch(event: Event) -> None:
            watcher.watch(event)
            if report_file is not None:
                report_file.watch(event)

        others = [values["report"]] if values["report"] else []
        run = convert(scans, pdf, options, engine=values["engine"], notify=watch, others=others)
        report = asyncio.run(run)
        streams.send()
        if report_file is not None:
            report_file.finish(report)
    for problem in report.problems:
        watcher.say(str(problem), style="red")
    watcher.sum_up(report, pdf, time.monotonic() - started)
    sys.exit(report.exit_code)


def _check_streams(streams: Streams, inputs: tuple[Path, ...], values: dict[str, Any]) -> None:
    """Sees that the options go with stdin and stdout.

    Raises:
        UsageError: One does not.
    """
    from ..store.target import is_stream

    if values["dry_run"] and (streams.writes or Path("-") in inputs):
        raise UsageError("--dry-run shows nothing of a PDF from stdin or to stdout; leave it out")
    if not streams.writes:
        return
    if values["sidecar"]:
        raise UsageError(
            "--sidecar puts the text beside the PDF, and stdout has no place; name the PDF with -o"
            " X.pdf, or use the command text"
        )
    if values["accept_failed"]:
        raise UsageError(
            "--accept-failed is remembered with the PDF, and stdout has no place; name the PDF with"
            " -o X.pdf, or leave it out"
        )
    if values["report"] and is_stream(values["report"]):
        raise UsageError("--report and the PDF cannot both go to a stream; give --report a file")


def _dry_run(inputs: tuple[Path, ...], output: Path, options: ConvertOptions, engine: str) -> int:
    """Shows what `convert` would do; the exit code it would begin with."""
    from ..run.preview import Preview

    preview = Preview(inputs, output, options, engine)
    counts: Counter[str] = Counter()
    for entry in preview:
        if isinstance(entry, Path):
            click.echo(f"passed over: {printable(str(entry))}")
            continue
        if isinstance(entry, ScansGone):
            removed = "would be removed, as its scans are gone"
            kept = f"its scans are gone; {entry.why or '--prune removes it'}"
            click.echo(f"{printable(str(entry.pdf))}: {removed if entry.removed else kept}")
            counts["removed"] += entry.removed
            continue
        counts[DONE[entry.action]] += 1
        if entry.action == "refuse":
            click.echo(entry.why, err=True)
            continue
        why = f": would be {DONE[entry.action]} ({entry.why})" if entry.why else ""
        click.echo(f"{printable(str(entry.document.output))}{why}")
        for path, pages in zip(entry.document.scans, entry.pages, strict=False):
            count = f" ({pages} pages)" if pages != 1 else ""
            click.echo(f"    {printable(str(path))}{count}")
    for problem in preview.report.problems:
        click.echo(str(problem), err=True)
    parts = [f"{counts[done]:,} {done}" for done in (*DONE.values(), "removed") if counts[done]]
    if parts:
        click.echo(f"PDFs: {', '.join(parts)} (nothing was done, because of --dry-run)", err=True)
    return preview.report.exit_code

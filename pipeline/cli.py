"""The command: each sub-command builds options, calls one function, and shows what it says."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from .choice import engine_statuses
from .cli_convert import convert_command
from .cli_options import CACHE_DIR, EPILOG, PATH, parse_size
from .cli_stages import merge_command, ocr_command, render_command, text_command
from .options import EngineOptions, StoreOptions
from .store import Store
from .tables import human_size, show_engines, show_inspection
from .version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(__version__, prog_name="searchable-pdf")
def cli() -> None:
    """Turns folders of scans into searchable PDFs.

    Every page is its own scan, unchanged, under invisible text that lies on the print.
    """


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


@cli.command("check", epilog=EPILOG)
@click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILE.pdf...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of the files.")
def check_command(files: tuple[Path, ...], as_json: bool) -> None:
    """Tell whether PDFs are searchable, page by page: words, fonts, pictures, PDF/A."""
    from .inspection import inspect

    found = [inspect(path) for path in files]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=1, default=str))
    else:
        for each in found:
            show_inspection(each)


@cli.group("cache", invoke_without_command=True, epilog=EPILOG)
@CACHE_DIR
@click.pass_context
def cache_group(context: click.Context, cache_dir: Path | None) -> None:
    """Show what is kept of finished pages: their texts, so that none is recognised twice."""
    context.obj = StoreOptions(cache_dir).folder if cache_dir else StoreOptions().folder
    if context.invoked_subcommand is None:
        usage = Store(context.obj).usage()
        click.echo(f"{context.obj}: {usage.entries:,} pages, {human_size(usage.size)}")


@cache_group.command("prune", epilog=EPILOG)
@click.option(
    "--max-size",
    metavar="SIZE",
    default=f"{StoreOptions().max_bytes // 1_000_000_000}GB",
    show_default=True,
    callback=lambda context, option, value: parse_size(value),
    help="What may stay, such as 500MB or 0.",
)
@click.pass_obj
def prune_command(folder: Path, max_size: int) -> None:
    """Drop the texts that were used longest ago."""
    dropped = Store(folder).prune(max_size)
    left = Store(folder).usage()
    click.echo(
        f"{dropped.entries:,} pages dropped, {human_size(dropped.size)};"
        f" {left.entries:,} left, {human_size(left.size)}"
    )


for command in (convert_command, text_command, ocr_command, render_command, merge_command):
    cli.add_command(command)

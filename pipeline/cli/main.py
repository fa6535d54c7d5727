"""The command: each sub-command builds options, calls one function, and shows what it says."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import click

from ..model.options import StoreOptions
from ..model.version import __version__
from ..store.texts import Store
from .options import CACHE_DIR, EPILOG, PATH, parse_size

ELSEWHERE = {
    "convert": "convert",
    "engines": "engines",
    "merge": "stages",
    "ocr": "stages",
    "render": "stages",
    "text": "text",
}
"""Modules of commands, imported when one is called: some bring half a second of imports."""


class Commands(click.Group):
    """The commands of this module, and those `ELSEWHERE`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return sorted((*super().list_commands(ctx), *ELSEWHERE))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None if there is none."""
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module = import_module(f".{ELSEWHERE[cmd_name]}", __package__)
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(__version__, prog_name="searchable-pdf")
def cli() -> None:
    """Turns folders of scans into searchable PDFs.

    Every page is its own scan, unchanged, under invisible text that lies on the print.
    """


@cli.command("check", epilog=EPILOG)
@click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILE.pdf...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of the files.")
def check_command(files: tuple[Path, ...], as_json: bool) -> None:
    """Tell whether PDFs are searchable, page by page: words, fonts, pictures, PDF/A."""
    from ..pdf.inspection import inspect
    from .tables import show_inspection

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
    from .tables import human_size

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
    from .tables import human_size

    dropped = Store(folder).prune(max_size)
    left = Store(folder).usage()
    click.echo(
        f"{dropped.entries:,} pages dropped, {human_size(dropped.size)};"
        f" {left.entries:,} left, {human_size(left.size)}"
    )

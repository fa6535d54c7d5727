"""The command: each sub-command builds options, calls one function, and shows what it says."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import click

from ..model.characters import printable
from ..model.errors import SearchablePdfError, UsageError
from ..model.exit_code import ExitCode
from ..model.options import NO_HOME, StoreOptions
from ..model.version import __version__
from .help import CONTEXT_SETTINGS, Command, Group, Section, option
from .options import CACHE_DIR, PATH, json_option, parse_size
from .verbosity import VERBOSE_ERRORS, Verbosity

COMMANDS = {
    "Commands": {
        "convert": "convert",
        "text": "text",
        "check": "main",
        "engines": "engines",
        "cache": "main",
    },
    "One step at a time": {"ocr": "stages", "render": "stages", "merge": "stages"},
}
"""The commands in the order of the help, by title, each with its module.

A module is imported when its command is called: some bring half a second of imports."""
MODULES = {name: module for commands in COMMANDS.values() for name, module in commands.items()}


class Commands(click.Group):
    """All sub-commands: those of this module, and those of others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of the help."""
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None if there is none."""
        module = MODULES.get(cmd_name, "main")
        if module == "main":
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(
            import_module(f".{module}", __package__), f"{cmd_name}_command"
        )
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the names of the commands, by title, with a line about each."""
        width = max(map(len, MODULES))
        for title, names in COMMANDS.items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(title):
                formatter.write_dl(
                    [
                        (name.ljust(width), command.get_short_help_str(formatter.width))
                        for name, command in commands
                        if command is not None
                    ]
                )

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the exit codes."""
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), code.meaning) for code in ExitCode])


@click.group(cls=Commands, context_settings=CONTEXT_SETTINGS)
@click.version_option(__version__, prog_name="searchable-pdf")
def cli() -> None:
    """Make searchable PDFs from folders of scans.

    Each page of a PDF shows its scan, unchanged. The recognized text lies invisible on the printed
    words, so that it can be searched, selected and copied.

    \b
    Example:
      searchable-pdf convert scans/ -o pdfs/

    'searchable-pdf COMMAND --help' explains a command.
    """  # noqa: D301 (click wants the control character)


@cli.command("check", cls=Command)
@click.argument("files", nargs=-1, required=True, type=PATH, metavar="PDF...")
@json_option("Print JSON: a list with an object for each file.")
@VERBOSE_ERRORS
def check_command(files: tuple[Path, ...], as_json: bool) -> None:
    """Show whether PDFs are searchable.

    PDF is a file, or a folder with PDFs in it or below. The answer is no if a page has no text.

    For each page, a table shows the number of words, the share of the page that is under text, the
    fonts and the pictures. The last line says whether the PDF claims to be PDF/A.
    """
    from ..run.check import check_pdfs
    from .tables import show_inspection

    verbosity = click.get_current_context().find_object(Verbosity)
    codes: set[ExitCode] = set()
    inspections = []
    for found in check_pdfs(files):
        if isinstance(found, SearchablePdfError):
            if verbosity is not None:
                verbosity.trace(found)
            click.echo(str(found), err=True)
            codes.add(found.exit_code)
            continue
        if not all(page.has_text for page in found.pages):
            codes.add(ExitCode.NO)
        if as_json:
            inspections.append(asdict(found))
        else:
            show_inspection(found)
    if as_json:
        click.echo(json.dumps(inspections, indent=1, default=str))
    sys.exit(ExitCode.gravest(codes))


@cli.group("cache", cls=Group, invoke_without_command=True)
@CACHE_DIR
@VERBOSE_ERRORS
@click.pass_context
def cache_group(context: click.Context, cache_dir: Path | None) -> None:
    """Show how many texts are kept, or delete old ones.

    The text of each page is kept, so that no page is recognized twice.
    """
    from ..store.texts import Store
    from .tables import human_size

    context.obj = StoreOptions(cache_dir).folder if cache_dir else StoreOptions().folder
    if context.obj == NO_HOME:
        raise UsageError("this user has no home folder; name the folder of texts with --cache-dir")
    if context.invoked_subcommand is None:
        usage = Store(context.obj).usage()
        click.echo(
            f"{printable(str(context.obj))}: {usage.entries:,} pages, {human_size(usage.size)}"
        )


@cache_group.command("prune", cls=Command)
@option(
    "--max-size",
    metavar="SIZE",
    default=f"{StoreOptions().max_bytes // 1_000_000_000}GB",
    show_default=True,
    section=Section.TEXTS,
    callback=lambda context, option, value: parse_size(value),
    help="Keep at most this much, such as 500MB. 0: keep nothing.",
)
@VERBOSE_ERRORS
@click.pass_obj
def prune_command(folder: Path, max_size: int) -> None:
    """Delete the texts that were used longest ago."""
    from ..store.texts import Store
    from .tables import human_size

    dropped = Store(folder).prune(max_size)
    left = Store(folder).usage()
    click.echo(
        f"{dropped.entries:,} pages dropped, {human_size(dropped.size)};"
        f" {left.entries:,} left, {human_size(left.size)}"
    )

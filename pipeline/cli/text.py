"""The command `text`: prints the text of scans to stdout."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ..model.characters import printable
from ..model.errors import ScanError
from ..model.exit_code import ExitCode
from .help import Command, add_options
from .options import (
    PATH,
    WORKERS,
    engine_options,
    load_options,
    timeout_of,
    with_ocr_options,
)

NOT_READ = "[This page could not be read.]"
"""Stands in the place of a page that failed, between those that did not."""


@click.command("text", cls=Command)
@click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILE...")
@with_ocr_options
@add_options(*WORKERS)
def text_command(files: tuple[Path, ...], **values: Any) -> None:
    """Print the text of scans.

    FILE is an image, or - for stdin. If you name several, their texts stand under headings. A page
    that fails is named on stderr; the other texts are printed all the same.

    \b
    Examples:
      searchable-pdf text letter.png
      searchable-pdf text -l deu *.tif
    """  # noqa: D301 (click wants the control character)
    from .streams import Streams

    with Streams() as streams:
        code = asyncio.run(_print_texts(streams.scans(files), values, streams.named))
    sys.exit(code)


async def _print_texts(
    files: tuple[Path, ...], values: dict[str, Any], named: Callable[[str], str]
) -> int:
    """Prints each text as soon as those before it are printed; the exit code.

    Args:
        files: The scans.
        values: Of the command's options.
        named: Gives what is said with the names that the user knows.
    """
    from ..run.texts import read_texts  # half a second of imports, not needed to show the help

    readable, failed, damaged = 0, 0, 0

    def say(text: str) -> None:
        click.echo(named(text), err=True)

    def say_damage(note: str, missing: float) -> None:
        nonlocal damaged
        damaged += missing > 0
        say(note)

    texts = read_texts(
        files,
        values["language"],
        engine=values["engine"],
        engine_options=engine_options(values),
        max_side_px=values["max_side"],
        load=load_options(values),
        jobs=values["jobs"],
        workers="processes",
        timeout_s=timeout_of(values),
        verbose=values["verbose"],
        sandbox=values["sandbox"],
        remark=say,
        remark_damage=say_damage,
    )
    index = 0
    async for file in texts:
        if len(files) > 1:
            click.echo(f"--- Result for {printable(named(str(files[index])))} ---")
        index += 1
        for error in file.errors:
            failed += 1
            say(str(error))
        readable += not all(isinstance(page, ScanError) for page in file.pages)
        if len(file.errors) < len(file.pages):
            click.echo(file.text(NOT_READ))
    if not failed + damaged:
        return 0
    return ExitCode.PAGES_FAILED if readable else ExitCode.NO_SCANS

"""The command `text`: prints the text of scans to stdout."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from ..model.characters import printable
from ..model.errors import OcrError, ScanError
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


@click.command("text", cls=Command)
@click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILE...")
@with_ocr_options
@add_options(*WORKERS)
def text_command(files: tuple[Path, ...], **values: Any) -> None:
    """Print the text of scans.

    FILE is an image. If you name several, their texts stand under headings. A file that fails is
    named on stderr; the other texts are printed all the same.

    \b
    Examples:
      searchable-pdf text letter.png
      searchable-pdf text -l deu *.tif
    """  # noqa: D301 (click wants the control character)
    sys.exit(asyncio.run(_print_texts(files, values)))


async def _print_texts(files: tuple[Path, ...], values: dict[str, Any]) -> int:
    """Prints each text as soon as those before it are printed; the exit code."""
    from ..run.texts import read_texts  # half a second of imports, not needed to show the help

    readable, failed = 0, 0
    say = partial(click.echo, err=True)
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
        remark=say,
        remark_damage=say,
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
    return ExitCode.PAGES_FAILED if readable else ExitCode.NO_SCANS

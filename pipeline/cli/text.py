"""The command `text`: what stands on scans, on stdout."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from ..model.characters import printable
from ..model.errors import OcrError, ScanError
from ..model.exit_code import ExitCode
from ..run.texts import read_texts
from .options import (
    EPILOG,
    PATH,
    WORKERS,
    add_options,
    engine_options,
    load_options,
    timeout_of,
    with_ocr_options,
)


@click.command("text", epilog=EPILOG)
@click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILE...")
@with_ocr_options
@add_options(*WORKERS)
def text_command(files: tuple[Path, ...], **chosen: Any) -> None:
    """Print the text of scans.

    The texts of several files stand under headings. A file that fails is named on stderr, and
    the others are still read.

    \b
    searchable-pdf text letter.png
    searchable-pdf text -l deu *.tif
    """  # noqa: D301 (click wants the control character)
    sys.exit(asyncio.run(_print_texts(files, chosen)))


def _remark(note: str) -> None:
    click.echo(note, err=True)


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
        workers="processes",
        timeout_s=timeout_of(chosen),
        verbose=chosen["verbose"],
        remark=_remark,
        remark_damage=_remark,
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

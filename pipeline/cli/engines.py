"""The command `engines`: which there are, and what each needs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from ..ocr.registry import engine_statuses
from .help import Command
from .options import engine_options, json_option, with_engine_options
from .verbosity import VERBOSE_ERRORS


@click.command("engines", cls=Command)
@json_option("Print JSON, with the languages of each engine.")
@with_engine_options
@VERBOSE_ERRORS
def engines_command(as_json: bool, **values: Any) -> None:
    """List the engines and the languages that they read.

    For an engine that cannot be used here, the list says why, and what to do about it.
    """
    from .tables import show_engines

    statuses = engine_statuses(engine_options(values))
    if as_json:
        click.echo(json.dumps([asdict(status) for status in statuses], indent=2))
    else:
        show_engines(statuses)

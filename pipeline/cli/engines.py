"""The command `engines`: which there are, and what each needs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from ..ocr.registry import engine_statuses
from .options import EPILOG, engine_options, with_engine_options


@click.command("engines", epilog=EPILOG)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the languages of each.")
@with_engine_options
def engines_command(as_json: bool, **chosen: Any) -> None:
    """List the engines: which can be used here, or what mends it, and what they read."""
    from .tables import show_engines

    statuses = engine_statuses(engine_options(chosen))
    if as_json:
        click.echo(json.dumps([asdict(status) for status in statuses], indent=2))
    else:
        show_engines(statuses)

"""The tree of commands, for tests that look at each of them."""

from __future__ import annotations

from collections.abc import Iterator

import click

from pipeline.cli.main import cli

HELP = ("--help", "--help-all")


def _commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        yield f"{path} {name}".strip(), command
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}".strip())


COMMANDS = dict(_commands(cli, ""))
"""Every command by what a user types after `searchable-pdf`: `convert`, `cache prune`."""


def options_of(command: click.Command) -> list[click.Option]:
    """Its options, without those that show help."""
    return [
        each
        for each in command.params
        if isinstance(each, click.Option) and not set(HELP) & set(each.opts)
    ]

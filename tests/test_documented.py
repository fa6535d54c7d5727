"""docs/command.md explains every command, option and exit code: what fails is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.command_tree import COMMANDS, options_of

from pipeline.model.exit_code import SEVERITY, ExitCode

PAGE = "docs/command.md"
TEXT = (Path(__file__).parents[1] / PAGE).read_text(encoding="utf-8")
PARTS = re.split(r"^##+ `searchable-pdf ([a-z ]+)`$", TEXT, flags=re.MULTILINE)
SECTIONS = dict(zip(PARTS[1::2], PARTS[2::2], strict=True))
"""What stands below the heading of a command, up to that of the next one."""
OPTIONS = [
    f"{command} {name}"
    for command in COMMANDS
    for option in options_of(COMMANDS[command])
    for name in (*option.opts, *option.secondary_opts)
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_a_heading(command: str) -> None:
    assert command in SECTIONS, f"{PAGE}: there is no heading `searchable-pdf {command}`"


@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_is_explained_with_its_command(option: str) -> None:
    command, _, name = option.rpartition(" ")
    names = re.findall(r"`(--?[a-z-]+)`", SECTIONS.get(command, ""))
    assert name in names, f"{PAGE}: `searchable-pdf {command}` does not name `{name}`"


@pytest.mark.parametrize("command", SECTIONS)
def test_what_is_explained_is_there(command: str) -> None:
    assert command in COMMANDS, f"{PAGE}: there is no command {command}"
    known = {
        name for each in COMMANDS[command].params for name in (*each.opts, *each.secondary_opts)
    }
    rows = re.findall(r"^\| (`-[^|]*) \|", SECTIONS[command], re.MULTILINE)
    for name in re.findall(r"`(--?[a-z-]+)`", "".join(rows)):
        assert name in known, f"{PAGE}: {command} has no option {name}"


EXIT_CODES = TEXT.partition("\n## Exit codes\n")[2]


def test_the_exit_codes_are_explained() -> None:
    rows = re.findall(r"^\| (\d+) \| \w", EXIT_CODES, re.MULTILINE)
    assert rows == [str(int(code)) for code in ExitCode], PAGE


def test_the_gravest_exit_code_is_told() -> None:
    order = re.search(r"ends with the first of these: ([^.]+)\.", EXIT_CODES)
    assert order, f"{PAGE}: which of several exit codes is given?"
    faults = [str(int(code)) for code in SEVERITY if code not in (ExitCode.NO, ExitCode.DONE)]
    assert re.findall(r"\d+", order[1]) == faults

"""The help of every command, as a person reads it in a terminal."""

from __future__ import annotations

import re

import click
import pytest
from click.testing import CliRunner
from support.command_tree import COMMANDS, options_of

from pipeline.cli.help import Section
from pipeline.cli.main import cli

LONG = ("convert", "text", "ocr")
"""The commands whose options do not fit a screen."""
ENTRY = re.compile(r"^  (?:  )?(?:  )?(-[^\n]*?)(?:  +(\S[^\n]*))?$")


def shown(name: str, *options: str, columns: int = 80) -> str:
    done = CliRunner().invoke(
        cli, [*name.split(), *options], prog_name="searchable-pdf", terminal_width=columns
    )
    assert done.exit_code == 0, done.output
    return done.output


def sections(text: str) -> dict[str, dict[str, str]]:
    """What stands below each title: the text of each option, by its names."""
    found: dict[str, dict[str, str]] = {}
    entries: dict[str, str] = {}
    for line in text.splitlines():
        if re.match(r"^\S.*:$", line):
            entries = found.setdefault(line[:-1], {})
        elif entry := ENTRY.match(line):
            names = entry[1]
            entries[names] = entry[2] or ""
        elif entries and line.startswith(" " * 10):
            last = list(entries)[-1]
            entries[last] = f"{entries[last]} {line.strip()}".strip()
    return found


def long_names(entries: dict[str, str]) -> list[str]:
    return [name for names in entries for name in re.findall(r"--[a-z-]+", names)]


def names_of(options: list[click.Option]) -> list[str]:
    return [
        name
        for each in options
        for name in (*each.opts, *each.secondary_opts)
        if name.startswith("--")
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_all_options_are_shown_once_with_a_text(name: str) -> None:
    text = shown(name, "--help-all" if name in LONG else "--help")
    listed = [each for entries in sections(text).values() for each in long_names(entries)]
    helps = ["--help", "--help-all"] if name in LONG else ["--help"]
    assert sorted(listed) == sorted(names_of(options_of(COMMANDS[name])) + helps)
    for entries in sections(text).values():
        for names, line in entries.items():
            assert re.match(r"[a-zA-Z].*[.\])]$", line), f"{names}: {line!r} is no sentence"


@pytest.mark.parametrize("columns", (80, 120))
@pytest.mark.parametrize("name", COMMANDS)
def test_no_line_is_wider_than_the_terminal(name: str, columns: int) -> None:
    for option in ("--help", "--help-all") if name in LONG else ("--help",):
        text = shown(name, option, columns=columns)
        assert max(map(len, text.splitlines())) <= columns
        assert "\b" not in text and "\\b" not in text, "a mark for click got through to the user"


@pytest.mark.parametrize("name", LONG)
def test_the_short_help_shows_what_most_people_need(name: str) -> None:
    text = shown(name, "--help")
    (title,) = [each for each in sections(text) if each != "Examples"]
    listed = long_names(sections(text)[title])
    everything = long_names(
        {names: line for part in sections(shown(name, "--help-all")).values()
         for names, line in part.items()}
    )  # fmt: skip
    assert 5 <= len(listed) <= 18
    assert set(listed) < set(everything)
    assert {"--language", "--engine", "--help", "--help-all"} <= set(listed)
    count = len(options_of(COMMANDS[name]))
    assert text.splitlines()[-1] == f"All {count} options: searchable-pdf {name} --help-all"


def test_titles_stand_in_the_order_in_which_people_need_them() -> None:
    titles = [each for each in sections(shown("convert", "--help-all")) if each != "Examples"]
    assert titles == [
        "What goes in and out",
        "Languages and engine",
        "Text beside the PDF",
        "PDFs that exist already",
        "Pictures in the PDF",
        "Description of the PDF",
        "Speed and limits",
        "Reports and messages",
        "Options of single engines",
        "Cluster",
        "Help",
    ]
    assert titles[:-1] == [section.value.title for section in Section]


@pytest.mark.parametrize(
    ("title", "name"),
    (
        ("What goes in and out", "--output"),
        ("Languages and engine", "--language"),
        ("Text beside the PDF", "--sidecar"),
        ("PDFs that exist already", "--force"),
        ("Pictures in the PDF", "--optimize"),
        ("Description of the PDF", "--title"),
        ("Speed and limits", "--jobs"),
        ("Reports and messages", "--report"),
        ("Options of single engines", "--tessdata-dir"),
        ("Cluster", "--cluster"),
    ),
)
def test_an_option_stands_below_its_title(title: str, name: str) -> None:
    assert name in long_names(sections(shown("convert", "--help-all"))[title])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_choice_is_named(name: str) -> None:
    text = shown(name, "--help-all" if name in LONG else "--help", columns=200)
    for option in options_of(COMMANDS[name]):
        if isinstance(option.type, click.Choice):
            line = text.partition(option.opts[-1])[2].partition("\n  -")[0].partition("      --")[0]
            for choice in option.type.choices:
                assert re.search(rf"\b{choice}\b", line), f"{option.opts[-1]}: {choice}"


@pytest.mark.parametrize(
    ("name", "default"),
    (
        ("--output OUT", "required"),
        ("--timeout S", "default: 300"),
        ("--max-image-mpixels N", "default: 250"),
        ("--no-verify", "default: verify"),
        ("--engine NAME", "default: auto"),
        ("--title TEXT", "default: the name of the folder or file"),
    ),
)
def test_defaults_are_in_words(name: str, default: str) -> None:
    entries = {
        names: line
        for part in sections(shown("convert", "--help-all")).values()
        for names, line in part.items()
    }
    (line,) = [line for names, line in entries.items() if names.endswith(name)]
    assert line.endswith(f"  [{default}]") or line.endswith(f" [{default}]")


def test_exit_codes_stand_at_the_top_only() -> None:
    top = shown("", "--help")
    table = top.partition("Exit codes:\n")[2]
    codes = [int(code) for code in re.findall(r"^  (\d+) +[a-z]", table, re.MULTILINE)]
    assert codes == sorted(codes)
    assert {0, 2, 3, 4, 5, 6, 10, 130, 143} <= set(codes)
    for name in COMMANDS:
        lines = [line for line in shown(name, "--help").splitlines() if "xit code" in line]
        assert lines == ["Exit codes: searchable-pdf --help"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_verbose(name: str) -> None:
    """The message for a fault of the program says: run it again with -v."""
    assert "-v" in [each for option in options_of(COMMANDS[name]) for each in option.opts]

"""The help of a command: its options under titles, and at first only those most people need.

click lists the options of a command as one list, in the order of the code. `convert` has more than
forty. Here every `Option` names the `Section` of the help in which it stands. `--help` of a command
with many options shows the common ones only; `--help-all` shows all of them.

Libraries that do this were measured with 45 options: `cloup` makes the help 0.08 s slower,
`rich-click` 0.19 s, and neither has a short help.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any, NamedTuple

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
Row = tuple[str, str]

CONTEXT_SETTINGS: dict[str, Any] = {
    "help_option_names": ["-h", "--help"],
    "max_content_width": 100,  # longer lines are hard to read
}
MANY_OPTIONS = 10
"""A command with more options gets titles, a short help and `--help-all`: the help of ten fits a
terminal of 24 lines, with the usage and what the command does."""
NAMES_WIDTH = 28
"""Longer names of an option stand on a line of their own. Of 80 columns, 48 remain for the text."""
INDENT_WITHOUT_SHORT_NAME = " " * len("-x, ")
SHOW_ALL = "pipeline.cli.help.show_all"
"""Key in `click.Context.meta`: set by `--help-all`."""


class _Section(NamedTuple):
    title: str
    note: str = ""


class Section(Enum):
    """The titles of options, in the order in which people need them; some with a sentence below."""

    FILES = _Section("What goes in and out")
    READING = _Section("Languages and engine")
    TEXTS = _Section("Text beside the PDF")
    EXISTING = _Section(
        "PDFs that exist already",
        "Without these options, a PDF is made again if its scans or options have changed.",
    )
    PICTURES = _Section("Pictures in the PDF")
    DESCRIPTION = _Section("Description of the PDF")
    LIMITS = _Section("Speed and limits")
    MESSAGES = _Section("Reports and messages")
    ENGINES = _Section("Options of single engines")
    CLUSTER = _Section("Cluster", "Other machines make the pages. They run Dask.")


ORDER = {section: number for number, section in enumerate(Section)}


class Option(click.Option):
    """An option that knows where the help shows it.

    Args:
        section: The title under which it stands.
        common: Whether the short help shows it, too.
        unset: What happens without the option, where that is not a plain value.
        metavar: What stands for the value in the help; empty for flags.
        **settings: As for `click.Option`.
    """

    def __init__(
        self,
        *args: Any,
        section: Section,
        common: bool = False,
        unset: str = "",
        metavar: str = "",
        **settings: Any,
    ) -> None:
        super().__init__(*args, metavar=metavar, **settings)
        self.section = section
        self.common = common
        self.unset = unset

    def get_help_record(self, ctx: click.Context) -> Row | None:
        """Its names, and its text with the default at the end, but without ranges of numbers."""
        names = ", ".join(sorted(self.opts, key=len))
        if self.secondary_opts:
            names += " / " + ", ".join(self.secondary_opts)
        if self.metavar:
            names += f" {self.metavar}"
        default = "required" if self.required else self._default_in_words(ctx)
        return names, f"{self.help}  [{default}]" if default else self.help or ""

    def _default_in_words(self, ctx: click.Context) -> str:
        default: Any = self.unset
        if not default and self.show_default:
            default = self.get_default(ctx)
            if self.secondary_opts:
                default = (self.opts if default else self.secondary_opts)[0].lstrip("-")
            elif isinstance(default, float):
                default = f"{default:g}"
        return f"default: {default}" if default else ""


def option(*names: str, section: Section, **settings: Any) -> Decorator:
    """As `click.option`, for an `Option`."""
    return click.option(*names, cls=Option, section=section, **settings)


def add_options(*options: Decorator) -> Decorator:
    """A decorator for commands: several options at once, in this order."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(options):
            function = decorator(function)
        return function

    return decorate


def section_of(parameter: click.Option) -> Section:
    """Where the help shows an option. A plain `click.Option` is one that an engine brings."""
    return parameter.section if isinstance(parameter, Option) else Section.ENGINES


class Command(click.Command):
    """A sub-command; see this module."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        options = [parameter for parameter in self.params if isinstance(parameter, click.Option)]
        self.options = sorted(options, key=lambda option: ORDER[section_of(option)])
        """Without `--help` and `--help-all`, in the order of the help."""
        self.help_all: click.Option | None = None
        if len(options) > MANY_OPTIONS:
            self.help_all = click.Option(
                ["--help-all"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_show_all,
                help="Show all options and exit.",
            )
            self.params.append(self.help_all)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the options: all, or the common ones of many."""
        last = _rows(filter(None, (self.get_help_option(ctx), self.help_all)), ctx)
        if self.help_all is None:
            lists = [(_Section("Options"), _rows(self.options, ctx) + last)]
        elif not ctx.meta.get(SHOW_ALL):
            common = [one for one in self.options if isinstance(one, Option) and one.common]
            lists = [(_Section("Options that most people need"), _rows(common, ctx) + last)]
        else:
            lists = [
                (
                    section.value,
                    _rows([one for one in self.options if section_of(one) is section], ctx),
                )
                for section in Section
            ]
            lists.append((_Section("Help"), last))
        _write_lists(formatter, lists)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes where the exit codes stand, and, last, how to see all options."""
        lines = [_exit_codes_line(ctx)]
        if self.help_all is not None and not ctx.meta.get(SHOW_ALL):
            lines.append(f"All {len(self.options)} options: {ctx.command_path} --help-all")
        _write_lines(formatter, lines)


class Group(click.Group):
    """A sub-command that has sub-commands."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes where the exit codes stand."""
        _write_lines(formatter, [_exit_codes_line(ctx)])


def _show_all(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        context.meta[SHOW_ALL] = True
        click.echo(context.get_help())
        context.exit()


def _exit_codes_line(context: click.Context) -> str:
    return f"Exit codes: {context.find_root().command_path} --help"


def _rows(options: Iterable[click.Option], context: click.Context) -> list[Row]:
    """What the help says of each option; the long names stand below each other."""
    rows = [row for one in options if (row := one.get_help_record(context))]
    return [
        (INDENT_WITHOUT_SHORT_NAME + names if names.startswith("--") else names, text)
        for names, text in rows
    ]


def _write_lists(
    formatter: click.HelpFormatter, lists: Sequence[tuple[_Section, Sequence[Row]]]
) -> None:
    """Writes lists of options below their titles, all with the same two columns."""
    widths = [len(names) for _, rows in lists for names, _ in rows]
    width = max((width for width in widths if width <= NAMES_WIDTH), default=0)
    for section, rows in lists:
        if not rows:
            continue
        with formatter.section(section.title):
            if section.note:
                formatter.write_text(section.note)
                formatter.write_paragraph()
            formatter.write_dl([(names.ljust(width), text) for names, text in rows], width)


def _write_lines(formatter: click.HelpFormatter, lines: Iterable[str]) -> None:
    formatter.write_paragraph()
    for line in lines:
        formatter.write_text(line)

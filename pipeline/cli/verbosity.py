"""The option `-v`, and what it decides before a command begins."""

from __future__ import annotations

import traceback
from typing import Any

import click

from ..workers.process_setup import silence_libraries
from .help import Decorator, Section, option


class Verbosity:
    """Whether the user said `-v`: known as soon as click has parsed the command line.

    The entry point hands one to click as `obj`. Inside another program (a test, say) there is none,
    and that program's stderr stays as it is.

    Attributes:
        verbose: Tracebacks are shown, and what libraries print is let through.
    """

    def __init__(self) -> None:
        self.verbose = False

    def apply(self, verbose: bool) -> None:
        """Takes the user's decision. Without `-v`, libraries are silent from now on."""
        self.verbose = verbose
        if not verbose:
            silence_libraries()

    def trace(self, error: BaseException) -> None:
        """Shows the traceback of an error on stderr, with `-v`."""
        if self.verbose:
            traceback.print_exception(error)


def _apply(context: click.Context, parameter: click.Parameter, verbose: bool) -> bool:
    verbosity = context.find_object(Verbosity)
    if verbosity is not None and not context.resilient_parsing:
        verbosity.apply(verbose)
    return verbose


def verbose_option(help_text: str, **settings: Any) -> Decorator:
    """The option `-v` of a command."""
    return option(
        "-v",
        "--verbose",
        is_flag=True,
        callback=_apply,
        section=Section.MESSAGES,
        common=True,
        help=help_text,
        **settings,
    )


VERBOSE = verbose_option("Say more about each page; show the traceback of an error.")
VERBOSE_ERRORS = verbose_option("Show the traceback of an error.", expose_value=False)
"""For commands that do not need to know: the entry point shows it."""

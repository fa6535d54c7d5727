"""The entry point: turns what was raised into one line on stderr and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from ..model.exit_code import ExitCode

_terminated = False


def main() -> NoReturn:
    """Runs the command."""
    from ..workers.process_setup import open_standard_streams

    open_standard_streams()
    if hasattr(signal, "SIGTERM"):
        signal.signal(signal.SIGTERM, _terminate)
    try:
        code = _run()
    except KeyboardInterrupt:
        code = _interrupted()
    _leave(code)


def _run() -> int:
    import click

    from ..model.characters import printable
    from ..model.errors import SearchablePdfError
    from ..workers.process_setup import set_up_pillow
    from .main import cli
    from .verbosity import Verbosity

    set_up_pillow()
    verbosity = Verbosity()
    try:
        result = cli.main(prog_name="searchable-pdf", standalone_mode=False, obj=verbosity)
        return result if isinstance(result, int) else 0
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else ExitCode.FAULT
    except click.Abort:
        return _interrupted()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:  # `searchable-pdf text ... | head`
        sys.stdout = None
        return 0
    except SearchablePdfError as error:
        verbosity.trace(error)
        click.echo(str(error), err=True)
        return error.exit_code
    except Exception as error:
        verbosity.trace(error)
        click.echo(
            f"searchable-pdf failed: {type(error).__name__}: {printable(str(error))};"
            " this is a fault of the program: run it again with -v and report what it prints",
            err=True,
        )
        return ExitCode.FAULT


def _terminate(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends the run as Ctrl-C does, but for the exit code."""
    global _terminated
    _terminated = True
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as under nohup, and in shell scripts
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)


def _interrupted() -> int:
    how = "Terminated" if _terminated else "Interrupted"
    sys.stderr.write(f"{how}. What is done is kept; run the same command again to go on.\n")
    return ExitCode.TERMINATED if _terminated else ExitCode.INTERRUPTED


def _leave(code: int) -> NoReturn:
    """Ends the process at once: a page still being recognized in a thread is not waited for."""
    from ..store.atomic import discard_leftovers

    discard_leftovers()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            code = code or ExitCode.NOT_WRITABLE
    os._exit(code)

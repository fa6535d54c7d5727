"""The entry point: turns what was raised into one line on stderr and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from typing import NoReturn

EXIT_BUG = 1
EXIT_INTERRUPTED = 130


def main() -> NoReturn:
    """Runs the command."""
    try:
        code = _run()
    except KeyboardInterrupt:
        code = _interrupted()
    _leave(code)


def _run() -> int:
    import click
    from PIL import Image

    from .characters import printable
    from .cli import cli
    from .errors import SearchablePdfError

    # `load_page` has a limit of its own, that a user can set. Pillow's remarks on odd tags are
    # for programmers: what a user must know is in the notes and errors of the pages.
    Image.MAX_IMAGE_PIXELS = None
    if not _is_verbose():
        _silence_libraries()
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    try:
        result = cli.main(prog_name="searchable-pdf", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else EXIT_BUG
    except click.Abort:
        return _interrupted()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:  # `searchable-pdf text ... | head`
        sys.stdout = None
        return 0
    except SearchablePdfError as error:
        _trace()
        click.echo(str(error), err=True)
        return error.exit_code
    except Exception as error:
        _trace()
        click.echo(
            f"searchable-pdf failed: {type(error).__name__}: {printable(str(error))};"
            " this is a fault of the program: run it again with -v and report what it prints",
            err=True,
        )
        return EXIT_BUG


def _is_verbose() -> bool:
    return bool({"-v", "--verbose"} & set(sys.argv))


def _trace() -> None:
    if _is_verbose():
        traceback.print_exc()


def _silence_libraries() -> None:
    """Keeps what C libraries print, such as libtiff on each bad row of a fax, off the terminal."""
    try:
        terminal = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    except OSError:
        return
    sys.stderr = terminal


def _interrupted() -> int:
    sys.stderr.write("Interrupted. Finished PDFs are kept; run the same command again to go on.\n")
    return EXIT_INTERRUPTED


def _leave(code: int) -> NoReturn:
    """Ends the process at once: a page still being recognised in a thread is not waited for."""
    from .atomic import discard_leftovers

    discard_leftovers()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            code = code or EXIT_BUG
    os._exit(code)


if __name__ == "__main__":
    main()

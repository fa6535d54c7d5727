"""`-` among the paths of a command: a scan from stdin, a PDF to stdout.

Pages are made in processes of their own, which open the scan by its name, and more than once. So
what comes in is copied to a temporary file, and the PDF is made in one. Messages say `stdin` and
`stdout` all the same.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from os.path import samestat
from pathlib import Path
from types import TracebackType
from typing import Self

from ..load.find import is_pdf_name
from ..model.characters import printable, reason_of
from ..model.errors import NoScansError, OutputError, SearchablePdfError, UsageError
from ..store.atomic import not_writable
from ..store.spool import Spool, sweep
from ..store.target import is_stream, open_stream

STREAM = Path("-")
"""How users name stdin and stdout. A file of that name is `./-`."""
STDOUT = Path("/dev/stdout")
"""What stages by themselves write to, whose output may be a device (`store.target`)."""
NAME = "scan"
"""What a scan from stdin is called in its PDF: the title, and in the outline."""


class Streams:
    """Files that stand for stdin and stdout. A context manager: at its end they are gone.

    An error that leaves it names the streams, not the files. Where a run is killed, the next that
    needs such files sweeps them away.
    """

    def __init__(self) -> None:
        self._closing = ExitStack()
        self._spool: Spool | None = None
        self._names: dict[str, str] = {}
        self._pdf: Path | None = None
        self._sink: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.close()
        if isinstance(error, SearchablePdfError):
            error.args = tuple(
                self.named(part) if isinstance(part, str) else part for part in error.args
            )

    @property
    def writes(self) -> bool:
        """Whether the PDF goes to a stream."""
        return self._sink is not None

    def named(self, text: str) -> str:
        """A message with the names of the streams in the place of those of their files."""
        for path, name in self._names.items():
            text = text.replace(path, name)
        return text

    def scans(self, paths: tuple[Path, ...]) -> tuple[Path, ...]:
        """The paths, with a copy of stdin in the place of `-`.

        Raises:
            NoScansError: Nothing comes from stdin.
            OutputError: It cannot be copied.
            UsageError: stdin is a terminal, or asked for twice.
        """
        if STREAM not in paths:
            return paths
        if paths.count(STREAM) > 1:
            raise UsageError("stdin (-) can be taken once only; leave one - out")
        copy = self._copy_of_stdin()
        return tuple(copy if path == STREAM else path for path in paths)

    def scan(self, path: Path) -> Path:
        """As `scans`, for one."""
        return self.scans((path,))[0]

    def pdf(self, inputs: tuple[Path, ...], output: Path) -> Path:
        """Where the PDF of a conversion is to be made: `output`, or a file for `-` or a pipe.

        From then on, whatever is printed goes to stderr: nothing gets between the bytes of the PDF.

        Args:
            inputs: As the user has named them.
            output: The same.

        Raises:
            OutputError: The pipe has no reader, or one of the inputs would be written to.
            UsageError: stdout is a terminal; or a scan from stdin has no name for its PDF.
        """
        if output != STREAM and not is_stream(output):
            if STREAM in inputs and not is_pdf_name(output):
                raise UsageError(
                    "a scan from stdin (-) has no name: name its PDF with -o X.pdf, or write it to"
                    " stdout with -o -"
                )
            return output
        name = "stdout" if output == STREAM else printable(str(output))
        try:
            self._sink = os.dup(1) if output == STREAM else open_stream(output)
        except OSError as error:
            raise not_writable(output, error) from error
        self._closing.callback(os.close, self._sink)
        if os.isatty(self._sink):
            raise UsageError(
                f"{name} is a terminal, which cannot show a PDF; write it to a file (-o X.pdf, or"
                " > X.pdf), or give it to another program (|)"
            )
        for path in inputs:
            if path != STREAM and path.is_file() and samestat(path.stat(), os.fstat(self._sink)):
                raise OutputError(
                    f"{printable(str(path))}: is input and {name} at once, and would be spoiled;"
                    " write to another file"
                )
        self._send_prints_to_stderr()
        self._pdf = self._folder() / f"{_title(inputs)}.pdf"
        self._names[str(self._pdf)] = name
        return self._pdf

    def send(self) -> None:
        """Writes the PDF to its stream, if one was made.

        Raises:
            OutputError: Not all of it was taken.
        """
        if self._sink is None or self._pdf is None or not self._pdf.exists():
            return
        try:
            with self._pdf.open("rb") as pdf, open(self._sink, "wb", closefd=False) as sink:
                shutil.copyfileobj(pdf, sink)
        except OSError as error:
            raise OutputError(
                f"{self._pdf}: the PDF is not complete ({error.strerror or error}); see that what"
                " takes it takes all of it, and that there is room for it"
            ) from error

    def _copy_of_stdin(self) -> Path:
        if sys.stdin.isatty():
            raise UsageError(
                "stdin (-) is a terminal; give a scan to it: with < scan.tif, or from another"
                " program (|)"
            )
        copy = self._folder() / NAME
        self._names[str(copy)] = "stdin"
        try:
            with copy.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        except OSError as error:
            raise _no_room(error) from error
        if not copy.stat().st_size:
            raise NoScansError("stdin: nothing came from it; see what the program before it says")
        return copy

    def _folder(self) -> Path:
        if self._spool is None:
            place = Path(tempfile.gettempdir())
            sweep(place)
            try:
                self._spool = Spool(place)
            except OutputError as error:
                raise _no_room(error.__cause__ or error) from error
            self._closing.callback(self._spool.close)
        return self._spool.new_folder()

    def _send_prints_to_stderr(self) -> None:
        sys.stdout.flush()
        before = os.dup(1)
        os.dup2(2, 1)

        def undo() -> None:
            os.dup2(before, 1)
            os.close(before)

        self._closing.callback(undo)


def stage_output(path: Path, *, is_text: bool = False) -> Path:
    """What a stage by itself writes to: stdout for `-`.

    Args:
        path: As the user has named it.
        is_text: It is written as text, which a terminal shows.

    Raises:
        UsageError: stdout is a terminal.
    """
    if path != STREAM:
        return path
    if not is_text and sys.stdout.isatty():
        raise UsageError(
            "stdout is a terminal, which cannot show a PDF; write it to a file (-o X.pdf, or"
            " > X.pdf), or give it to another program (|)"
        )
    return STDOUT


def _no_room(error: BaseException) -> OutputError:
    return OutputError(
        f"{tempfile.gettempdir()}: cannot be written ({reason_of(error)}), as stdin and stdout need"
        " it; make room there, or name another folder with the variable TMPDIR"
    )


def _title(inputs: tuple[Path, ...]) -> str:
    """What a PDF without a name is called: as its only input, if that has a name."""
    if len(inputs) > 1 or STREAM in inputs:
        return NAME if STREAM in inputs else "scans"
    path = inputs[0].resolve()
    return (path.name if path.is_dir() else path.stem) or "scans"

"""What can go wrong, as a tree.

    SearchablePdfError         70   none of these: a fault of the program
    ├── UsageError              2   the request contradicts itself
    ├── NoScansError            3   nothing to convert, or an input that is not there
    ├── OcrError                    a scan could not be turned into text
    │   ├── ScanError           3   the file cannot be read as an image
    │   ├── RecognitionError   10   the engine failed on the page
    │   │   ├── PageTimeoutError    it took too long
    │   │   ├── WorkerDiedError     its process died
    │   │   │   └── WorkerMemoryError   it took more memory than there is, and was stopped
    │   │   ├── CorrectionError     a text corrected by hand is not readable
    │   │   ├── MachineError        the machine lacks memory, disk space or open files
    │   │   └── UnforeseenError     nobody knows why: a fault of a library, or of the program
    │   └── EngineError         4   the engine is missing, or cannot be used with these options
    │       ├── LanguageError   4   the engine does not read the language
    │       │   └── UnknownLanguageError 2   no language has this code
    │       └── WorkerSetupError 4  Dask, or what its workers need, is not there
    ├── VerificationError       6   a finished PDF failed its own check
    ├── OutputError             5   the PDF cannot be written
    └── ClusterError            5   the cluster cannot be reached, or is gone for good

The number is the exit code of the command when the error ends it (`ExitCode`). Every message names
the problem, the file and page, and the remedy. Errors pass every argument to `Exception`, so that
they survive pickling between processes.
"""

from __future__ import annotations

import errno
import multiprocessing
import threading

from .exit_code import ExitCode


class SearchablePdfError(Exception):
    """The root: anything that this package raises on purpose."""

    exit_code = ExitCode.FAULT


class UsageError(SearchablePdfError):
    """The request contradicts itself, for example two scans that would make the same PDF."""

    exit_code = ExitCode.WRONG_USAGE


class NoScansError(SearchablePdfError):
    """No scan was found, or an input does not exist or cannot be opened."""

    exit_code = ExitCode.NO_SCANS


class OcrError(SearchablePdfError):
    """A scan could not be turned into text: the one error to catch around `async_ocr`."""

    exit_code = ExitCode.PAGES_FAILED


class ScanError(OcrError):
    """The file cannot be read as an image: damaged, too large, of an unknown format."""

    exit_code = ExitCode.NO_SCANS


class ScanWarning(UserWarning):
    """A scan is cut off; what is there of it was read."""


class RecognitionError(OcrError):
    """The engine failed on this page."""


class PageTimeoutError(RecognitionError):
    """The page took longer than is allowed; its worker was stopped."""


class WorkerDiedError(RecognitionError):
    """The worker process died on this page, twice."""


class WorkerMemoryError(WorkerDiedError):
    """The worker process took more memory than there is; it was stopped, twice."""


class CorrectionError(RecognitionError):
    """A corrected text of this page is not what `PageText.from_json` reads."""


class MachineError(RecognitionError):
    """The machine lacks memory, disk space or open files for this page: no fault of the scan."""


class UnforeseenError(RecognitionError):
    """The work on this page was stopped by an exception that is none of these.

    Args:
        message: What went wrong, with the name of the page.
        kind: Name of the exception's class.
    """

    def __init__(self, message: str, kind: str = "") -> None:
        super().__init__(message, kind)
        self.kind = kind

    def __str__(self) -> str:
        return str(self.args[0])


class EngineError(OcrError):
    """The engine is not there, or cannot be used with these options."""

    exit_code = ExitCode.NO_ENGINE


class LanguageError(EngineError):
    """The engine does not read a language that the user named."""


class UnknownLanguageError(LanguageError):
    """No language has the code that the user named, such as `de` for `deu`."""

    exit_code = ExitCode.WRONG_USAGE


class WorkerSetupError(EngineError):
    """Dask is not installed here, or no worker has what the run needs, or can be started."""


class VerificationError(SearchablePdfError):
    """A finished PDF is not what it should be; it was not put in its place."""

    exit_code = ExitCode.CHECK_FAILED


class OutputError(SearchablePdfError):
    """The PDF cannot be written, or something that is not ours is in its place."""

    exit_code = ExitCode.NOT_WRITABLE


class ClusterError(SearchablePdfError):
    """The cluster cannot be reached, or was lost and has not come back."""

    exit_code = ExitCode.NOT_WRITABLE


SHORTAGES = frozenset(
    (errno.ENOMEM, errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EAGAIN)
)
"""Codes of an `OSError` that say nothing of the file: memory, disk space, a quota, open files and
processes (errno(3))."""


def is_shortage(error: BaseException) -> bool:
    """Whether the machine lacks something: the same page may be made another time."""
    return isinstance(error, MemoryError) or (
        isinstance(error, OSError) and error.errno in SHORTAGES
    )


def is_interrupt(error: BaseException) -> bool:
    """Whether the user has pressed Ctrl-C, or a signal has ended the run.

    Python raises that in the main thread of the process that hears signals, which workers do not.
    Anywhere else such an exception is one that an engine, or a library, has raised by itself.
    """
    return (
        isinstance(error, KeyboardInterrupt)
        and threading.current_thread() is threading.main_thread()
        and multiprocessing.parent_process() is None
    )

"""What a worker process does: it sets itself up before its first job, then runs jobs."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from multiprocessing import parent_process
from pathlib import Path

from PIL import Image

from ..ocr.surroundings import give_process
from .contained import Job, Result, contained
from .job import PageJob
from .sandbox import Sandbox

PR_SET_PDEATHSIG = 1
FIRST_TO_BE_KILLED = "1000"
"""The highest value of oom_score_adj, proc(5)."""


def call(
    function: Callable[[Job], Result], job: Job, verbose: bool, sandbox: Sandbox | None
) -> Result:
    """`function(job)`, in a process that is set up as a worker."""
    _set_up(verbose)
    if sandbox is not None:
        _confine(sandbox, job)
    return contained(function, job)


def _confine(sandbox: Sandbox, job: object) -> None:
    spool = job.spool if isinstance(job, PageJob) else None
    if not sandbox.spooled:
        _enter(sandbox, ())
    elif spool is not None:  # in the spool of the run each document has a folder
        _enter(sandbox, (spool.parent.parent,))


@cache
def _enter(sandbox: Sandbox, spool: tuple[Path, ...]) -> None:
    """Enters the sandbox, once: there is no way back, and a second one would only take away."""
    replace(sandbox, folders=(*sandbox.folders, *spool)).enter()


@cache
def _set_up(verbose: bool) -> None:
    """Makes this process end with its parent, and before it if memory is short; frees stdout."""
    give_process()
    _die_with_parent()
    if hasattr(os, "setpgid"):  # whoever ends this process can end its children with it
        with suppress(OSError):
            os.setpgid(0, 0)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_BE_KILLED)
    # stdout is for the command's results; what engines print goes to stderr.
    os.dup2(2, 1)
    if not verbose:
        silence_libraries()
    set_up_pillow()


def open_standard_streams() -> None:
    """Opens the null device where a standard stream is closed, as daemons and some crons start us.

    The next files to be opened would be taken for the streams otherwise, pipes to workers among
    them: what is meant for stderr would go there.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            os.set_inheritable(number, True)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, closefd=False))  # noqa: SIM115


def set_up_pillow() -> None:
    """Leaves the limit on pixels to `load_page`; hides warnings of odd tags in images."""
    Image.MAX_IMAGE_PIXELS = None
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


def silence_libraries() -> None:
    """Hides what libraries print, such as a line of libtiff for each bad row of a fax.

    Also what pypdf logs of a file that is no PDF: this program says that once, with the file's
    name.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        terminal = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    except OSError:
        return
    sys.stderr = terminal


def _die_with_parent() -> None:
    """Kills this process when its parent is gone: nobody else watches it then."""
    parent = parent_process()
    if parent is None:
        return
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()

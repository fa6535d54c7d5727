"""What goes on in a worker process: it settles in with its first page, then makes pages."""

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
from functools import cache
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PIL import Image

if TYPE_CHECKING:
    from .job import PageJob

Result = TypeVar("Result")

PR_SET_PDEATHSIG = 1
FIRST_TO_BE_KILLED = "1000"
"""The highest value of oom_score_adj, proc(5)."""


def call(function: Callable[[PageJob], Result], job: PageJob, verbose: bool) -> Result:
    """`function(job)`, in a process that is a good worker."""
    _settle(verbose)
    return function(job)


@cache
def _settle(verbose: bool) -> None:
    """Dies with its parent, and before it if memory is short; keeps stdout clean."""
    _die_with_parent()
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_BE_KILLED)
    # The results of a command are on stdout; what engines print is not among them.
    os.dup2(2, 1)
    if not verbose:
        silence_libraries()
    settle_pillow()


def settle_pillow() -> None:
    """Leaves the limit on pixels to `load_page`; remarks on odd tags are for programmers."""
    Image.MAX_IMAGE_PIXELS = None
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


def silence_libraries() -> None:
    """Keeps off the terminal what libraries print, such as libtiff on each bad row of a fax.

    And what pypdf logs of a file that is no PDF: that is said once, with the file's name.
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

"""Whether pages can be made here at all: asked after a page has failed for no fault of its scan."""

from __future__ import annotations

import tempfile

from ..model.characters import reason_of
from ..model.errors import (
    EngineError,
    MachineError,
    OutputError,
    PageTimeoutError,
    UnforeseenError,
    WorkerDiedError,
    WorkerMemoryError,
)
from ..model.outcomes import PageFailure
from ..ocr.recognize import start_engine
from ..ocr.registry import ResolvedEngine
from .job import PageJob
from .runner import Runner

SUSPICIOUS = frozenset(
    error.__name__
    for error in (MachineError, MemoryError, PageTimeoutError, WorkerDiedError, WorkerMemoryError)
)
"""Kinds of failures that a page may have because of the machine it is made on."""
ENGINE_START_S = 120.0
"""A process that has not loaded its engine in this time is taken to hang."""
TEMPORARY_BYTES = 65_536
"""Written to see whether there is room for temporary files: the size of a pipe's buffer, which is
more than what a disk keeps for a file's name."""


async def check_machine(failure: PageFailure, runner: Runner[PageJob], job: PageJob) -> None:
    """Sees that a page has failed because of itself, and not as every page would.

    Args:
        failure: How it ended.
        runner: Makes the pages of the run.
        job: The page.

    Raises:
        EngineError: No page can be made: the engine, or a worker, does not start.
        OutputError: No temporary file can be written.
    """
    if failure.kind not in SUSPICIOUS:
        return
    try:
        await runner(_start, job, ENGINE_START_S)
    except (PageTimeoutError, WorkerDiedError, UnforeseenError, MachineError) as error:
        reason = str(error).removeprefix(f"{job}: ")
        name = job.engine.name if isinstance(job.engine, ResolvedEngine) else str(job.engine)
        raise EngineError(
            f"engine {name} does not start here: {reason}; it may need more memory than there is,"
            " or another processor: see `searchable-pdf engines`, or choose another with --engine"
        ) from error


def _start(job: PageJob) -> None:
    """Starts the engine and writes a temporary file, as the work on a page may.

    Raises:
        EngineError: The engine does not start.
        OutputError: There is no room for temporary files.
    """
    try:
        with tempfile.TemporaryFile() as file:
            file.write(bytes(TEMPORARY_BYTES))
            file.flush()
    except OSError as error:
        raise OutputError(
            f"no temporary file can be written ({reason_of(error)}); make room, or name another"
            " folder with TMPDIR"
        ) from error
    if isinstance(job.engine, ResolvedEngine):
        start_engine(job.engine)

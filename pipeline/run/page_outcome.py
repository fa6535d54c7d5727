"""How a page ends: as its worker says, or in another way where it cannot say so."""

from __future__ import annotations

import asyncio
from functools import partial

from ..model.errors import (
    PageTimeoutError,
    SearchablePdfError,
    UnforeseenError,
    WorkerDiedError,
)
from ..model.outcomes import PageFailure, PageOutcome
from ..workers.contained import unforeseen
from ..workers.job import PageJob
from ..workers.machine_check import check_machine
from ..workers.page import process_page, stand_in, stand_in_unseen
from ..workers.runner import Runner

STOPPED = (PageTimeoutError, WorkerDiedError, UnforeseenError)
"""How the work on a page ends where it cannot say so itself."""
NOT_AGAIN = frozenset(("load", "render"))
"""Stages that what stands in for a page would go through again, and hang or die in once more."""


async def page_outcome(runner: Runner[PageJob], job: PageJob, check: bool) -> PageOutcome:
    """How a page ends, also where its worker hangs or dies.

    Args:
        runner: Makes it.
        job: The page.
        check: After a failure that is no fault of the scan, see whether every page would fail.

    Raises:
        EngineError: So would every page.
        OutputError: There is no room for any page.
    """
    outcome = await _attempt(runner, job)
    if check and isinstance(outcome, PageFailure):
        await check_machine(outcome, runner, job)
    return outcome


async def _attempt(runner: Runner[PageJob], job: PageJob) -> PageOutcome:
    try:
        return await runner(process_page, job)
    except STOPPED as error:
        kind, message = _kind(error), str(error)
    except SearchablePdfError:
        raise
    except Exception as error:  # a fault of this program stops one page, not the run
        fault = unforeseen(job, error)
        kind, message = fault.kind, str(fault)
    if job.noted_stage in NOT_AGAIN:
        return await asyncio.to_thread(stand_in_unseen, job, kind, message)
    make = partial(stand_in, stage="worker", kind=kind, message=message)
    try:
        return await runner(make, job)
    except UnforeseenError as error:
        kind, message = error.kind, str(error)
    except SearchablePdfError as error:
        if not isinstance(error, STOPPED):
            raise
    except Exception as error:
        fault = unforeseen(job, error)
        kind, message = fault.kind, str(fault)
    return await asyncio.to_thread(stand_in_unseen, job, kind, message)


def _kind(error: SearchablePdfError) -> str:
    return error.kind if isinstance(error, UnforeseenError) else type(error).__name__

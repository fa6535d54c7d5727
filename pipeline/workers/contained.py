"""A job is run so that whatever it raises ends that job, and nothing around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..model import errors
from ..model.characters import reason_of
from ..model.errors import SearchablePdfError, UnforeseenError, is_interrupt
from .job import RoomNeededError

Job = TypeVar("Job")
Result = TypeVar("Result")


def contained(function: Callable[[Job], Result], job: Job) -> Result:
    """`function(job)`; of what it raises, only errors of this package come out.

    Engines and decoders may raise what means something to those who wait for the job: `SystemExit`
    and `CancelledError` would end the run, `TimeoutError` looks like the time-out of the page, and
    some exceptions can be pickled but not be made again from that.

    Raises:
        SearchablePdfError: What the job raised, as a class of `model.errors`.
        UnforeseenError: It raised something else.
        RoomNeededError: The page needs more room in memory than it has.
        KeyboardInterrupt: The user has pressed Ctrl-C.
    """
    try:
        return function(job)
    except RoomNeededError:
        raise
    except SearchablePdfError as error:
        if type(error).__module__ == errors.__name__:
            raise
        # An engine's own class may not survive the way to another process.
        kind = next(each for each in type(error).__mro__ if each.__module__ == errors.__name__)
        raise kind(str(error)) from error
    except BaseException as error:
        if is_interrupt(error):
            raise
        raise unforeseen(job, error) from error


def unforeseen(job: object, error: BaseException) -> UnforeseenError:
    """What stands for an exception that nobody expects, raised while a job was being run."""
    return UnforeseenError(f"{job}: {reason_of(error)}", type(error).__name__)

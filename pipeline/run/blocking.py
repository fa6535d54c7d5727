"""Runs a coroutine to its end, also where an event loop runs already: in a notebook, say."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future, wait
from contextlib import suppress
from typing import Any, TypeVar

Item = TypeVar("Item")

LOOK_EVERY_S = 0.1
"""How often it is looked whether Ctrl-C was pressed: so soon that it feels immediate."""


def run_blocking(coroutine: Coroutine[Any, Any, Item]) -> Item:
    """What a coroutine returns.

    Where an event loop runs in this thread, as in Jupyter, the coroutine runs in a loop and a
    thread of its own. The loop that is there stands still meanwhile. Ctrl-C ends the coroutine.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    result: Future[Item] = Future()
    begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any] | None]] = Future()

    async def begin() -> Item:
        begun.set_result((asyncio.get_running_loop(), asyncio.current_task()))
        return await coroutine

    def work() -> None:
        try:
            result.set_result(asyncio.run(begin()))
        except BaseException as error:
            result.set_exception(error)
            begun.cancel()  # if it could not even begin

    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,))
    try:
        try:
            thread.start()  # Ctrl-C may come before it returns, and the thread runs all the same
        except RuntimeError as error:  # no more threads can be started
            result.set_exception(error)
            begun.cancel()
        return _awaited(result)
    except BaseException:
        with suppress(RuntimeError, CancelledError):  # it has ended by itself
            loop, task = begun.result()
            if task is not None:
                loop.call_soon_threadsafe(task.cancel)
        raise
    finally:
        wait((result,))


def _awaited(result: Future[Item]) -> Item:
    """The result, or a cancellation of the task that waits for it: the loop cannot tell it."""
    waiting = asyncio.current_task()
    while True:
        with suppress(TimeoutError):
            return result.result(None if waiting is None else LOOK_EVERY_S)
        if result.done():
            return result.result()
        if waiting is not None and waiting.cancelling():
            raise asyncio.CancelledError

"""Runners run any job, and name it in their messages."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

import pytest

from pipeline.model.errors import PageTimeoutError, WorkerDiedError
from pipeline.workers.processes import ProcessRunner
from pipeline.workers.runner import ThreadRunner


def length(name: str) -> int:
    return len(name)


def die(name: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang(name: str) -> None:
    signal.pause()


@pytest.mark.parametrize("make", (ThreadRunner, ProcessRunner))
def test_a_job_is_anything_that_has_a_name(
    make: Callable[[int], ThreadRunner | ProcessRunner],
) -> None:
    runner = make(1)
    try:
        assert asyncio.run(runner(length, "a job")) == 5
    finally:
        runner.close()


@pytest.mark.parametrize(
    ("function", "timeout_s", "error", "message"),
    (
        (die, None, WorkerDiedError, "a job: its worker process died by SIGKILL"),
        (hang, 1, PageTimeoutError, "a job: not done after 1 s"),
    ),
)
def test_a_job_that_fails_is_named(
    function: Callable[[str], None],
    timeout_s: float | None,
    error: type[Exception],
    message: str,
) -> None:
    runner = ProcessRunner(1, timeout_s)
    try:
        with pytest.raises(error, match=message):
            asyncio.run(runner(function, "a job"))
    finally:
        runner.close()

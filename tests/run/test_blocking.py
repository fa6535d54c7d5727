"""`convert_blocking` where an event loop runs already."""

from __future__ import annotations

import asyncio
import contextvars
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.doubles import Still
from support.survival import GOOD, page

import pipeline
from pipeline.run.blocking import run_blocking

NAME = contextvars.ContextVar("NAME", default="nobody")


async def in_a_cell(scan: Path, out: Path) -> pipeline.Report:
    """As a cell of a notebook, or a handler of a web service."""
    return pipeline.convert_blocking(scan, out, engine=Still())


def test_a_conversion_in_a_notebook(tmp_path: Path) -> None:
    report = asyncio.run(in_a_cell(page(tmp_path / "1.png", GOOD), tmp_path / "out"))
    assert [done.outcome for done in report.documents] == ["converted"]
    assert (tmp_path / "out/1.pdf").exists()


def test_errors_and_context_come_through() -> None:
    async def inner() -> None:
        raise pipeline.UsageError(NAME.get())

    async def outer() -> None:
        NAME.set("somebody")
        run_blocking(inner())

    with pytest.raises(pipeline.UsageError, match="somebody"):
        asyncio.run(outer())


def test_a_time_out_of_its_own_is_no_end_of_waiting() -> None:
    async def inner() -> None:
        raise TimeoutError("its own")

    async def outer() -> None:
        run_blocking(inner())

    with pytest.raises(TimeoutError, match="its own"):
        asyncio.run(outer())


@pytest.fixture
def ctrl_c_is_heard() -> Iterator[None]:
    """Also where the tests were started in the background, by a shell that has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c_is_heard")
@pytest.mark.parametrize("kernel", (True, False), ids=("kernel", "asyncio.run"))
def test_ctrl_c_ends_it(kernel: bool) -> None:
    """The loop of a notebook's kernel leaves Ctrl-C to Python; that of `asyncio.run` does not."""
    ended = []

    async def inner() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            ended.append("inner")

    async def outer() -> None:
        run_blocking(inner())

    with pytest.raises(KeyboardInterrupt):
        if kernel:
            loop = asyncio.new_event_loop()
            try:
                loop.run_until_complete(outer())
            finally:
                loop.close()
        else:
            asyncio.run(outer())
    assert ended == ["inner"]

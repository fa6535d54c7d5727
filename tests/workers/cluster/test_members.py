"""Who is on a cluster, watched until the run lets it go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from types import SimpleNamespace
from typing import Any, cast

import pytest

pytest.importorskip("distributed")

from pipeline.model.version import __version__
from pipeline.workers.cluster import members
from pipeline.workers.cluster.members import ClusterWorkers

LIMIT_S = 60
WORKERS = {"tcp://a:1": 1}


class Answering:
    """As a client of Dask, of a scheduler that answers when it is told to."""

    status = "running"

    def __init__(self) -> None:
        self.questions = 0
        self.asked = asyncio.Event()
        self.answer: asyncio.Future[dict[str, int]] = asyncio.Future()

    def nthreads(self) -> Awaitable[dict[str, int]]:
        self.questions += 1
        if self.questions == 2:
            self.asked.set()
            return self.answer
        known: asyncio.Future[dict[str, int]] = asyncio.Future()
        known.set_result(WORKERS)
        return known

    async def run_on_scheduler(self, function: object) -> str:
        return __version__

    async def run(self, *given: object, on_error: str) -> dict[str, Any]:
        reply = {"refusal": "", "host": "a", "sees": True, "nanny": True}
        return dict.fromkeys(WORKERS, reply)

    async def close(self, timeout: float) -> None:  # noqa: ASYNC109 (as Dask calls it)
        self.status = "closed"


def test_an_answer_at_the_very_end_does_not_keep_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11 gives the answer then, and forgets that the task was cancelled."""
    monkeypatch.setattr(members, "WATCH_S", 0.01)

    async def run() -> str:
        client = Answering()
        workers = ClusterWorkers(
            "tcp://a:8786", cast(Any, client), cast(Any, None), 60, None, print, lambda: None
        )
        await workers.start(cast(Any, SimpleNamespace(requirements=None)), None)
        await client.asked.wait()
        client.answer.set_result(WORKERS)
        await asyncio.wait_for(workers.stop(), LIMIT_S)
        return client.status

    assert asyncio.run(run()) == "closed"

"""Dask's scheduler and worker without their HTTP server.

Each of them has one that says what it does, in the clear and to anybody on the machine, also where
no dashboard is asked for. That of a cluster of our own has no reader.
"""

from __future__ import annotations

from typing import Any

import distributed


class Scheduler(distributed.Scheduler):  # type: ignore[misc]
    """A scheduler that listens to its workers and its client only."""

    def start_http_server(self, *arguments: Any, **options: Any) -> None:
        """There is none."""


class Worker(distributed.Worker):  # type: ignore[misc]
    """A worker that listens to its scheduler and the other workers only."""

    def start_http_server(self, *arguments: Any, **options: Any) -> None:
        """There is none."""

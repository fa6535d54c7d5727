"""A Dask cluster of real processes, as a user starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil

from support.survival import environment

PATIENCE_S = 120.0


class DaskCluster:
    """A scheduler, and workers under nannies. A context manager: at its end all of it is gone.

    Args:
        folder: For what they log, and for their scratch files.
        prefix: What comes before each command, such as `ip netns exec host`.
        host: The scheduler's address.
        settings: Of their environment.
        scheme: `tcp` or `tls`.
        tls: Dask's options for certificates.
    """

    def __init__(
        self,
        folder: Path,
        *,
        prefix: Sequence[str] = (),
        host: str = "127.0.0.1",
        settings: dict[str, str] | None = None,
        scheme: str = "tcp",
        tls: Sequence[str] = (),
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.prefix = prefix
        self.host = host
        self.settings = settings or {}
        self.tls = tls
        self.port = _free_port()
        self.address = f"{scheme}://{host}:{self.port}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start_scheduler()
        return self

    def start_scheduler(self) -> None:
        self.scheduler = self.start(
            "dask_scheduler", "--host", self.address, "--no-dashboard", "--no-show"
        )

    def start_worker(
        self,
        *more: str,
        processes: int = 1,
        prefix: Sequence[str] | None = None,
        **settings: str,
    ) -> subprocess.Popen[bytes]:
        """Nannies and workers of one thread, that the scheduler knows when this returns."""
        name = f"worker{len(self.workers)}"
        worker = self.start(
            "dask_worker", self.address, "--no-dashboard", "--local-directory",
            str(self.folder / name), "--nthreads", "1", "--nworkers", str(processes), *more,
            log=name, prefix=prefix, **settings,
        )  # fmt: skip
        self.workers.append(worker)
        wait_for(lambda: self.log(name).count("Registered to:") >= processes, f"{name} to be known")
        return worker

    def start(
        self,
        what: str,
        *arguments: str,
        log: str = "scheduler",
        prefix: Sequence[str] | None = None,
        **settings: str,
    ) -> subprocess.Popen[bytes]:
        env = {**environment(), "DASK_CONFIG": os.devnull, **self.settings, **settings}
        with (self.folder / f"{log}.log").open("ab") as out:
            return subprocess.Popen(
                [*(self.prefix if prefix is None else prefix), sys.executable, "-m",
                 f"distributed.cli.{what}", *arguments, *self.tls],
                env=env, stdout=out, stderr=out, start_new_session=True, cwd=self.folder,
            )  # fmt: skip

    def log(self, name: str) -> str:
        """What the scheduler or a worker said so far."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def __exit__(self, *error: object) -> None:
        for process in (*self.workers, self.scheduler):
            if process is not None:
                kill(process)


def worker_of(nanny: subprocess.Popen[bytes]) -> psutil.Process:
    """The worker process that a nanny holds: the one that listens."""
    found: list[psutil.Process] = []

    def there() -> bool:
        found[:] = [
            child
            for child in psutil.Process(nanny.pid).children()
            if any(each.status == psutil.CONN_LISTEN for each in child.net_connections())
        ]
        return bool(found)

    wait_for(there, "a worker")
    return found[0]


def kill(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and all that it started, as when its machine loses power."""
    try:
        family = [
            psutil.Process(process.pid),
            *psutil.Process(process.pid).children(recursive=True),
        ]
    except psutil.NoSuchProcess:
        family = []
    for each in family:
        with suppress(psutil.NoSuchProcess):
            each.send_signal(signal.SIGKILL)
    process.wait()


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited too long for {what}"
        time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("", 0))
        port: int = free.getsockname()[1]
        return port

"""The workers of a cluster, as the command sees them: who is connected, and who can make pages."""

from __future__ import annotations

import asyncio
import pickle
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ...model.characters import printable
from ...model.errors import ClusterError, WorkerSetupError
from ...model.page import PageSource
from ...model.version import __version__
from ...ocr.install import install_elsewhere
from ...store.content import content_hash
from ..limit import Limit
from .link import connect
from .messages import PageTransfer

if TYPE_CHECKING:
    from distributed import Client, Security

WATCH_S = 1.0
"""How often the workers are counted."""
ANSWER_S = 10.0
"""A scheduler that has not answered by then is busy, or gone."""
CLOSE_S = 2.0
"""For saying goodbye to a scheduler."""
CHECK_S = 180.0
"""Workers that have not loaded their engine in this time count as hung."""


class ClusterWorkers:
    """Watches which workers join and leave a cluster.

    Args:
        address: The scheduler's.
        client: Speaks to it.
        security: To speak to it again.
        wait_s: A scheduler, or workers, that are gone for longer are gone for good.
        jobs: Pages at a time; None for as many as the cluster takes.
        tell: Is told what a user should know at once.
        on_loss: Called when the scheduler is gone, and with it every page that was submitted.

    Attributes:
        client: Speaks to the scheduler; another one after the way to it was lost.
        threads: Pages that the cluster makes at a time.
        refused: Workers that cannot make the pages, and why.
        pages: For pages in flight: two for each thread, so that none waits for this machine.
        documents: For documents in flight.
    """

    def __init__(
        self,
        address: str,
        client: Client,
        security: Security,
        wait_s: float,
        jobs: int | None,
        tell: Callable[[str], None],
        on_loss: Callable[[], None],
    ) -> None:
        self.client = client
        self.threads = 0
        self.refused: dict[str, str] = {}
        self.pages = Limit(1)
        self.documents = Limit(1)
        self._address = address
        self._security = security
        self._wait_s = wait_s
        self._jobs = jobs
        self._tell = tell
        self._on_loss = on_loss
        self._threads_of: dict[str, int] = {}
        self._ready = asyncio.Event()
        self._failure = ""
        self._watching: asyncio.Task[None] | None = None

    async def start(self, transfer: PageTransfer, scan: PageSource | None) -> list[str]:
        """Waits until workers have loaded their engine, and begins to watch.

        Args:
            transfer: Of the run.
            scan: A page whose scan the workers should find; None for none.

        Returns:
            What the user should know, a line each.

        Raises:
            ClusterError: There is no worker, or none answers.
            WorkerSetupError: None can make the pages.
        """
        await self._first_workers()
        await self._check_scheduler()
        replies = await self._check_workers(transfer, scan)
        notes = []
        for address, reply in replies.items():
            if isinstance(reply, Exception):
                reply = {"refusal": _no_reply(reply), "host": ""}
            name = f"worker {address}" + (f" on {reply['host']}" if reply["host"] else "")
            if reply["refusal"]:
                self.refused[address] = f"{name}: {reply['refusal']}"
            elif not reply["sees"]:
                notes.append(
                    f"{name} does not see {printable(str(scan))}, or sees another file there: scans"
                    " are sent to it; say where they are with --shared-root LOCAL=REMOTE"
                )
            elif not reply["nanny"]:
                notes.append(f"{name} has no nanny: if it dies, nobody starts it again")
        reasons = sorted(self.refused.values())
        if not self.fit():
            raise WorkerSetupError("\n".join(("no worker can make the pages:", *reasons)))
        self._count()
        self._ready.set()
        self._watching = asyncio.create_task(self._watch())
        return [f"{reason}; the run goes on without it" for reason in reasons] + notes

    async def connected(self) -> Client:
        """A client of a scheduler that has workers, as soon as there is one.

        Raises:
            ClusterError: It is gone for good.
        """
        await self._ready.wait()
        if self._failure:
            raise ClusterError(self._failure)
        return self.client

    async def refuse(self, address: str, reason: str) -> None:
        """Notes that a worker cannot make pages; waits a little where no other can."""
        known = address in self.refused
        self.refused[address] = f"worker {address}: {reason}"
        if known or not self.fit():
            await asyncio.sleep(WATCH_S)

    def fit(self) -> dict[str, int]:
        """The threads of the workers that make pages, by address."""
        return {name: n for name, n in self._threads_of.items() if name not in self.refused}

    async def stop(self) -> None:
        """Lets the cluster go."""
        # More than once: Python before 3.12 loses it where an answer comes at the same moment.
        while self._watching is not None and not self._watching.done():
            self._watching.cancel()
            await asyncio.wait([self._watching], timeout=WATCH_S)
        self._on_loss()
        await self.client.close(timeout=CLOSE_S)

    async def _watch(self) -> None:
        """Counts the workers; lays the way to the scheduler again when it is lost."""
        seen = time.monotonic()
        while time.monotonic() - seen < self._wait_s:
            await asyncio.sleep(WATCH_S)
            try:
                if self.client.status != "running":
                    raise ConnectionError
                self._threads_of = await asyncio.wait_for(self.client.nthreads(), ANSWER_S)
            except TimeoutError:  # it may be busy
                continue
            except Exception:  # whatever Dask makes of a connection that is broken
                self._wait("the scheduler is gone")
                self._on_loss()
                await self._reconnect()
                continue
            if self.fit():
                if not self._ready.is_set():
                    self._tell(f"{self._address}: {len(self.fit())} workers are back")
                seen = time.monotonic()
                self._count()
                self._ready.set()
            else:
                self._wait("all workers are gone")
        what = "scheduler" if self.client.status != "running" else "workers"
        reasons = "".join(f"; {reason}" for reason in sorted(self.refused.values()))
        self._failure = (
            f"{self._address}: its {what} cannot be reached for {self._wait_s:g} s{reasons};"
            " start them again and run the same command: what is done is kept"
        )
        self._ready.set()
        self._on_loss()

    def _wait(self, what: str) -> None:
        if self._ready.is_set():
            self._tell(
                f"{self._address}: {what}; waiting up to {self._wait_s:g} s for their return"
            )
        self._ready.clear()

    async def _reconnect(self) -> None:
        old = self.client
        with suppress(ClusterError):
            self.client = await connect(self._address, self._security, min(ANSWER_S, self._wait_s))
            with suppress(Exception):  # nobody is there to say goodbye to
                await old.close(timeout=CLOSE_S)

    async def _first_workers(self) -> None:
        deadline = time.monotonic() + self._wait_s
        while True:
            try:
                self._threads_of = await asyncio.wait_for(self.client.nthreads(), ANSWER_S)
            except (OSError, TimeoutError) as error:
                raise ClusterError(f"{self._address}: the scheduler does not answer") from error
            if self._threads_of:
                return
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"{self._address}: the scheduler has no workers; start some with"
                    f" `dask worker {self._address}`"
                )
            await asyncio.sleep(WATCH_S / 4)

    async def _check_scheduler(self) -> None:
        """Compares versions: the scheduler unpickles the tasks, too.

        Raises:
            WorkerSetupError: The package is missing there, or has another version.
        """
        from .worker import package_version

        try:
            answer = self.client.run_on_scheduler(package_version)
            version = await asyncio.wait_for(answer, ANSWER_S)
        except Exception as error:
            version = f"missing ({type(error).__name__})"
        if version != __version__:
            raise WorkerSetupError(
                f"{self._address}: searchable-pdf is {version} where the scheduler runs,"
                f" {__version__} here: {install_elsewhere('cluster')} there, and start the"
                " scheduler again"
            )

    async def _check_workers(
        self, transfer: PageTransfer, scan: PageSource | None
    ) -> dict[str, Any]:
        from .worker import check_worker

        place, content = None, ""
        if scan is not None and not transfer.sends_scans and scan.path.exists():
            content = await asyncio.to_thread(content_hash, scan.path)
            place = transfer.path_on_worker(scan.path)
        payload = pickle.dumps((transfer.requirements, place, content))
        try:
            replies: dict[str, Any] = await asyncio.wait_for(
                self.client.run(check_worker, __version__, payload, on_error="return"), CHECK_S
            )
        except (OSError, TimeoutError) as error:
            raise ClusterError(
                f"{self._address}: its workers do not answer; see to them, and start them again"
            ) from error
        return replies

    def _count(self) -> None:
        self.threads = sum(self.fit().values())
        in_flight = self._jobs or 2 * self.threads
        self.pages.resize(in_flight)
        self.documents.resize(2 * in_flight + 1)


def _no_reply(error: Exception) -> str:
    # What the worker raised may come as an `Exception` that quotes it.
    if any(
        kind in repr(error) for kind in ("ModuleNotFoundError", "ImportError", "AttributeError")
    ):
        return (
            f"searchable-pdf is not there, or another one ({error}):"
            f" {install_elsewhere('cluster')} there, and start the worker again"
        )
    return f"it does not answer ({error!r}); start it again"

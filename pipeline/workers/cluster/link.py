"""The connection to a Dask scheduler: its address, its security, and a cluster of our own.

Everything here that imports Dask does so when it is called: it is an extra.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil

from ...model.errors import ClusterError, UsageError, WorkerSetupError
from ...model.options import ClusterOptions
from ...ocr.install import install_extra
from ...store.spool import Spool, sweep
from ..machine import available_memory_mb
from ..spawn import without_main

if TYPE_CHECKING:
    from distributed import Client, Security

CONNECT_S = 10.0
"""A scheduler that has not answered by then is not there."""
DASK_WORKER = "Dask Worker process (from Nanny)"
"""What Dask calls the processes of its workers."""
LOGGERS = ("distributed", "tornado", "asyncio")
WORKERS_MOST = 1024
"""More workers than one machine has use for: a larger number is a slip of the keyboard."""


def need_dask() -> None:
    """Sees that Dask is installed, and imports it without a trace in the home folder.

    Raises:
        WorkerSetupError: It is not.
    """
    # Dask writes examples of its configuration there, unless they have no place; where it looks
    # for the user's own does not change.
    os.environ.setdefault("DASK_CONFIG", os.devnull)
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise WorkerSetupError(
            f"--cluster needs Dask ({error}): {install_extra('cluster')}"
        ) from error


def local_workers(address: str) -> int:
    """The N of `local:N`; 0 where the address is that of a scheduler.

    Raises:
        UsageError: It is neither.
    """
    local = re.fullmatch(r"local:(\d+)", address)
    if local and 0 < int(local[1]) <= WORKERS_MOST:
        return int(local[1])
    parts = urlsplit(address)
    if parts.scheme not in ("tcp", "tls") or not parts.hostname:
        raise UsageError(
            f"--cluster {address}: write tcp://host:8786 or tls://host:8786 for a scheduler,"
            f" or local:N for N workers on this machine (up to {WORKERS_MOST})"
        )
    return 0


def warning_of(address: str) -> str:
    """What to tell of a scheduler that is neither encrypted nor on this machine; else nothing."""
    parts = urlsplit(address)
    if parts.scheme != "tcp" or _is_here(parts.hostname or ""):
        return ""
    return (
        f"{address} is not encrypted: who can reach it, or listens, can read the scans and run"
        " programs on its workers and here; use TLS (tls://..., --cluster-cert, --cluster-key,"
        " --cluster-ca) unless that network is yours alone"
    )


def security(options: ClusterOptions) -> Security:
    """The certificates to use: those of the options, or of Dask's own configuration.

    Raises:
        UsageError: One is missing, or there is nothing to use them for.
    """
    from distributed import Security

    files = {"cert": options.cert, "key": options.key, "ca": options.ca}
    if not any(files.values()):
        return Security()
    missing = [f"--cluster-{name}" for name, path in files.items() if path is None]
    if missing:
        raise UsageError(f"TLS needs {' and '.join(missing)}, too")
    for name, path in files.items():
        if path is not None and not path.is_file():
            raise UsageError(f"--cluster-{name} {path}: there is no such file")
    if not options.address.startswith("tls://"):
        raise UsageError(f"--cluster {options.address}: with certificates, write tls://host:port")
    return Security(
        tls_ca_file=str(options.ca),
        tls_client_cert=str(options.cert),
        tls_client_key=str(options.key),
        require_encryption=True,
    )


async def connect(address: str, security: Security, timeout_s: float = CONNECT_S) -> Client:
    """A client of the scheduler.

    Raises:
        ClusterError: It cannot be reached.
    """
    from distributed import Client

    client = Client(
        address, asynchronous=True, set_as_default=False, security=security, timeout=timeout_s
    )
    try:
        await client
    except Exception as error:  # of the network, of TLS, of versions that do not fit
        await client.close(timeout=1)
        reason = str(error.__cause__ or error) or type(error).__name__
        raise ClusterError(
            f"{address}: no scheduler can be reached there ({reason.splitlines()[0]});"
            " start it with `dask scheduler`, or see to the address and the certificates"
        ) from error
    return client


@asynccontextmanager
async def local_cluster(workers: int, memory_mb: float) -> AsyncIterator[tuple[str, Security]]:
    """A cluster of worker processes on this machine, under nannies; it ends with the block.

    Others on this machine cannot speak to it: its certificates exist in its memory only, and there
    is no HTTP.

    Args:
        workers: How many processes.
        memory_mb: What an engine takes; each worker may have double that, or its share of what
            is free if that is more.

    Yields:
        The scheduler's address, and the security to speak to it.
    """
    import dask
    from distributed import Nanny, Security, SpecCluster

    from .without_http import Scheduler, Worker

    share_mb = max(2 * memory_mb, available_memory_mb() / workers)
    safe = Security.temporary()
    place = Path(tempfile.gettempdir())
    sweep(place)
    with closing(Spool(place)) as spool, without_main(DASK_WORKER):
        folder = str(spool.folder)
        with dask.config.set(
            {"distributed.scheduler.worker-ttl": "60s", "temporary-directory": folder}
        ):
            common = {"host": "127.0.0.1", "protocol": "tls://", "security": safe}
            worker = {
                **common,
                "worker_class": Worker,
                "nthreads": 1,
                "memory_limit": int(share_mb * 1e6),
                "local_directory": folder,
                "silence_logs": logging.CRITICAL,
            }
            cluster = SpecCluster(
                workers={number: {"cls": Nanny, "options": worker} for number in range(workers)},
                scheduler={"cls": Scheduler, "options": {**common, "port": 0, "dashboard": False}},
                asynchronous=True,
                security=safe,
                silence_logs=logging.CRITICAL,
            )
            try:
                await cluster
                yield cluster.scheduler_address, safe
            finally:
                await cluster.close()


@contextmanager
def quiet(verbose: bool) -> Iterator[None]:
    """Keeps what Dask logs off the terminal, unless everything is wanted.

    What concerns users, this program tells them in its own words.
    """
    import dask

    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in LOGGERS]
    loggers = [] if verbose else [logging.getLogger(name) for name in (*LOGGERS, *names)]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        # A scan that goes along is as large as it is.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}):
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        addresses = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    own = {
        entry.address.partition("%")[0] for nic in psutil.net_if_addrs().values() for entry in nic
    }
    return all(address in own or address.startswith("127.") for address in addresses)

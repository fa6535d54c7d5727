"""What runs on a worker of a cluster: processes with warm engines, which make the pages.

Dask's own threads cannot be stopped, and share their process's fate with the worker. So a page is
made in a process of its own, as on one machine (`workers.ProcessRunner`): one that hangs is
stopped after its time, one that crashes is tried once more, and the worker itself goes on.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
import shutil
import socket
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import distributed
import psutil
from PIL import Image

from ...model.errors import (
    EngineError,
    LanguageError,
    OcrError,
    OutputError,
    PageTimeoutError,
    WorkerDiedError,
    WorkerSetupError,
)
from ...model.options import OcrOptions
from ...model.version import __version__
from ...ocr.recognize import recognize_with
from ...ocr.registry import choose_engine, engine_status
from ..machine_check import ENGINE_START_S
from ..processes import ProcessRunner
from ..resident import MemoryWatch
from .messages import PageReply, PageRequest, WorkerRequirements
from .worker_files import is_same_file, pack_reply, unpack_request

BLANK_PX = (64, 64)
"""Size of the blank page on which an engine shows that it starts."""

CheckResult = dict[str, Any]


def package_version() -> str:
    """The version of this package, on the machine on which it is called."""
    return __version__


async def check_worker(
    version: str, payload: bytes, dask_worker: distributed.Worker
) -> CheckResult:
    """Whether this worker can make the pages of a run; its processes load their engine.

    Args:
        version: Of the package where the command runs.
        payload: Pickled `WorkerRequirements`, and the path and hash of a scan that this worker
            should find.
        dask_worker: Passed by Dask.

    Returns:
        Only built-in types, which every version understands: `refusal` (empty if it can),
        `host`, `sees` (whether it finds the scan), `nanny` (whether one would restart it).
    """
    reply: CheckResult = {
        "refusal": _other_version(version),
        "host": socket.gethostname(),
        "sees": True,
        "nanny": bool(dask_worker.nanny),
    }
    if not reply["refusal"]:
        requirements, scan, content = pickle.loads(payload)
        reply["refusal"] = await _state_of(dask_worker).refusal(requirements, everywhere=True)
        reply["sees"] = scan is None or await asyncio.to_thread(is_same_file, scan, content)
    return reply


async def make_page(version: str, payload: bytes) -> bytes:
    """Makes one page.

    Args:
        version: Of the package where the command runs; another cannot unpickle the request.
        payload: A pickled `PageRequest`.

    Returns:
        A pickled `PageReply`.
    """
    worker = distributed.get_worker()
    refusal = _other_version(version)
    reply = PageReply(worker.address, refusal=refusal)
    if not refusal:
        reply = await _state_of(worker).make(pickle.loads(payload))
    return pickle.dumps(reply, pickle.HIGHEST_PROTOCOL)


def _other_version(version: str) -> str:
    if version == __version__:
        return ""
    return (
        f"searchable-pdf is {__version__} there, {version} here: install {version} there with its"
        " extra cluster, from where it was installed here, and start the worker again"
    )


class WorkerState:
    """Where one Dask worker makes pages: its processes, and its scratch folder."""

    def __init__(self, worker: distributed.Worker) -> None:
        # Nannies start workers as daemons, which may have no child processes; but these die
        # with their parent (`process_setup`), which is what the rule is for.
        multiprocessing.current_process().daemon = False
        self._address = worker.address
        self._threads = worker.state.nthreads
        limit = worker.memory_manager.memory_limit
        watch = MemoryWatch(partial(_left_of, limit)) if limit else None
        self._runner = ProcessRunner(self._threads, watch=watch)
        self._folder = Path(worker.local_directory)
        self._scans = self._folder / "scans"
        self._refusals: dict[WorkerRequirements, asyncio.Task[str]] = {}

    async def refusal(self, requirements: WorkerRequirements, everywhere: bool = False) -> str:
        """Why this worker cannot meet requirements; empty where it can.

        Args:
            requirements: Of a run.
            everywhere: All processes load the engine, not one.
        """
        if everywhere or requirements not in self._refusals:
            times = self._threads if everywhere else 1
            self._refusals[requirements] = asyncio.create_task(
                self._check_engine(requirements, times)
            )
        return await asyncio.shield(self._refusals[requirements])

    async def _check_engine(self, requirements: WorkerRequirements, times: int) -> str:
        run = self._runner.run
        try:
            refusals = await asyncio.gather(
                *(run(_refusal, requirements, ENGINE_START_S) for _ in range(times))
            )
        except WorkerSetupError as error:
            return str(error)
        except (PageTimeoutError, WorkerDiedError):
            return f"engine {requirements.engine.name} does not start: its process hangs or dies"
        return next(filter(None, refusals), "")

    async def make(self, request: PageRequest) -> PageReply:
        """Makes one page; whatever goes wrong is in the reply."""
        reply = PageReply(self._address)
        refusal = await self.refusal(request.requirements)
        if refusal:
            return replace(reply, refusal=refusal)
        folder = self._folder / f"page-{os.urandom(8).hex()}"
        try:
            return await self._make_in(folder, request, reply)
        except OSError as error:
            return replace(reply, refusal=_no_room(self._folder, error))
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _make_in(self, folder: Path, request: PageRequest, reply: PageReply) -> PageReply:
        job = await asyncio.to_thread(unpack_request, request, folder, self._scans)
        if job is None:
            return replace(reply, wants_scan=True)
        try:
            result = await self._runner.run(request.function, job, request.timeout_s)
        except (EngineError, OutputError) as error:
            return replace(reply, refusal=str(error))
        except Exception as error:  # of this page alone
            return replace(reply, error=error, stopped_in=job.noted_stage)
        return await asyncio.to_thread(pack_reply, reply, request, job, result)


def _refusal(requirements: WorkerRequirements) -> str:
    """Loads the engine in this process; why it is not that of the run, or nothing."""
    engine = requirements.engine
    try:
        there = choose_engine(engine.engine, OcrOptions(engine.languages, None, (engine.options,)))
        if there.identity != engine.identity:
            if there.version == engine.version:
                return (
                    f"engine {engine.name} has other data there than here: copy its"
                    f" language files, and {requirements.install}"
                )
            return (
                f"engine {engine.name} is {there.version} there, {engine.version} here:"
                f" {requirements.install}"
            )
        recognize_with(engine, Image.new("L", BLANK_PX, 255))
    except LanguageError as error:
        return str(error)
    except EngineError as error:
        status = engine_status(str(engine.engine), (engine.options,))
        if status.version and not status.available:  # its data or its license are not there
            return str(error)
        # Its own remedy may bring another version than that of the run.
        reason = str(error).removesuffix(f": {status.remedy}")
        return f"{reason}; to have it as it is here: {requirements.install}"
    except OcrError:  # it starts, and does not like such a page
        pass
    return ""


def _left_of(limit: int) -> float:
    """What the engine processes may take, in millions of bytes: the nanny sees this one only."""
    return (limit - psutil.Process().memory_info().rss) / 1e6


def _no_room(folder: Path, error: OSError) -> str:
    return (
        f"{folder} cannot be written ({error.strerror or error}): make room there, or start the"
        " worker with another --local-directory"
    )


_states: WeakKeyDictionary[distributed.Worker, WorkerState] = WeakKeyDictionary()


def _state_of(worker: distributed.Worker) -> WorkerState:
    if worker not in _states:
        _states[worker] = WorkerState(worker)
    return _states[worker]

"""Runs a command and measures it: wall time, CPU time and memory of its whole process tree."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

SAMPLE_EVERY_S = 0.5
TAIL = 2_000


@dataclass(frozen=True)
class Run:
    """One run of a command.

    Attributes:
        seconds: Wall time, from its start to its end.
        cpu_s: CPU time of it and of all processes that it started and waited for.
        peak_bytes: The most memory that all of them had at once: the sum of their proportional
            set sizes, in which what they share counts once. 0 where nobody looked.
    """

    seconds: float
    cpu_s: float
    peak_bytes: int


def measured(
    command: Sequence[object],
    environment: Mapping[str, str] | None = None,
    watch_memory: bool = True,
) -> Run:
    """Runs `command` to its end.

    Args:
        command: The program and its arguments.
        environment: Its variables; those of this process if None.
        watch_memory: Whether to look at its memory, which takes about 1 % of two cores.

    Raises:
        SystemExit: It failed; the message is the end of what it printed.
    """
    environment = dict(os.environ if environment is None else environment)
    # Installed programs are compiled; each run would compile ours anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile() as printed:
        started = time.monotonic()
        process = subprocess.Popen(
            list(map(str, command)), stdout=printed, stderr=printed, env=environment
        )
        watch = _Watch(process.pid) if watch_memory else None
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        peak = watch.end() if watch else 0
        if process.returncode:
            printed.seek(0)
            said = printed.read()[-TAIL:].decode(errors="replace")
            shown = " ".join(map(str, command))[:TAIL]
            raise SystemExit(f"exit code {process.returncode}: {shown}\n{said}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, peak)


class _Watch:
    """Looks at the memory of a process and of those below it, again and again."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> int:
        self._over.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        try:
            root = psutil.Process(self._pid)
            while True:
                tree = [root, *root.children(recursive=True)]
                self._peak = max(self._peak, sum(map(pss, tree)))
                if self._over.wait(SAMPLE_EVERY_S):
                    break
        except psutil.NoSuchProcess:
            pass


def pss(process: psutil.Process) -> int:
    """Proportional set size of a process in bytes; 0 of one that is gone."""
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0

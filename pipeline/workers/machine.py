"""What the machine has for this process, and how the pages of a run share it.

Counted are the cores and the memory that the limits of its control group leave to it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from ..ocr.registry import ResolvedEngine

GROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Share:
    """How the machine is shared among the pages of a run.

    Attributes:
        jobs: Pages at a time.
        threads: Threads that the engine may use for each.
        note: What the user should know of it; empty for nothing.
    """

    jobs: int
    threads: int
    note: str = ""


def share(
    engine: ResolvedEngine,
    jobs: int | None = None,
    count_pages: Callable[[int], int] = lambda enough: enough,
) -> Share:
    """Decides how many pages are made at a time, and with how many threads each.

    All cores are used and none twice: few pages at a time have more threads each.

    Args:
        engine: What each page at a time needs memory for.
        jobs: Pages at a time, where the user says so; None for the cores, or fewer where memory
            is short.
        count_pages: How many pages there are, counted no further than its argument; without it,
            there are enough.
    """
    note = ""
    if jobs is None:
        jobs = cpu_count()
        free_mb = available_memory_mb()
        fitting = max(1, int(free_mb // engine.memory_mb))
        if fitting < jobs:
            note = (
                f"{fitting} pages at a time instead of {jobs}: {free_mb:,.0f} MB of memory are"
                f" free, engine {engine.name} needs {engine.memory_mb:,.0f} MB for each"
            )
            jobs = fitting
    jobs = max(1, min(jobs, count_pages(jobs)))
    return Share(jobs, threads_for(jobs), note)


def threads_for(jobs: int) -> int:
    """Threads for each of this many pages at a time: the cores, shared."""
    return max(1, cpu_count() // jobs)


def cpu_count() -> int:
    """Cores that this process may use: no more than its affinity and its group's quota."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    quota = _quota_cores()
    return cores if math.isinf(quota) else max(1, min(cores, math.ceil(quota)))


def available_memory_mb() -> float:
    """Memory that can be used without swapping, in millions of bytes."""
    free = float(psutil.virtual_memory().available)
    for group in _own_groups("memory"):
        limit = _number(group, "memory.max", "memory.limit_in_bytes")
        used = _number(group, "memory.current", "memory.usage_in_bytes")
        if math.isfinite(limit) and math.isfinite(used):
            free = min(free, limit - used + _reclaimable(group))
    return max(0.0, free / 1e6)


def _quota_cores() -> float:
    """Cores of time per time that the group may use, the least of it and those above it."""
    least = math.inf
    for group in _own_groups("cpu"):
        try:
            if (group / "cpu.max").exists():  # version 2: "max 100000" or "150000 100000"
                quota, period = (group / "cpu.max").read_text().split()
            else:
                quota = (group / "cpu.cfs_quota_us").read_text()
                period = (group / "cpu.cfs_period_us").read_text()
            if quota != "max" and int(quota) > 0:
                least = min(least, int(quota) / int(period))
        except (OSError, ValueError):
            continue
    return least


def _own_groups(controller: str) -> list[Path]:
    """Folders of this process's control group and of those above it (cgroups(7))."""
    try:
        rows = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    groups = []
    for row in rows:
        _, controllers, path = row.split(":", 2)
        root = GROUPS / controller if controller in controllers.split(",") else GROUPS
        if controllers and controller not in controllers.split(","):
            continue
        group = root / path.lstrip("/")
        groups += [group, *(parent for parent in group.parents if parent.is_relative_to(root))]
    return [group for group in groups if group.is_dir()]


def _number(group: Path, *names: str) -> float:
    """The number in the first of these files that is there; infinity where none says one."""
    for name in names:
        try:
            return float((group / name).read_text())
        except (OSError, ValueError):
            continue
    return math.inf


def _reclaimable(group: Path) -> float:
    """Bytes of file cache that the kernel gives back when memory is asked for."""
    try:
        rows = (group / "memory.stat").read_text().splitlines()
    except OSError:
        return 0.0
    figures = dict(row.split(" ", 1) for row in rows if " " in row)
    return float(figures.get("total_inactive_file", figures.get("inactive_file", 0)))

"""The command with a clock in each of its stages: `python clock.py convert ...`.

Every process of it, workers too (they begin with this file, as spawned processes do), notes each
call of a stage as a line of JSON in a file of its own, in the folder `BENCH_CLOCK`. What a stage
calls in turn is noted for itself, and not counted twice. A sandbox would keep workers from that
folder: the command needs `--no-sandbox`.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import threading
import time
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

FOLDER, ENGINE = "BENCH_CLOCK", "BENCH_CLOCK_ENGINE"
STAGES = {
    "page": ("pipeline.workers.page:process_page", "pipeline.run.page_outcome:process_page"),
    "load": (
        "pipeline.workers.page:load_page",
        "pipeline.workers.page_text:load_page",
        "pipeline.load.page:repair",
    ),
    "downscale": ("pipeline.workers.page_text:downscale",),
    "recognition": ("pipeline.workers.page_text:recognize_with",),
    "render": ("pipeline.workers.page:render",),
    "merge": ("pipeline.run.finish:merge_pages",),
    "check": ("pipeline.run.finish:verify",),
}
"""What is timed, as module:name. Names of one function in several modules share one clock."""
DETECTION = {"rapid": "pipeline.ocr.engines.rapid.detector:LineDetector.detect"}
"""What finds the lines, in engines that do it apart from reading them."""

_nested = threading.local()


def main() -> None:
    from pipeline.cli.entry import main as command
    from pipeline.workers import spawn

    spawn._without_main.clear()  # workers leave the user's script alone, but begin with this one
    command()


def install() -> None:
    """Puts the clocks in.

    Raises:
        SystemExit: A function is not where it was.
    """
    for stage, places in STAGES.items():
        clocked: dict[object, Callable[..., Any]] = {}
        # All are found before any is clocked: a module imported later would hold the clocked one.
        for owner, name in [find(place) for place in places]:
            function = getattr(owner, name)
            # Workers are handed a function by its name: it must be one object in all modules.
            setattr(owner, name, clocked.setdefault(function, _clocked(stage, function)))


def _clock_engine(name: str) -> None:
    """Times how long the engine takes to start, and its detection once it has."""
    from pipeline.ocr.registry import ENTRY_POINT_GROUP

    (entry,) = entry_points(group=ENTRY_POINT_GROUP, name=name)
    engine: Any = entry.load()
    begin = engine.__init__

    def start(self: object, *given: object) -> None:
        if name in DETECTION:
            owner, function = find(DETECTION[name])
            if not hasattr(getattr(owner, function), "__wrapped__"):
                setattr(owner, function, _clocked("detection", getattr(owner, function)))
        begin(self, *given)

    engine.__init__ = _clocked("start", start)


def find(place: str) -> tuple[Any, str]:
    module, _, path = place.partition(":")
    *owners, name = path.split(".")
    try:
        owner = functools.reduce(getattr, owners, importlib.import_module(module))
        getattr(owner, name)
    except (ImportError, AttributeError) as error:
        raise SystemExit(
            f"the bench times {place}, which is not there any more ({error});"
            " name what took its place in tests/bench/clock.py"
        ) from error
    return owner, name


def _clocked(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*given: Any, **named: Any) -> Any:
        before = getattr(_nested, "spent", (0.0, 0.0))
        _nested.spent = (0.0, 0.0)
        started, cpu = time.monotonic(), time.process_time()
        try:
            return function(*given, **named)
        finally:
            whole_s, cpu_s = time.monotonic() - started, time.process_time() - cpu
            inner_s, inner_cpu_s = _nested.spent
            _nested.spent = (before[0] + whole_s, before[1] + cpu_s)
            _note(
                stage=stage,
                start=started,
                end=started + whole_s,
                seconds=whole_s - inner_s,
                cpu_s=cpu_s - inner_cpu_s,
            )

    return call


def _note(**what: object) -> None:
    print(json.dumps(what), file=_file(), flush=True)


@functools.cache
def _file() -> Any:
    return Path(os.environ[FOLDER], f"{os.getpid()}.jsonl").open("a", encoding="utf-8")


if __name__ in ("__main__", "__mp_main__"):
    install()
if __name__ == "__mp_main__":  # as spawned processes call it
    _clock_engine(os.environ[ENGINE])
if __name__ == "__main__":
    main()

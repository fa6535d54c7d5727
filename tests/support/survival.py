"""What the tests of crashes, kills and full disks share."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image

FAULTS = Path(__file__).parent / "faults"
GOOD, HANG, SEGFAULT, KILLED, GREEDY, RAISE, NONSENSE, PRINT, LEAVE = range(200, 209)
SLOW, PARENT, HOARD = range(209, 212)
EXIT, CANCEL, INTERRUPT, PANIC, CANCEL_OTHER, TWO_ARGUMENTS, EXIT_IN_C = range(212, 219)
EAT, WRITE, DIAL = range(219, 222)
"""Widths of pages, and what the engine of `FAULTS` does with them."""


def environment(**more: object) -> dict[str, str]:
    """The environment in which the engine `faults` is known."""
    path = os.pathsep.join(filter(None, (str(FAULTS), os.environ.get("PYTHONPATH"))))
    return {
        **os.environ,
        "COLUMNS": "200",
        "PYTHONPATH": path,
        **{k: str(v) for k, v in more.items()},
    }


def arguments(*given: object) -> list[str]:
    return [sys.executable, "-m", "pipeline", *map(str, given)]


def run(*given: object, **more: object) -> subprocess.CompletedProcess[str]:
    """Runs the command with the engine `faults` known."""
    return subprocess.run(
        arguments(*given), env=environment(**more), capture_output=True, text=True
    )


def hear_ctrl_c() -> None:
    """For `preexec_fn`: what a shell script starts in the background would not hear it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def ignore_ctrl_c() -> None:
    """For `preexec_fn`: as `nohup` and the background of a shell script have it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def page(path: Path, width: int, height: int = 100, shade: int = 255) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (width, height), shade).save(path, dpi=(100, 100))
    return path


def read_report(path: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(path.read_text())
    return report


def leftovers(folder: Path) -> list[Path]:
    """Everything in a folder that is no PDF and no folder."""
    others = [path for path in folder.rglob("*") if path.suffix != ".pdf" and not path.is_dir()]
    return others + list(folder.rglob(".*"))

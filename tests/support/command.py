"""The command as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

Command = Callable[..., subprocess.CompletedProcess[str]]


def run_command(*arguments: object, **settings: object) -> subprocess.CompletedProcess[str]:
    """Runs `searchable-pdf` as a user does, in a process of its own."""
    environment = {**os.environ, "COLUMNS": "120", **settings.pop("env", {})}  # type: ignore[dict-item]
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        **settings,  # type: ignore[call-overload]
    )


def one_line(text: str) -> str:
    """What stands on stderr, if it is one line and no traceback."""
    assert text.count("\n") == 1, text
    assert "Traceback" not in text
    return text

"""Engines that go wrong in every way there is, by the width of the page they are given.

A package of its own, which `survival.environment` puts on the path of the command.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import threading
from pathlib import Path

from PIL import Image

from pipeline import Baseline, Box, EngineOptions, Line, PageText, Word

LOG = "FAULTS_LOG"
"""Names a file to which each recognition adds a line."""


class FaultsEngine:
    name = "faults"
    languages = ("eng",)
    best_side_px = 2000
    memory_mb = 100

    def __init__(self, options: EngineOptions, threads: int) -> None:
        pass

    def recognize(self, image: Image.Image, languages: tuple[str, ...]) -> PageText:
        log = os.environ.get(LOG)
        if log:
            with Path(log).open("a") as file:
                file.write(f"{image.width}x{image.height}\n")
        match image.width:
            case 201:
                threading.Event().wait()
            case 202:
                ctypes.string_at(0)
            case 203:
                os.kill(os.getpid(), signal.SIGKILL)
            case 204:
                _hoard(1_500_000_000)
            case 205:
                raise RuntimeError("the page makes no sense")
            case 206:
                return "nonsense"  # type: ignore[return-value]
            case 207:
                print("an engine speaks")
                sys.stdout.flush()
                os.write(1, b"and so does its library\n")
            case 208:
                os._exit(0)
            case 209:
                threading.Event().wait(0.25)
            case 210:
                os.kill(os.getppid(), signal.SIGKILL)
            case 211:
                hoard = bytearray(os.urandom(1_000_000)) * 1000
                threading.Event().wait()
                del hoard
        word = Word(f"seen{image.height}", Box(0, 0, image.width, 20), 0.9)
        line = Line((word,), Baseline(0, 16, image.width, 16), 12)
        return PageText(image.width, image.height, (line,), engine=self.name)


def _hoard(room: int) -> None:
    """Takes memory up to a limit of its own, then ends as the kernel would end it."""
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    hoard = []
    try:
        while True:
            hoard.append(bytearray(100_000_000))
    except MemoryError:
        os.kill(os.getpid(), signal.SIGKILL)

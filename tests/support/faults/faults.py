"""Engines that go wrong in every way there is, by the width of the page they are given.

A package of its own, which `survival.environment` puts on the path of the command.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import ctypes
import os
import resource
import signal
import socket
import sys
import threading
from pathlib import Path

from PIL import Image

from pipeline import Baseline, Box, EngineOptions, Line, PageText, Word

LOG = "FAULTS_LOG"
"""Names a file to which each recognition adds a line."""
SWAP, KEEP_INODE = "FAULTS_SWAP", "FAULTS_KEEP_INODE"
"""Names two files, of which the first replaces the second as a page is recognized."""
GROWS = "FAULTS_GROWS"
"""Names a file that grows with each recognition."""
TARGET = "FAULTS_TARGET"
"""Names a file that the engine should not write."""
PORT = "FAULTS_PORT"
"""A port of this machine that it should not connect to."""
HOW = "STARTING_FAULT"
"""Names the way in which the engine `starting` does not start."""


class Panic(BaseException):
    """As `pyo3_runtime.PanicException` is."""


class TwoArguments(RuntimeError):
    """Can be pickled, but not be made again from its pickle."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(f"{one} and {two}")


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
        _swap()
        _grow()
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
            case 212:
                raise SystemExit(0)
            case 213:
                raise asyncio.CancelledError
            case 214:
                raise KeyboardInterrupt
            case 215:
                raise Panic("a Rust library panicked")
            case 216:
                raise concurrent.futures.CancelledError
            case 217:
                raise TwoArguments("one", "two")
            case 218:
                ctypes.CDLL(None).exit(0)
            case 219:
                _eat(3_000_000_000)
            case 220:
                Path(os.environ[TARGET]).write_text("not mine")
            case 221:
                socket.create_connection(("127.0.0.1", int(os.environ[PORT])), 10).close()
        word = Word(f"seen{image.height}", Box(0, 0, image.width, 20), 0.9)
        line = Line((word,), Baseline(0, 16, image.width, 16), 12)
        return PageText(image.width, image.height, (line,), engine=self.name)


class ServiceEngine(FaultsEngine):
    """Asks a service."""

    name = "service"
    needs_network = True


class StartingEngine(FaultsEngine):
    name = "starting"

    def __init__(self, options: EngineOptions, threads: int) -> None:
        match os.environ.get(HOW):
            case "raise":
                raise RuntimeError("no such model")
            case "exit":
                raise SystemExit(0)
            case "die":
                os.abort()
            case "leave":
                os._exit(0)


def _grow() -> None:
    """Adds to a file, as one that is still being copied."""
    path = os.environ.get(GROWS)
    if path:
        with Path(path).open("ab") as file:
            file.write(b"more")


def _swap() -> None:
    """Puts a file in the place of another, once: as a scanner does that scans a page again."""
    new, _, old = os.environ.get(SWAP, "").partition(os.pathsep)
    if new and Path(new).exists():
        if KEEP_INODE in os.environ:
            Path(old).write_bytes(Path(new).read_bytes())
            Path(new).unlink()
        else:
            Path(new).replace(old)


def _eat(most: int) -> None:
    """Takes memory, as nobody would who thinks of others; to an end, in case nobody stops it."""
    hoard: list[bytearray] = []
    while len(hoard) * 50_000_000 < most:
        hoard.append(bytearray(os.urandom(1_000_000) * 50))


def _hoard(room: int) -> None:
    """Takes memory up to a limit of its own, then ends as the kernel would end it."""
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    hoard = []
    try:
        while True:
            hoard.append(bytearray(100_000_000))
    except MemoryError:
        os.kill(os.getpid(), signal.SIGKILL)

"""An engine that does what no engine should, by the width of the page: `WAYS`, from `FIRST` on.

Most of it is done to its own process, which goes on to the next page if it can.
"""

from __future__ import annotations

import asyncio
import ctypes
import dataclasses
import locale
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable

from PIL import Image

from pipeline import Baseline, Box, EngineOptions, Line, PageText, Word

FIRST = 300


def hang(page: PageText) -> object:
    threading.Event().wait()
    return page


def hang_for_good(page: PageText) -> object:
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    return hang(page)


def signaled(number: signal.Signals) -> Callable[[PageText], object]:
    def by_signal(page: PageText) -> object:
        os.kill(os.getpid(), number)
        return hang(page)

    return by_signal


def raised(error: BaseException) -> Callable[[PageText], object]:
    def by_error(page: PageText) -> object:
        raise error

    return by_error


def leave(page: PageText) -> object:
    os._exit(7)


def overflow(page: PageText) -> object:
    sys.setrecursionlimit(10**9)
    return overflow(page)


def shout(page: PageText) -> object:
    print("x" * 3_000_000)
    sys.stderr.write("y" * 3_000_000)
    return page


def leave_threads(page: PageText) -> object:
    for _ in range(20):
        threading.Thread(target=threading.Event().wait).start()
    return page


def close_files(page: PageText) -> object:
    os.closerange(3, 1000)
    return page


def close_streams(page: PageText) -> object:
    os.closerange(0, 3)
    sys.stdout = sys.stderr = None
    return page


def move_away(page: PageText) -> object:
    os.chdir("/")
    return page


def hide_files(page: PageText) -> object:
    os.umask(0o777)
    return page


def hear_signals(page: PageText) -> object:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    return page


def speak_turkish(page: PageText) -> object:
    locale.setlocale(locale.LC_ALL, "C")
    os.environ.clear()
    os.environ["LC_ALL"] = "tr_TR.UTF-8"
    return page


def limit_files(page: PageText) -> object:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    return page


def limit_open_files(page: PageText) -> object:
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    return page


def fork(page: PageText) -> object:
    if os.fork() == 0:
        signal.pause()
    return page


def return_twice(page: PageText) -> object:
    os.fork()
    return page


def free_twice(page: PageText) -> object:
    ctypes.CDLL(None).free(ctypes.c_void_p(8))
    return page


def with_line(page: PageText, **changes: object) -> PageText:
    line = dataclasses.replace(page.lines[0], **changes)  # type: ignore[arg-type]
    return dataclasses.replace(page, lines=(line,))


def with_word(page: PageText, **changes: object) -> PageText:
    word = dataclasses.replace(page.lines[0].words[0], **changes)  # type: ignore[arg-type]
    return with_line(page, words=(word,))


WAYS: tuple[Callable[[PageText], object], ...] = (
    hang, hang_for_good, leave, overflow, shout, leave_threads, close_files, close_streams,
    move_away, hide_files, hear_signals, speak_turkish, limit_files, limit_open_files, fork,
    return_twice, free_twice,
    *(signaled(number) for number in (
        signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL, signal.SIGTERM, signal.SIGBUS,
        signal.SIGFPE, signal.SIGILL, signal.SIGHUP)),
    *(raised(error) for error in (
        SystemExit(3), KeyboardInterrupt(), asyncio.CancelledError(), GeneratorExit(),
        StopIteration(1), BaseException("base"), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"),
        OSError(5, "input"), TimeoutError(), EOFError(), BrokenPipeError(), AssertionError())),
    lambda page: None,
    lambda page: page.to_json(),
    lambda page: object(),
    lambda page: page.__class__,
    lambda page: dataclasses.replace(page, lines=None),  # type: ignore[arg-type]
    lambda page: dataclasses.replace(page, lines=(None,)),  # type: ignore[arg-type]
    lambda page: dataclasses.replace(page, width_px=page.width_px * 2),
    lambda page: with_line(page, height=1e300),
    lambda page: with_line(page, words=[object()]),
    lambda page: with_line(page, baseline=None),
    lambda page: with_word(page, text="\ud800"),
    lambda page: with_word(page, text=b"bytes"),
    lambda page: with_word(page, text="\0\1\2"),
    lambda page: with_word(page, text="long" * 1_000_000),
    lambda page: with_word(page, confidence=float("nan")),
    lambda page: with_word(page, box=Box(float("inf"), 0, 10, 10)),
    lambda page: with_word(page, box=("a", "b", "c", "d")),
)  # fmt: skip


class MisbehavingEngine:
    name = "misbehaving"
    languages = ("eng",)
    best_side_px = 2000
    memory_mb = 100

    def __init__(self, options: EngineOptions, threads: int) -> None:
        pass

    def recognize(self, image: Image.Image, languages: tuple[str, ...]) -> PageText:
        word = Word(f"seen{image.height}", Box(0, 0, image.width, 20), 0.9)
        line = Line((word,), Baseline(0, 16, image.width, 16), 12)
        page = PageText(image.width, image.height, (line,), engine=self.name)
        if image.width < FIRST:
            return page
        return WAYS[image.width - FIRST](page)  # type: ignore[return-value]

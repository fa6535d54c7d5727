"""Engines that say how they share the machine: each that starts adds a line to a file."""

from __future__ import annotations

import os
from pathlib import Path

from PIL import Image

from pipeline import EngineOptions, EngineStatus, PageText

LOG = "COUNTED_LOG"
"""Names the file; a line is the process, and the threads of the engine."""
STATUS_LOG = "COUNTED_STATUS_LOG"
"""Names a file to which each question for the status adds a line."""


class CountedEngine:
    name = "counted"
    languages = ("eng",)
    memory_mb = 1

    def __init__(self, options: EngineOptions, threads: int) -> None:
        with Path(os.environ[LOG]).open("a") as file:
            file.write(f"{os.getpid()} {threads}\n")

    @classmethod
    def status(cls, options: EngineOptions) -> EngineStatus:
        if STATUS_LOG in os.environ:
            with Path(os.environ[STATUS_LOG]).open("a") as file:
                file.write(f"{os.getpid()}\n")
        return EngineStatus(cls.name, True, languages=cls.languages)

    def recognize(self, image: Image.Image, languages: tuple[str, ...]) -> PageText:
        return PageText(image.width, image.height, engine=self.name)


class GiantEngine(CountedEngine):
    """Says that it takes more memory than any machine has."""

    name = "giant"
    memory_mb = 1e9

"""An engine that only sleeps: what remains of a page's time is what this program takes."""

from __future__ import annotations

import time

from PIL import Image

from pipeline import EngineOptions, PageText

PAGE_S = 0.5


class SleepEngine:
    name = "sleeper"
    languages = ("eng",)
    best_side_px = 2000
    memory_mb = 100

    def __init__(self, options: EngineOptions, threads: int) -> None:
        pass

    def recognize(self, image: Image.Image, languages: tuple[str, ...]) -> PageText:
        time.sleep(PAGE_S)
        return PageText(image.width, image.height, engine=self.name)

"""Engines for tests: real to those who call them, but fast and predictable."""

from __future__ import annotations

import threading

from PIL import Image

from pipeline import Baseline, Box, Line, PageText, Word


class Still:
    """Sees nothing on any page."""

    name = "still"
    languages = frozenset(("eng",))
    best_side_px = 2000

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        return PageText(image.width, image.height, engine=self.name)


class Stamp(Still):
    """Reads on each page the size of the image it was given."""

    name = "stamp"

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        text = f"{image.width}x{image.height}{image.mode}"
        box = Box(0, 0, image.width, 12)
        line = Line((Word(text, box, 1.0),), Baseline(0, 10, image.width, 10), 8)
        return PageText(image.width, image.height, (line,), engine=self.name)


class Seer(Still):
    """Keeps the images it is given."""

    name = "seer"

    def __init__(self) -> None:
        self.images: list[Image.Image] = []

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        self.images.append(image.copy())
        return super().recognize(image, languages)


class Faulty(Still):
    """Fails on images wider than high."""

    name = "faulty"

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        if image.width > image.height:
            raise RuntimeError("the page lies on its side")
        return super().recognize(image, languages)


class Patient(Still):
    """Waits until somebody sets `go`."""

    name = "patient"

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.go = threading.Event()

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        self.asked.set()
        if not self.go.wait(60):
            raise TimeoutError("nobody said go: the event loop did not run meanwhile")
        return Stamp().recognize(image)

"""PP-OCRv6 on OpenVINO: detects the lines of a page, recognizes them, and places their words.

One line is recognized at a time, scaled to a width that depends on that line alone. So the text of
a page does not depend on the pages before it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

from ....model.text import Line
from .detector import LineDetector, trim_heap
from .network import Floats, Pixels
from .recognizer import LineRecognizer
from .stray import without_stray_marks
from .upright import DetectedLine, clockwise_turn_deg
from .word_places import line_from_reading

MIN_LINE_CONFIDENCE = 0.5
"""Lines with less are no text: `text_score` of RapidOCR."""


class PageReader:
    """The two models, compiled. One instance serves one thread at a time.

    Args:
        threads: How many threads one page may use.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._detector = LineDetector(threads)
        self._recognizers: dict[bool, LineRecognizer] = {}

    def read(self, image: Image.Image, latin: bool) -> tuple[tuple[Line, ...], int]:
        """Reads a page, whichever way up it is.

        Args:
            image: The page, with square pixels.
            latin: Whether only Latin letters, digits and symbols may be read.

        Returns:
            The lines, in pixels of the page after it was made upright, and the clockwise rotation
            in degrees that makes it so: 0, 90, 180 or 270.
        """
        pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
        with ThreadPoolExecutor(1) as compiler:  # meanwhile, the lines of the first page
            compiling = compiler.submit(self._recognizer, latin)
            quads = self._detector.detect(pixels)
        recognizer = compiling.result()
        detected = _detected(pixels, quads, recognizer)
        turn_deg = clockwise_turn_deg(detected)
        if turn_deg:
            pixels = np.ascontiguousarray(np.rot90(pixels, -turn_deg // 90))
            detected = _detected(pixels, self._detector.detect(pixels), recognizer)
        lines = [line for line in map(_line, detected) if line is not None]
        trim_heap()  # before the next page is loaded, which takes memory, too
        return without_stray_marks(lines), turn_deg

    def _recognizer(self, latin: bool) -> LineRecognizer:
        """The compiled model for these characters, kept for the next page."""
        if latin not in self._recognizers:
            self._recognizers[latin] = LineRecognizer(self._threads, latin)
        return self._recognizers[latin]


def _detected(
    pixels: Pixels, quads: list[Floats], recognizer: LineRecognizer
) -> list[DetectedLine]:
    return [DetectedLine(pixels, quad, recognizer.recognize) for quad in quads]


def _line(detected: DetectedLine) -> Line | None:
    """The line with its words placed; None if no text is read in it."""
    upside_down = detected.is_upside_down
    reading = detected.upside_down if upside_down else detected.reading
    if not reading.text.strip() or reading.confidence < MIN_LINE_CONFIDENCE:
        return None
    return line_from_reading(detected.quad, reading, detected.crop(upside_down), upside_down)

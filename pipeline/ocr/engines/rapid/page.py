"""PP-OCRv6 on OpenVINO: finds the lines of a page, reads them, and places their words.

One line is read at a time, at a width taken from that line alone, so that a page reads the same
whatever it is read beside.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

from ....model.text import Line
from .finder import LineFinder, trim_heap
from .line_reader import LineReader
from .stray import without_stray_marks
from .upright import FoundLine, clockwise_turn_deg
from .word_places import line_from_reading

MIN_LINE_CONFIDENCE = 0.5


class PageReader:
    """The two models, compiled. One instance serves one thread at a time.

    Args:
        threads: How many one page may use.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._finder = LineFinder(threads)
        self._readers: dict[bool, LineReader] = {}

    def read(self, image: Image.Image, latin: bool) -> tuple[tuple[Line, ...], int]:
        """Reads a page, whichever way up it lies.

        Args:
            image: The page, with square pixels.
            latin: Only Latin letters are considered.

        Returns:
            Its lines, in pixels of the page once it is upright, and the clockwise turn in
            degrees that makes it so: 0, 90, 180 or 270.
        """
        pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
        with ThreadPoolExecutor(1) as beside:  # for the first page, it is compiled meanwhile
            started = beside.submit(self._reader, latin)
            quads = self._finder.find(pixels)
        reader = started.result()
        found = [FoundLine(pixels, quad, reader.read) for quad in quads]
        turn_deg = clockwise_turn_deg(found)
        if turn_deg:
            pixels = np.ascontiguousarray(np.rot90(pixels, -turn_deg // 90))
            quads = self._finder.find(pixels)
            found = [FoundLine(pixels, quad, reader.read) for quad in quads]
        lines = [line for line in map(_line, found) if line is not None]
        trim_heap()  # before the next page is opened, and looked at
        return without_stray_marks(lines), turn_deg

    def _reader(self, latin: bool) -> LineReader:
        if latin not in self._readers:
            self._readers[latin] = LineReader(self._threads, latin)
        return self._readers[latin]


def _line(found: FoundLine) -> Line | None:
    head_down = found.is_head_down
    reading = found.head_down if head_down else found.reading
    if not reading.text.strip() or reading.confidence < MIN_LINE_CONFIDENCE:
        return None
    return line_from_reading(found.quad, reading, found.crop(head_down), head_down)

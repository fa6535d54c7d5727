"""PP-OCRv6 on OpenVINO: finds the lines of a page, reads them, and places their words.

One line is read at a time, at a width taken from that line alone, so that a page reads the same
whatever it is read beside.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

from ..model import Line
from .finder import LineFinder
from .network import Floats, Pixels
from .places import flat_line, line_from_reading
from .reader import LineReader

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

    def read(self, image: Image.Image, latin: bool) -> tuple[Line, ...]:
        """The lines of a page, upright with square pixels; `latin`: of Latin letters only."""
        pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
        with ThreadPoolExecutor(1) as beside:  # for the first page, it is compiled meanwhile
            started = beside.submit(self._reader, latin)
            quads = self._finder.find(pixels)
        reader = started.result()
        lines = (self._line(reader, pixels, quad) for quad in quads)
        return tuple(line for line in lines if line is not None)

    def _reader(self, latin: bool) -> LineReader:
        if latin not in self._readers:
            self._readers[latin] = LineReader(self._threads, latin)
        return self._readers[latin]

    def _line(self, reader: LineReader, page: Pixels, quad: Floats) -> Line | None:
        crop = flat_line(page, quad)
        reading = reader.read(crop)
        if not reading.text.strip() or reading.confidence < MIN_LINE_CONFIDENCE:
            return None
        return line_from_reading(quad, reading, crop)

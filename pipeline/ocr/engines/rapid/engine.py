"""PP-OCRv6 on OpenVINO: the default engine. Latin, Chinese and Japanese, offline."""

from __future__ import annotations

from importlib.metadata import version

from PIL import Image

from ....model.languages import LANGUAGES, only_latin
from ....model.options import EngineOptions
from ....model.rotation import turned
from ....model.text import PageText
from ...engine import EngineStatus
from ...order import reading_order

REVISION = "7"
"""Counts up when our own steps around the models change what is read, or where."""


class RapidEngine:
    """Reads a page with PP-OCRv6. One instance serves one thread at a time.

    Args:
        options: How many threads one page may use.
    """

    name = "rapid"
    languages = frozenset(code for code, language in LANGUAGES.items() if language.rapid)
    best_side_px = 2000
    memory_mb = 750

    def __init__(self, options: EngineOptions) -> None:
        from .page import PageReader  # a second of imports, for those who read only

        self._reader = PageReader(options.threads)

    @staticmethod
    def status(options: EngineOptions) -> EngineStatus:
        """Always there: it comes with the program."""
        parts = f"{version('rapidocr')} on OpenVINO {version('openvino')}"
        return EngineStatus("rapid", True, "", "", parts, "", tuple(sorted(RapidEngine.languages)))

    @staticmethod
    def data(options: EngineOptions, languages: tuple[str, ...]) -> str:
        """Which way of ours the models are used in: what was read in another is not taken."""
        return REVISION

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        """Reads `image`.

        Args:
            image: The page, with square pixels, whichever way up.
            languages: Where all are Latin, only Latin letters are considered; otherwise all
                scripts are read at once.

        Returns:
            The page's lines in reading order, with words, places and confidences.
        """
        lines, turn_deg = self._reader.read(image, latin=only_latin(languages))
        size = image.size if turn_deg % 180 == 0 else image.size[::-1]
        upright = PageText(*size, reading_order(lines), engine=self.name)
        return turned(upright, -turn_deg)

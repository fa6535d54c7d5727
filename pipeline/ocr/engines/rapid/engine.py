"""The default engine: PP-OCRv6 on OpenVINO. Reads Latin, Chinese and Japanese, offline."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from ....model.languages import only_latin
from ....model.options import EngineOptions
from ....model.rotation import turned
from ....model.text import PageText
from ...engine import EngineStatus
from .languages import LANGUAGES

if TYPE_CHECKING:  # --help needs no images
    from PIL import Image

REVISION = "7"
"""Goes up by one when the steps around the models change what is read, or where it is placed."""


class RapidEngine:
    """Recognizes a page with PP-OCRv6. One instance serves one thread at a time.

    Args:
        options: Ignored: this engine has none.
        threads: How many threads one page may use.
    """

    name = "rapid"
    languages = LANGUAGES
    best_side_px = 2000  # .994 of the words on 20 dense pages are found; at 1280 px .992
    memory_mb = 750  # measured: 681 MB (see `EnginePlugin.memory_mb`)
    distributions = ("rapidocr", "openvino")

    def __init__(self, options: EngineOptions, threads: int) -> None:
        from .page import PageReader  # takes a second to import: only where pages are recognized

        self._reader = PageReader(threads)

    @staticmethod
    def status(options: EngineOptions) -> EngineStatus:
        """Always available: it is installed with the program."""
        parts = f"{version('rapidocr')} on OpenVINO {version('openvino')}"
        return EngineStatus("rapid", True, version=parts, languages=tuple(sorted(LANGUAGES)))

    @staticmethod
    def data(options: EngineOptions, languages: tuple[str, ...]) -> str:
        """The revision of the steps around the models: stored texts of another one are not used."""
        return REVISION

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        """Recognizes `image`.

        Args:
            image: The page, with square pixels, whichever way up it is.
            languages: If all are written in Latin letters, only those are read; otherwise Latin,
                Chinese and Japanese are read together.

        Returns:
            The page's lines in reading order, with words, places and confidences.
        """
        from ...order import reading_order  # imports numpy

        lines, turn_deg = self._reader.read(image, latin=only_latin(languages))
        size = image.size if turn_deg % 180 == 0 else image.size[::-1]
        upright = PageText(*size, reading_order(lines), engine=self.name)
        return turned(upright, -turn_deg)

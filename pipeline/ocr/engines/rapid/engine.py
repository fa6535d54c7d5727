"""PP-OCRv6 on OpenVINO: the default engine. Latin, Chinese and Japanese, offline."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from ....model.languages import only_latin
from ....model.options import EngineOptions
from ....model.rotation import turned
from ....model.text import PageText
from ...engine import EngineStatus
from .languages import LANGUAGES

if TYPE_CHECKING:  # a look at --help opens no image
    from PIL import Image

REVISION = "7"
"""Counts up when our own steps around the models change what is read, or where."""


class RapidEngine:
    """Recognizes a page with PP-OCRv6. One instance serves one thread at a time.

    Args:
        options: There is nothing to choose.
        threads: How many threads one page may use.
    """

    name = "rapid"
    languages = LANGUAGES
    best_side_px = 2000  # of 20 dense pages .994 of the words are found, at 1280 px .992
    memory_mb = 750  # 681 MB were measured (see `EnginePlugin.memory_mb`)
    distributions = ("rapidocr", "openvino")

    def __init__(self, options: EngineOptions, threads: int) -> None:
        from .page import PageReader  # a second of imports, for those who recognize only

        self._reader = PageReader(threads)

    @staticmethod
    def status(options: EngineOptions) -> EngineStatus:
        """It is always there: it comes with the program."""
        parts = f"{version('rapidocr')} on OpenVINO {version('openvino')}"
        return EngineStatus("rapid", True, version=parts, languages=tuple(sorted(LANGUAGES)))

    @staticmethod
    def data(options: EngineOptions, languages: tuple[str, ...]) -> str:
        """The revision of our own steps: texts of another one are not used again."""
        return REVISION

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        """Recognizes `image`.

        Args:
            image: The page, with square pixels, whichever way up.
            languages: Where all are Latin, only Latin letters are considered; otherwise all
                scripts are read at once.

        Returns:
            The page's lines in reading order, with words, places and confidences.
        """
        from ...order import reading_order  # imports numpy

        lines, turn_deg = self._reader.read(image, latin=only_latin(languages))
        size = image.size if turn_deg % 180 == 0 else image.size[::-1]
        upright = PageText(*size, reading_order(lines), engine=self.name)
        return turned(upright, -turn_deg)

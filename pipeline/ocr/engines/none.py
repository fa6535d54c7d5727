"""No recognition: scans become PDFs without text, quickly. Also the fast engine for tests."""

from __future__ import annotations

from PIL import Image

from ...model.languages import LANGUAGES
from ...model.options import EngineOptions
from ...model.text import PageText


class NullEngine:
    """Reads nothing, in any language."""

    name = "none"
    languages = frozenset(LANGUAGES)
    best_side_px = 100  # the images that it is given are blank: small ones are made sooner
    memory_mb = 300  # 253 MB were measured (see `EnginePlugin.memory_mb`): the scan, packed anew
    reads_pages = False

    def __init__(self, options: EngineOptions, threads: int) -> None:
        pass

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        """A page without text, as large as `image`, which is blank."""
        return PageText(image.width, image.height, engine=self.name)

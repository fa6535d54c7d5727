"""No recognition: scans are bundled as they are, quickly. Also the fast double for tests."""

from __future__ import annotations

from PIL import Image

from ...model.languages import LANGUAGES
from ...model.options import EngineOptions
from ...model.text import PageText


class NullEngine:
    """Reads nothing, in any language."""

    name = "none"
    languages = frozenset(LANGUAGES)
    best_side_px = 100
    memory_mb = 300

    def __init__(self, options: EngineOptions) -> None:
        pass

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        """A page without text; the image was decoded, so a damaged scan is still found out."""
        return PageText(image.width, image.height, engine=self.name)

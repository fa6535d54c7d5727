"""A page to be made: all that a worker must know of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..model.options import DEFAULT_ENGINE, ImageOptions, LoadOptions, OcrOptions, OutputType
from ..model.page import PageSource
from ..ocr.engine import EngineChoice
from ..ocr.registry import ResolvedEngine

SIDECAR_ENDING = ".txt"
NOT_KEPT = "its text could not be kept for later"
"""A note on a page whose text the store could not write."""
WHOLE, DAMAGED = "", "-damaged"
"""States of the scan when its text was kept, as endings of the text's key in the store."""


@dataclass(frozen=True, slots=True)
class PageJob:
    """All that a worker must know of a page: small, and picklable where the engine is a name.

    Attributes:
        source: Which page.
        load: How to open the scan.
        ocr: How to recognize it, where `engine` is not resolved yet.
        engine: Who recognizes it: the engine of the run; or a choice, which is then resolved for
            this page alone.
        content: Hash of the scan's bytes; empty where it was not computed.
        key: Names the text of this page among all texts (`page_key` in `store.texts`); empty where
            the text is not to be kept.
        store: Folder of the texts that are kept; None for none.
        spool: File for the page's PDF; its text goes beside it. None to give it back as bytes.
        text_file: Its text as JSON, which a person may have corrected; None for none.
        images: How its scan stands in the PDF.
        output_type: `pdfa` converts what PDF/A-2 does not allow in its picture.
    """

    source: PageSource
    load: LoadOptions = field(default_factory=LoadOptions)
    ocr: OcrOptions = field(default_factory=OcrOptions)
    engine: EngineChoice | ResolvedEngine = DEFAULT_ENGINE
    content: str = ""
    key: str = ""
    store: Path | None = None
    spool: Path | None = None
    text_file: Path | None = None
    images: ImageOptions = field(default_factory=ImageOptions)
    output_type: OutputType = "auto"

    def __str__(self) -> str:
        """The name of the page, for messages."""
        return str(self.source)

    @property
    def store_keys(self) -> tuple[str, ...]:
        """The names that its text may have in a store; none where it is not to be kept."""
        return (self.key + WHOLE, self.key + DAMAGED) if self.key else ()

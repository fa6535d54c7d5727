"""A page to be made: all that a worker must know of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from ..load.pillow import decoded_bytes
from ..model.options import DEFAULT_ENGINE, ImageOptions, LoadOptions, OcrOptions, OutputType
from ..model.page import PageSource
from ..model.paths import hold_paths
from ..model.text import PageText
from ..ocr.engine import EngineChoice
from ..ocr.registry import ResolvedEngine
from ..store.content import Content, FileState

SIDECAR_ENDING = ".txt"
STAGE_ENDING = ".stage"
NOT_KEPT = "its text could not be kept for later"
"""A note on a page whose text the store could not write."""
WHOLE, DAMAGED = "", "-damaged"
"""States of the scan when its text was kept, as endings of the text's key in the store."""


class RoomNeededError(Exception):
    """A page is larger than it may be: the runner gives it room, and it is begun anew.

    Attributes:
        decoded_bytes: What its pixels take in memory, as its header says.
    """

    def __init__(self, decoded_bytes: int) -> None:
        super().__init__(decoded_bytes)
        self.decoded_bytes = decoded_bytes


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
        state: Of the scan's file when it was hashed; None where nobody looks whether it is still
            the same.
        key: Names the text of this page among all texts (`page_key` in `store.texts`); empty where
            the text is not to be kept.
        store: Folder of the texts that are kept; None for none.
        spool: File for the page's PDF; its text goes beside it. None to give it back as bytes.
        text_file: Where its text goes as JSON, which a person may correct; None for none.
        corrected: Its text as a person has corrected it, which takes the place of recognition; None
            where nobody has.
        images: How its scan stands in the PDF.
        output_type: `pdfa` converts what PDF/A-2 does not allow in its picture.
        verify: See that a reader finds its text again in the page's PDF.
        room_bytes: What its decoded pixels may take in memory; None for any size.
    """

    source: PageSource
    load: LoadOptions = field(default_factory=LoadOptions)
    ocr: OcrOptions = field(default_factory=OcrOptions)
    engine: EngineChoice | ResolvedEngine = DEFAULT_ENGINE
    content: str = ""
    state: FileState | None = None
    key: str = ""
    store: Path | None = None
    spool: Path | None = None
    text_file: Path | None = None
    corrected: PageText | None = None
    images: ImageOptions = field(default_factory=ImageOptions)
    output_type: OutputType = "auto"
    verify: bool = True
    room_bytes: int | None = None

    def __post_init__(self) -> None:
        hold_paths(self)

    def __str__(self) -> str:
        """The name of the page, for messages."""
        return str(self.source)

    @property
    def store_keys(self) -> tuple[str, ...]:
        """The names that its text may have in a store; none where it is not to be kept."""
        return (self.key + WHOLE, self.key + DAMAGED) if self.key else ()

    def note_stage(self, stage: str) -> None:
        """Leaves word beside the page of what is being done, for whoever stops it."""
        if self.spool is not None:
            with suppress(OSError):  # the page itself will tell
                self.spool.with_suffix(STAGE_ENDING).write_text(stage, encoding="ascii")

    @property
    def noted_stage(self) -> str:
        """What was being done when the work on the page was stopped; empty where nobody knows."""
        if self.spool is not None:
            with suppress(OSError):
                return self.spool.with_suffix(STAGE_ENDING).read_text(encoding="ascii")
        return ""

    def forget_stage(self) -> None:
        """Nothing is being done any more."""
        if self.spool is not None:
            with suppress(OSError):
                self.spool.with_suffix(STAGE_ENDING).unlink()

    def ask_for_room(self, image: Image.Image) -> None:
        """Sees that its pixels, not decoded yet, take no more than they may.

        Raises:
            RoomNeededError: They take more.
        """
        needed = decoded_bytes(image)
        if self.room_bytes is not None and needed > self.room_bytes:
            raise RoomNeededError(needed)

    def is_of_same_scan(self) -> bool:
        """Whether its scan has not been replaced since it was hashed, as far as can be told."""
        if self.state is None:
            return True
        return Content(self.content, state=self.state).is_still_of(self.source.file)

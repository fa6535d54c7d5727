"""The scans of one document, which may be replaced while its pages are made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..load.scan import page_sources
from ..model.options import ConvertOptions
from ..model.page import Document, PageSource
from ..ocr.registry import ResolvedEngine
from ..store.content import Content, FileState
from ..store.provenance import fingerprint

TRIES = 3
"""How often a page is made whose scan is replaced meanwhile: more is a file that is being copied,
or somebody who works on it."""
CHANGING = "is being changed while it is read; run again when it is complete"


class DocumentScans:
    """What the scans of a document hold, as far as its pages have been begun.

    Args:
        document: The document.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._contents: dict[Path, Content] = {}
        # Of each scan when its first page was begun, and how many pages it had.
        self._begun: dict[Path, tuple[str, int]] = {}

    def sources(self) -> Iterator[PageSource]:
        """The pages. Every scan is hashed just before its first page."""
        for path in self._document.scans:
            before = self.content(path).hash
            for count, source in enumerate(page_sources(path), 1):
                self._begun[path] = before, count
                yield source

    def content(self, path: Path) -> Content:
        """What a scan holds, as it was when this was last looked at."""
        if path not in self._contents:
            self._contents[path] = Content.of(path)
        return self._contents[path]

    def fingerprint(
        self, corrected: Sequence[str], options: ConvertOptions, engine: ResolvedEngine
    ) -> str:
        """Says of two runs whether they make the same PDF of these scans.

        Args:
            corrected: What stands for the corrections of its pages (`PageCorrection`).
            options: The user's options.
            engine: Recognizes the pages.
        """
        return fingerprint(
            self._document,
            [self.content(path).in_fingerprint for path in self._document.scans],
            corrected if any(corrected) else [],
            options,
            engine.name,
            engine.languages,
            engine.options.fingerprint_parts,
        )

    def is_of(self, path: Path, content_hash: str) -> bool:
        """Whether a scan still has this content, as far as can be told: it is looked at again.

        It is hashed again only where the state of its file has changed. A file that is gone, or can
        no longer be opened, has not changed.
        """
        if FileState.of(path) not in (None, self.content(path).state):
            now = Content.of(path)
            if now.hash:
                self._contents[path] = now
        return self.content(path).hash == content_hash

    def mixed(self) -> Path | None:
        """A scan of several pages that was replaced, so that they may be of both; None for none."""
        for path, (before, count) in self._begun.items():
            if self.content(path).hash != before:
                now = sum(1 for _ in page_sources(path))
                if (count, now) != (1, 1):
                    return path
        return None

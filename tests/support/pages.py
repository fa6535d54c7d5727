"""Pages with a text layer, for tests of what is made of pages."""

from __future__ import annotations

from pathlib import Path

from pipeline import Baseline, Box, Line, PageSource, PageText, Word, load_page
from pipeline.render import RenderedPage, render

from .survival import page


def page_with_word(folder: Path, text: str) -> RenderedPage:
    """A page of 400 x 100 pixels at 100 dpi, with one line of this text."""
    scan = page(folder / "1.png", 400, 100)
    line = Line((Word(text, Box(0, 0, 400, 30)),), Baseline(0, 25, 400, 25), 20)
    with load_page(PageSource(scan)) as opened:
        return render(opened, PageText(400, 100, (line,)))

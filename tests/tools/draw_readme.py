"""Draws the pictures of the README: a page with its text highlighted, and the command at work.

    make pictures        (PYTHONPATH=tests python -m tools.draw_readme [FOLDER])

Both come from one run of the command on the fixtures: what is drawn is what it made and printed.
`page.png` is a page of its PDF as PDFium shows it, with the boxes in which PDFium finds the words.
`command.svg` is what it printed on a terminal. No other program is needed, but a POSIX system.
"""

from __future__ import annotations

import io
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFont
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text
from support.readers import pdfium_words
from support.truth import SCANS

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT, PAGE = "letters.pdf", 1
QUERY = "secretary"
SHOWN_PT = (30, 70, 575, 440)
"""The part of the page that is drawn: left, top, right, bottom."""
SCALE = 1.75
"""Pixels to the point."""
WORD, HIT, FRAME = (205, 226, 255), (255, 196, 77), (150, 156, 165)
TERMINAL_COLUMNS = 76
THEME = TerminalTheme(
    (250, 250, 248),
    (40, 44, 52),
    [(40, 44, 52), (190, 45, 50), (35, 125, 60), (150, 105, 0),
     (30, 90, 180), (140, 60, 150), (0, 120, 130), (110, 115, 125)],
)  # fmt: skip
SVG = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
    font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace;
    font-size: {char_height}px;
    line-height: {line_height}px;
}}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""As rich has it, without the fonts that it would load from elsewhere."""


def run_on_terminal(folder: Path, *arguments: str) -> str:
    """What the command prints on a terminal, with all that a terminal is told to do."""
    ours, theirs = pty.openpty()
    environment = {
        **os.environ,
        "COLUMNS": str(TERMINAL_COLUMNS),
        "TERM": "xterm-256color",
        "SEARCHABLE_PDF_CACHE_DIR": str(folder / "cache"),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
    ) as process:  # fmt: skip
        os.close(theirs)
        printed = b"".join(_chunks(ours))
    os.close(ours)
    if process.returncode:
        sys.exit(printed.decode())
    return printed.decode()


def _chunks(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            yield os.read(terminal, 65536)
        except OSError:  # Linux: the other side is closed
            return


def as_shown(printed: str) -> list[Text]:
    """The progress bar when half of the pages were done, and what stands there at the end."""
    rows = [
        row for row in re.split(r"[\r\n]+|\x1b\[2K", re.sub(r"\x1b\[\?25.|\x1b\[1A", "", printed))
        if row.strip()
    ]  # fmt: skip
    bars = [row for row in rows if "Reading" in row]
    half = next(row for row in bars if re.search(r"\b7/14\b", row))
    return [Text.from_ansi(half), *(Text.from_ansi(row) for row in rows if row not in bars
                                    and "Looking for" not in row)]  # fmt: skip


def draw_command(printed: str, command: str, path: Path) -> None:
    """The terminal as a picture."""
    console = Console(record=True, width=TERMINAL_COLUMNS, file=io.StringIO())
    console.print(Text.assemble(("$ ", "dim"), (command, "bold")))
    for row in as_shown(printed):
        console.print(row, no_wrap=True, crop=True)
    console.save_svg(
        str(path), title="searchable-pdf", theme=THEME, code_format=SVG, unique_id="terminal"
    )


def draw_page(pdf: Path, path: Path) -> None:
    """A page of the PDF, its words on blue, what a search finds on yellow."""
    marks = []
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[PAGE]
        height = page.get_height()
        shown = page.render(scale=SCALE).to_pil().convert("RGB")
        text = page.get_textpage()
        search = text.search(QUERY)
        while (hit := search.get_next()) is not None:
            for index in range(text.count_rects(*hit)):
                left, bottom, right, top = text.get_rect(index)
                marks.append((left, height - top, right, height - bottom))
    words = [(word.left, word.top, word.right, word.bottom) for word in pdfium_words(pdf, PAGE)]
    under = Image.new("RGB", shown.size, "white")
    draw = ImageDraw.Draw(under)
    for color, boxes in ((WORD, words), (HIT, marks)):
        for box in boxes:
            draw.rounded_rectangle([side * SCALE for side in box], 3, color)
    shown = ImageChops.multiply(shown, under).crop([round(side * SCALE) for side in SHOWN_PT])
    _draw_search_field(shown, f"{QUERY}  ({len(marks)} found)")
    ImageDraw.Draw(shown).rectangle((0, 0, shown.width - 1, shown.height - 1), outline=FRAME)
    shown.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)


def _draw_search_field(page: Image.Image, query: str) -> None:
    font = ImageFont.load_default(20)
    draw = ImageDraw.Draw(page)
    left, top, right, bottom = page.width - 320, 18, page.width - 20, 60
    draw.rounded_rectangle((left, top, right, bottom), 8, "white", FRAME, 2)
    draw.ellipse((left + 14, top + 12, left + 28, top + 26), outline=FRAME, width=3)
    draw.line((left + 26, top + 24, left + 34, top + 32), FRAME, 3)
    draw.text((left + 46, (top + bottom) / 2), query, (40, 44, 52), font, "lm")


def main() -> None:
    """Draws both into a folder; `docs/` if none is named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        shutil.copytree(SCANS, place / "scans")
        arguments = ("convert", "scans/", "-o", "pdfs/")
        printed = run_on_terminal(place, *arguments)
        draw_command(printed, " ".join(("searchable-pdf", *arguments)), folder / "command.svg")
        draw_page(place / "pdfs" / DOCUMENT, folder / "page.png")


if __name__ == "__main__":
    main()

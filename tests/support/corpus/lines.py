"""Lines in many scripts, tilted and turned, with the true place of each word.

    PYTHONPATH=tests python -m support.corpus.lines

measures the words anew (it needs the fonts Noto and Noto CJK).

The widths of words are kept in `widths.json`, so that a page's text layer is the same
where the fonts are missing; only its print is then not drawn.
"""

from __future__ import annotations

import json
import math
import unicodedata
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pipeline.load.page import load_page
from pipeline.merge import merge_pages
from pipeline.model.geometry import Baseline, Box
from pipeline.model.page import PageSource
from pipeline.model.text import Line, PageText, Word
from pipeline.render import render_page
from support.corpus.texts import TEXTS, TOUCH

PAGE_PT = (595.2, 841.68)
SCALE = 2.5
"""Pixels per point: 180 dpi."""
SIZE_PT = 11.0
ASCENT_EM, DESCENT_EM = 0.8, 0.22
TOUCHING_PT = 0.4
"""Between words that touch."""
ORIGINS_PT = {"turn+90": (520.0, 500.0), "turn+180": (400.0, 600.0), "turn-90": (80.0, 150.0)}
"""Where the baselines of turned lines start; y down."""

NOTO, NOTO_CJK = "truetype/noto/NotoSans{}-Regular.ttf", "opentype/noto/NotoSansCJK-Regular.ttc"
FONTS = {
    "ARABIC": NOTO.format("Arabic"),
    "HEBREW": NOTO.format("Hebrew"),
    "DEVANAGARI": NOTO.format("Devanagari"),
    "THAI": NOTO.format("Thai"),
    "TAMIL": NOTO.format("Tamil"),
    "MATHEMATICAL": NOTO.format("Math"),
    "LEFTWARDS": NOTO.format("Math"),
    "RIGHTWARDS": NOTO.format("Math"),
    **dict.fromkeys(("CJK", "HIRAGANA", "KATAKANA", "HANGUL"), NOTO_CJK),
}
"""By the first word of a character's name."""
WIDTHS_FILE = Path(__file__).with_name("widths.json")

DIRECTION = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufffe\x02\x0c"))


@dataclass(frozen=True)
class TrueWord:
    """A word and where it begins and ends along its line's baseline, in points."""

    text: str
    start_pt: float
    end_pt: float


@dataclass(frozen=True)
class TrueLine:
    """A line; its words in the order in which they are read."""

    name: str
    script: str
    text: str
    x_pt: float
    y_pt: float
    angle_deg: float
    words: tuple[TrueWord, ...]

    def at(self, along_pt: float, up_pt: float) -> tuple[float, float]:
        """The place on the page, y down, of one on the line."""
        cos, sin = math.cos(math.radians(self.angle_deg)), math.sin(math.radians(self.angle_deg))
        return (
            self.x_pt + along_pt * cos - up_pt * sin,
            self.y_pt - along_pt * sin - up_pt * cos,
        )

    def corners(self, word: TrueWord) -> list[tuple[float, float]]:
        """The corners of a word's letters in points, y down."""
        low, high = -DESCENT_EM * SIZE_PT, ASCENT_EM * SIZE_PT
        return [
            self.at(along, up)
            for along, up in (
                (word.start_pt, low),
                (word.end_pt, low),
                (word.end_pt, high),
                (word.start_pt, high),
            )
        ]

    def as_read(self) -> Line:
        """The line as a perfect engine reads it, in pixels."""
        words = []
        for word in self.words:
            xs, ys = zip(*self.corners(word), strict=True)
            box = Box(*(SCALE * side for side in (min(xs), min(ys), max(xs), max(ys))))
            words.append(Word(unicodedata.normalize("NFC", word.text), box))
        length = max(word.end_pt for word in self.words)
        ends = [SCALE * side for place in (self.at(0, 0), self.at(length, 0)) for side in place]
        return Line(tuple(words), Baseline(*ends), SCALE * ASCENT_EM * SIZE_PT)


def _is_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(each) in ("R", "AL") for each in text)


def _places(parts: list[str], gaps: list[float], widths: dict[str, float]) -> list[TrueWord]:
    """Words in reading order; in a line that runs to the left, others still run to the right."""
    left_to_right = list(range(len(parts)))
    if _is_right_to_left("".join(parts)):
        runs = groupby(reversed(left_to_right), lambda index: _is_right_to_left(parts[index]))
        left_to_right = [i for rtl, run in runs for i in (run if rtl else reversed(list(run)))]
    starts: dict[int, float] = {}
    at = 0.0
    for index, following in pairwise([*left_to_right, -1]):
        starts[index] = at
        at += widths[parts[index]] * SIZE_PT + (gaps[min(index, following)] if gaps else 0)
    return [
        TrueWord(part, starts[index], starts[index] + widths[part] * SIZE_PT)
        for index, part in enumerate(parts)
    ]


def _lines() -> list[TrueLine]:
    widths = json.loads(WIDTHS_FILE.read_text(encoding="utf-8"))
    lines = []
    for script, texts in TEXTS.items():
        y = 60.0
        for name, text in texts.items():
            angle = float(name[4:]) if name[:4] in ("tilt", "turn") else 0.0
            parts = text.replace(TOUCH, " ").split(" ")
            between = [each for each in text if each in (" ", TOUCH)]
            space = widths[" "] * SIZE_PT + 0.6
            gaps = [TOUCHING_PT if each == TOUCH else space for each in between]
            x, y_here = ORIGINS_PT.get(name, (60.0, y + (30 if script == "tilted" else 0)))
            lines.append(
                TrueLine(
                    name,
                    script,
                    text.replace(TOUCH, ""),
                    x,
                    y_here,
                    angle,
                    tuple(_places(parts, gaps, widths)),
                )
            )
            y += 16 if script == "hyphens" else 80 if script == "tilted" else 27
    return lines


def _font_of(text: str, px: int) -> ImageFont.FreeTypeFont | None:
    for character in text:
        name = FONTS.get(unicodedata.name(character, "").partition(" ")[0])
        if name:
            break
    else:
        name = NOTO.format("")
    try:
        return ImageFont.truetype(str(Path("/usr/share/fonts") / name), px)
    except OSError:
        return None


def _print(page: Image.Image, line: TrueLine) -> None:
    """Draws a line where its words are; those whose font is missing leave their place empty."""
    reach = round((max(word.end_pt for word in line.words) + 2 * SIZE_PT) * SCALE)
    ink = Image.new("L", (2 * reach, 2 * reach), 0)
    draw = ImageDraw.Draw(ink)
    for word in line.words:
        font = _font_of(word.text, round(SIZE_PT * SCALE))
        if font:
            draw.text((reach + word.start_pt * SCALE, reach), word.text, 255, font, anchor="ls")
    if line.angle_deg:
        ink = ink.rotate(line.angle_deg, Image.Resampling.BICUBIC)
    corner = (round(line.x_pt * SCALE) - reach, round(line.y_pt * SCALE) - reach)
    page.paste(0, corner, mask=ink)


def draw_corpus(folder: Path) -> Path:
    """One PDF of all lines, a page for each script, made by the stages of the pipeline."""
    size = (round(PAGE_PT[0] * SCALE), round(PAGE_PT[1] * SCALE))
    pages = []
    for script in TEXTS:
        lines = [line for line in LINES if line.script == script]
        image = Image.new("L", size, 255)
        for line in lines:
            _print(image, line)
        path = folder / f"{script}.png"
        image.save(path, dpi=(72 * SCALE, 72 * SCALE))
        text = PageText(*size, tuple(line.as_read() for line in lines))
        with load_page(PageSource(path)) as page:
            pages.append(render_page(page, text))
    output = folder / "corpus.pdf"
    merge_pages(pages, output)
    return output


def bare(text: str) -> str:
    """Text as it is compared: without marks of direction and doubled spaces, ligatures undone."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(DIRECTION)).split())


def whole_lines(script: str, text: str) -> set[str]:
    """The names of a script's lines that are one row each in what a reader found."""
    rows = {bare(row) for row in text.splitlines()}
    return {line.name for line in LINES if line.script == script and bare(line.text) in rows}


def measure() -> dict[str, float]:
    """The widths of all words in em, as their fonts have them."""
    texts = (text for group in TEXTS.values() for text in group.values())
    widths = {}
    for word in sorted({" ", *(" ".join(texts).replace(TOUCH, " ").split())}):
        font = _font_of(word, 1000)
        assert font, f"the font for {word} is missing"
        widths[word] = round(font.getlength(word) / 1000, 3)
    return widths


if __name__ == "__main__":
    WIDTHS_FILE.write_text(json.dumps(measure(), ensure_ascii=False, indent=0), encoding="utf-8")
else:
    LINES = _lines()

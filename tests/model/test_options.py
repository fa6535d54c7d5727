"""Options: their keys, by which texts and PDFs of earlier versions are known again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline import EngineOptions, OcrOptions, UsageError
from pipeline.ocr.engines.aspose.engine import AsposeOptions
from pipeline.ocr.engines.tesseract.tessdata import TesseractOptions

TESSDATA, LICENSE = Path("/data/tess"), Path("/data/a.lic")
LANGUAGES = ("eng", "swe")


@pytest.mark.parametrize(
    ("engines", "key"),
    (
        ((), "languages=eng+swe side=1600 areas="),
        ((TesseractOptions(), AsposeOptions()), "languages=eng+swe side=1600 areas="),
        (
            (TesseractOptions(TESSDATA), AsposeOptions(LICENSE, "universal")),
            "languages=eng+swe side=1600 areas=universal",
        ),
    ),
)
def test_cache_keys_are_those_of_before(engines: tuple[EngineOptions, ...], key: str) -> None:
    """As commit b2a56f2 has them, when all options of engines were in one class."""
    assert OcrOptions(LANGUAGES, 1600, engines).cache_key == key


def test_cache_keys_tell_options_of_engines_apart() -> None:
    @dataclass(frozen=True, slots=True)
    class Sign(EngineOptions):
        sign: str = "x"

        @property
        def cache_key(self) -> str:
            return f"sign={self.sign}"

    keys = {
        OcrOptions(engines=engines).cache_key
        for engines in ((), (Sign(),), (Sign("y"),), (Sign("y"), AsposeOptions(None, "table")))
    }
    assert len(keys) == 4
    both = Sign(), AsposeOptions(None, "table")
    assert OcrOptions(engines=both).cache_key == OcrOptions(engines=both[::-1]).cache_key


def test_two_options_of_one_engine_contradict_each_other() -> None:
    with pytest.raises(UsageError, match="TesseractOptions"):
        OcrOptions(engines=(TesseractOptions(), TesseractOptions(TESSDATA)))


def test_paths_are_translated_for_another_machine() -> None:
    def translate(path: Path) -> Path:
        return Path("/there") / path.name

    assert TesseractOptions(TESSDATA).with_paths(translate) == TesseractOptions(Path("/there/tess"))
    assert AsposeOptions(LICENSE, "table").with_paths(translate) == AsposeOptions(
        Path("/there/a.lic"), "table"
    )
    assert TesseractOptions().with_paths(translate) == TesseractOptions()
    assert EngineOptions().with_paths(translate) == EngineOptions()

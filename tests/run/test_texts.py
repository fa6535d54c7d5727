"""Scans to plain text, inside a running loop and many at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PIL import Image
from support.doubles import Faulty, Patient, Stamp, Still
from support.truth import SCANS

from pipeline import (
    EngineError,
    LanguageError,
    PageText,
    RecognitionError,
    ScanError,
    async_ocr,
    batch_ocr,
)

FAX = SCANS / "fax/message.tif"


def white(path: Path, size: tuple[int, int] = (60, 80)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", size, 255).save(path, dpi=(72, 72))
    return path


def test_the_event_loop_is_free_while_a_page_is_read(tmp_path: Path) -> None:
    engine = Patient()

    async def main() -> str:
        reading = asyncio.create_task(async_ocr(white(tmp_path / "a.png"), engine=engine))
        await asyncio.to_thread(engine.asked.wait)
        engine.go.set()  # only a loop that runs gets here before the page is read
        return await reading

    assert asyncio.run(main()) == "60x80L"


def test_a_batch_keeps_its_order(tmp_path: Path) -> None:
    paths = [white(tmp_path / f"{n}.png", (50 + n, 60)) for n in (7, 3, 9)]
    assert asyncio.run(batch_ocr(paths, engine=Stamp())) == ["57x60L", "53x60L", "59x60L"]


def test_a_failed_page_does_not_take_the_text_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "many.tif"
    frames = [Image.new("L", size, 255) for size in ((60, 80), (90, 50), (70, 80))]
    frames[0].save(path, save_all=True, append_images=frames[1:], dpi=(72, 72))
    (text,) = asyncio.run(batch_ocr([path], engine=FaultyStamp(), on_error="empty"))
    assert text.split("\n\f") == ["60x80L", "", "70x80L"]
    with pytest.raises(RecognitionError, match=r"many\.tif \(frame 2\): engine faulty failed"):
        asyncio.run(batch_ocr([path], engine=FaultyStamp()))
    with pytest.raises(RecognitionError, match=r"many\.tif \(frame 2\): engine faulty failed"):
        asyncio.run(async_ocr(path, engine=FaultyStamp()))


class FaultyStamp(Stamp):
    name = "faulty"

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        Faulty().recognize(image)
        return super().recognize(image, languages)


def test_errors_of_a_batch(tmp_path: Path) -> None:
    paths = [white(tmp_path / "a.png"), tmp_path / "missing.png"]
    with pytest.raises(ScanError, match=r"missing\.png: there is no such file; check the path"):
        asyncio.run(batch_ocr(paths, engine=Stamp()))
    assert asyncio.run(batch_ocr(paths, engine=Stamp(), on_error="empty")) == ["60x80L", ""]


def test_an_engine_that_fails_is_an_ocr_error(tmp_path: Path) -> None:
    path = white(tmp_path / "wide.png", (90, 50))
    with pytest.raises(RecognitionError, match=r"wide\.png: engine faulty failed: the page lies"):
        asyncio.run(async_ocr(path, engine=Faulty()))


def test_engines_and_languages_that_are_not_there(tmp_path: Path) -> None:
    path = white(tmp_path / "a.png")
    with pytest.raises(EngineError, match=r"no engine is called nonsense; there are: auto, rapid"):
        asyncio.run(async_ocr(path, engine="nonsense"))
    with pytest.raises(LanguageError, match=r"engine still does not read Swedish \(swe\)"):
        asyncio.run(async_ocr(path, "eng+swe", engine=Still()))


def test_all_pages_of_a_file(tmp_path: Path) -> None:
    text = asyncio.run(async_ocr(FAX, engine=Stamp(), max_side_px=500))
    assert text.split("\n\f") == ["354x500L"] * 3

"""The default engine compared with RapidOCR, whose models it runs in its own way."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rapidfuzz.fuzz import ratio
from support.run_store import reading
from support.truth import PAGE, PAGES, SCANS, TruePage, recall, recognition_copy

from pipeline import Line, PageText

SAME_LINES = 0.95
"""Share of RapidOCR's lines that must be read letter by letter as it reads them."""


@pytest.fixture(scope="module")
def rapidocr() -> Any:
    """RapidOCR as its users have it, on OpenVINO, with its defaults for lines of print."""
    from rapidocr import EngineType, RapidOCR

    import pipeline.ocr.engines.rapid.network  # noqa: F401  without OpenVINO's telemetry

    settings = {
        "Global.log_level": "error",
        "Global.use_cls": False,
        "Det.engine_type": EngineType.OPENVINO,
        "Rec.engine_type": EngineType.OPENVINO,
    }
    return RapidOCR(params=settings)


@pytest.mark.slow
@pytest.mark.parametrize(
    "pages",
    (
        pytest.param([PAGE["receipts/hardware"], PAGE["fax/message"]], id="two"),
        pytest.param(PAGES, id="all", marks=pytest.mark.slow),
    ),
)
def test_lines_are_read_as_rapidocr_reads_them(
    rapidocr: Any, page_texts: dict[str, PageText], pages: list[TruePage]
) -> None:
    same, others = 0, []
    for true in pages:
        theirs = rapidocr(np.asarray(recognition_copy(true.key))[:, :, ::-1])
        for text, corners in zip(theirs.txts, theirs.boxes, strict=True):
            words = nearest(page_texts[true.key], *corners.mean(axis=0)).words
            pair = letters(text), letters(" ".join(word.text for word in words))
            same += pair[0] == pair[1]
            others += [pair] if pair[0] != pair[1] else []
    assert same > 10 * len(pages)
    assert same >= SAME_LINES * (same + len(others)), others
    assert all(ratio(*pair) > 80 for pair in others), others


def nearest(page: PageText, x_px: float, y_px: float) -> Line:
    """The line whose words lie around or nearest to a place."""

    def away(line: Line) -> float:
        left, top = min(w.box.left for w in line.words), min(w.box.top for w in line.words)
        right, bottom = max(w.box.right for w in line.words), max(w.box.bottom for w in line.words)
        return abs((left + right) / 2 - x_px) + abs((top + bottom) / 2 - y_px)

    return min(page.lines, key=away)


def letters(text: str) -> str:
    """Text without spaces: RapidOCR's are not always there."""
    return "".join(text.split())


def test_rapid_gives_latin_letters_only_where_asked() -> None:
    with Image.open(SCANS / "languages/japanese.png") as image:
        page = reading(image.convert("L"), "eng")
        japanese = reading(image.convert("L"), "jpn+eng")
    assert not any(ord(character) > 0x2FFF for character in page.text)
    assert "図書館" in japanese.text


@pytest.mark.parametrize("name", ("swedish.png", "polish.png", "czech.tif", "french.jpg"))
def test_rapid_keeps_all_letters_of_latin_languages(name: str) -> None:
    (page,) = [true for true in PAGES if true.name == name.partition(".")[0]]
    with Image.open(SCANS / "languages" / name) as image:
        code = {"swedish": "swe", "polish": "pol", "czech": "ces", "french": "fra"}[page.name]
        text = reading(image.convert("RGB"), code)
    assert recall(page, text.text) >= 0.98


STARTED_AT_ONCE = """
import threading
from PIL import Image
from pipeline import recognize

page = Image.new("L", (64, 64), 255)
threads = [threading.Thread(target=recognize, args=(page, (), "rapid")) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.slow
def test_threads_may_start_it_at_once() -> None:
    """Two that built models at the same time stopped each other for good, more often than not."""
    subprocess.run([sys.executable, "-c", STARTED_AT_ONCE], check=True, timeout=180)

"""The copy of a page that is recognized."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from support.doubles import Seer

from pipeline import (
    PageJob,
    PageSource,
    process_page,
)


def test_the_engine_sees_upright_gray_or_rgb(tmp_path: Path) -> None:
    seer = Seer()
    for name, mode in (("a.png", "1"), ("b.png", "P"), ("c.png", "RGBA"), ("d.png", "I;16")):
        path = tmp_path / name
        Image.new(mode, (40, 30)).save(path)
        process_page(PageJob(PageSource(path), engine=seer))
    assert [image.mode for image in seer.images] == ["L", "RGB", "RGB", "L"]

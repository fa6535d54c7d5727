from __future__ import annotations

from typing import IO

import pytest
from PIL.TiffImagePlugin import ImageFileDirectory_v2


@pytest.fixture
def directories(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each directory of a TIFF that Pillow parses."""
    parsed: list[int] = []
    load = ImageFileDirectory_v2.load

    def counted(self: ImageFileDirectory_v2, file: IO[bytes]) -> None:
        parsed.append(file.tell())
        load(self, file)

    monkeypatch.setattr(ImageFileDirectory_v2, "load", counted)
    return parsed

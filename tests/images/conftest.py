"""What the tests of images share."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from support.pictures import Save


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def save(image: Image.Image, name: str, **how: object) -> Path:
        path = tmp_path / name
        image.save(path, **how)
        return path

    return save

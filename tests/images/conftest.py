"""What the tests of images share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.pictures import Save


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def save(image: Image.Image, name: str, **how: Any) -> Path:
        path = tmp_path / name
        image.save(path, **how)
        return path

    return save

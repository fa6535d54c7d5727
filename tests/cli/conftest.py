from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.truth import HARDWARE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one small scan."""
    folder = tmp_path / "box"
    folder.mkdir()
    shutil.copy(HARDWARE, folder / "1.jpg")
    return folder

"""Where the library points to when it warns."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.doubles import Still

from pipeline import ScanWarning, async_ocr, batch_ocr


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    path = tmp_path / "cut.png"
    Image.effect_noise((400, 400), 30).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


async def one(path: Path) -> object:
    return await async_ocr(path, engine=Still())


async def batch(path: Path) -> object:
    return await batch_ocr([path], engine=Still())


async def task(path: Path) -> object:
    return await asyncio.gather(async_ocr(path, engine=Still()))


@pytest.mark.parametrize("read", (one, batch, task))
def test_a_warning_points_to_the_code_of_the_user(
    cut: Path, read: Callable[[Path], Coroutine[Any, Any, object]]
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(read(cut))
    (warning,) = caught
    assert warning.category is ScanWarning
    assert warning.filename == __file__
    if read is not task:
        assert warning.lineno == read.__code__.co_firstlineno + 1, "the line that awaits"

"""How alike two pictures look."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageFilter
from support.pictures import (
    photo,
)

from pipeline.images.similarity import WINDOW_PX, ssim


def test_likeness() -> None:
    one = np.asarray(photo("L", (128, 128)))
    blurred = np.asarray(photo("L", (128, 128)).filter(ImageFilter.GaussianBlur(1)))
    assert ssim(one[None], one[None]) == pytest.approx(1)
    (less,) = ssim(one[None], blurred[None])
    x, y = (each[:WINDOW_PX, :WINDOW_PX].astype(float) for each in (one, blurred))
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    common = ((x - x.mean()) * (y - y.mean())).mean()
    by_hand = (2 * x.mean() * y.mean() + c1) * (2 * common + c2)
    by_hand /= (x.mean() ** 2 + y.mean() ** 2 + c1) * (x.var() + y.var() + c2)
    window = ssim(one[None, :WINDOW_PX, :WINDOW_PX], blurred[None, :WINDOW_PX, :WINDOW_PX])
    assert window == pytest.approx(by_hand)
    assert less < 1

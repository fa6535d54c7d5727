"""JPEG data taken over undecoded: strips of a TIFF become one JPEG."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from support.pictures import Save, drawing, stored
from support.stored import same_pixels

from pipeline.images.jpeg import EOI, SOI, component_ids, end_of_picture, join_strips


@pytest.mark.parametrize("mode", ("L", "RGB", "YCbCr", "CMYK"))
@pytest.mark.parametrize("strip_rows", (10_000, 16, 160))
def test_jpeg_inside_tiff_is_not_decoded(save: Save, mode: str, strip_rows: int) -> None:
    image = drawing(mode, (208, 310))
    stride = 208 * len(image.getbands())
    path = save(image, "x.tif", compression="jpeg", strip_size=strip_rows * stride, quality=80)
    with Image.open(path) as scan:
        assert len(scan.tag_v2[273]) == -(-310 // strip_rows)
    found = stored(path)
    assert found.filter == "/DCTDecode"
    with Image.open(path) as scan:
        difference = np.abs(
            np.asarray(found.pixels().convert("RGB"), int) - np.asarray(scan.convert("RGB"), int)
        )
    # Two decoders of the same data may round chroma differently, but not see another picture.
    assert difference.mean() < 1


def strip_of(image: Image.Image, **how: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **how)  # type: ignore[arg-type]
    return buffer.getvalue()


def test_strips_are_joined_only_where_they_can_be() -> None:
    top, bottom = (strip_of(drawing("L", (160, height))) for height in (64, 40))
    joined = join_strips([top, bottom], b"", 104)
    with Image.open(io.BytesIO(joined)) as whole:
        assert whole.size == (160, 104)
        with Image.open(io.BytesIO(bottom)) as part:
            assert same_pixels(whole.crop((0, 64, 160, 104)), part)
    coarser = strip_of(drawing("L", (160, 40)), quality=20)
    assert join_strips([top, coarser], b"", 104) == b"", "other tables"
    progressive = strip_of(drawing("L", (160, 64)), progressive=True)
    assert join_strips([progressive, progressive], b"", 128) == b""
    ragged = strip_of(drawing("L", (160, 60)))
    assert join_strips([ragged, bottom], b"", 100) == b"", "its last row of blocks is cut"
    assert join_strips([], b"", 0) == join_strips([b"no JPEG"], b"", 8) == b""


def test_the_end_of_a_picture_is_not_one_of_a_thumbnail() -> None:
    data = strip_of(drawing())
    thumbnail = SOI + b"\xff\xe1\x00\x06" + SOI + EOI + data[2:]
    assert end_of_picture(data) == len(data) - 2
    assert end_of_picture(thumbnail) == len(thumbnail) - 2
    assert end_of_picture(data[:-2]) == -1


def test_component_ids() -> None:
    assert component_ids(strip_of(drawing("L"))) == b"\1"
    assert component_ids(strip_of(drawing("RGB"))) == b"\1\2\3"
    assert component_ids(b"no JPEG") == b""
    arithmetic = strip_of(drawing("L")).replace(b"\xff\xc0", b"\xff\xc9")
    assert component_ids(arithmetic) == b"", "PDF has no arithmetic coding"

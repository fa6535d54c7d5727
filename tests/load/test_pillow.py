"""What is used of Pillow that it does not document: each part does what is asked of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.pictures import many_frames
from support.stored import opened

from pipeline.load.pillow import (
    GROUND_MODES,
    PREFIX_BYTES,
    decoded_over,
    open_as,
    seek_frame,
    swap_sides,
)
from pipeline.load.scan import FORMATS, open_scan
from pipeline.load.tiff_frames import tiff_frames

PLUGIN_OF = {"TIFF": "x.tif", "JPEG": "x.jpg", "PNG": "x.png", "BMP": "x.bmp", "GIF": "x.gif",
             "WEBP": "x.webp", "JPEG2000": "x.jp2", "PPM": "x.ppm", "AVIF": "x.avif"}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_opened_by_its_own_decoder_only(tmp_path: Path, name: str) -> None:
    path = tmp_path / PLUGIN_OF[name]
    Image.effect_noise((40, 30), 50).convert("RGB").save(path)
    prefix = path.read_bytes()[:PREFIX_BYTES]
    opened = {other: open_as(other, path, prefix) for other in FORMATS}
    assert [other for other, image in opened.items() if image is not None] == [name]
    image = opened[name]
    assert image is not None
    with image:
        assert (image.format, image.size) == (name, (40, 30))


def test_the_sides_of_an_image_that_is_not_decoded_can_be_swapped(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    Image.new("L", (40, 30)).save(path)
    with open_scan(path) as image:
        swap_sides(image)
        assert image.size == (30, 40)


@pytest.mark.parametrize("mode", sorted(GROUND_MODES))
def test_what_is_not_decoded_has_the_value_of_the_ground(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("x.tif" if mode == "CMYK" else "x.png")
    noise = np.random.default_rng(1).integers(1, 255, (400, 300, 4), np.uint8)
    Image.fromarray(noise, "RGBA").convert(mode).save(path)
    whole = np.asarray(opened(path))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    for value in (0, 255):
        image = decoded_over(open_scan(path), value)
        assert image is not None
        pixels = np.asarray(image)
        assert (pixels[:100] == whole[:100]).all()
        ground = bool(value) if mode == "1" else value
        assert (pixels[300:] == ground).all()


def test_a_frame_is_found_by_its_offset(tmp_path: Path, directories: list[int]) -> None:
    many_frames(path := tmp_path / "x.tif", 300)
    offsets = [frame.offset for frame in tiff_frames(path)]
    for frame in (0, 1, 2, 150, 298, 299):
        directories.clear()
        with open_scan(path) as image:
            seek_frame(image, frame, offsets[frame])
            assert len(directories) <= 4, "those before it are not looked at"
            found = image.tobytes()
        with open_scan(path) as image:
            image.seek(frame)
            assert found == image.tobytes()
        with open_scan(path) as image, pytest.raises(EOFError):
            seek_frame(image, 300)

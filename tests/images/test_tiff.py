"""The data of TIFF frames: taken over where PDF can hold it, decoded where not."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from PIL import Image
from support.pictures import (
    Save,
    apart,
    drawing,
    photo,
    rendered,
    stored,
    strokes,
)
from support.stored import Stored, opened, same_pixels

from pipeline import (
    ImageOptions,
)


@pytest.mark.parametrize("photometric", (0, 1))
def test_g4_strip_bytes_are_the_same(save: Save, photometric: int) -> None:
    image = drawing("1")
    size = (image.width + 7) // 8 * image.height
    path = save(image, "x.tif", compression="group4", strip_size=size, tiffinfo={262: photometric})
    found = stored(path)
    assert found.filter == "/CCITTFaxDecode"
    assert found.data in path.read_bytes()
    assert same_pixels(found.pixels(), opened(path))


def test_g4_with_reversed_bits(save: Save) -> None:
    image = drawing("1")
    size = (image.width + 7) // 8 * image.height
    path = save(image, "x.tif", compression="group4", strip_size=size, tiffinfo={266: 2})
    assert opened(path).tobytes() == image.tobytes()
    found = stored(path)
    assert found.filter == "/CCITTFaxDecode"
    assert same_pixels(found.pixels(), image)


@pytest.mark.parametrize("how", ({"compression": "group4"}, {"compression": "jpeg"}))
@pytest.mark.parametrize("lost", ("missing", "zero"))
def test_strips_whose_sizes_a_decoder_must_guess(
    save: Save, how: dict[str, str], lost: str
) -> None:
    image = drawing("1" if how["compression"] == "group4" else "L")
    path = save(image, "x.tif", strip_size=10**6, **how)
    seen = opened(path)
    data = bytearray(path.read_bytes())
    start = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[start : start + 2], "little")
    entries = range(start + 2, start + 2 + 12 * count, 12)
    (entry,) = (at for at in entries if int.from_bytes(data[at : at + 2], "little") == 279)
    if lost == "zero":
        data[entry + 8 : entry + 12] = bytes(4)
    else:  # another tag in its place, in order
        data[entry : entry + 12] = struct.pack("<HHII", 280, 3, 1, 0)
    path.write_bytes(data)
    assert same_pixels(opened(path), seen), "the decoder guesses right"
    assert same_pixels(stored(path).pixels(), seen)


def test_strips_and_tiles_of_g4_become_one_strip(tmp_path: Path) -> None:
    image = strokes([(255,) * 3, (0,) * 3]).convert("1").crop((0, 0, 384, 576))
    image.save(tmp_path / "strips.tif", compression="group4", strip_size=384 // 8 * 64)
    tiles = []
    for top in range(0, 576, 64):
        for left in range(0, 384, 128):
            buffer = io.BytesIO()
            tile = image.crop((left, top, left + 128, top + 64))
            tile.save(buffer, "TIFF", compression="group4", tiffinfo={262: 0}, strip_size=1024)
            with Image.open(buffer) as written:
                at, size = (written.tag_v2[tag][0] for tag in (273, 279))
                photometric = written.tag_v2[262]
            tiles.append(buffer.getvalue()[at : at + size])
    (tmp_path / "tiles.tif").write_bytes(_tiled(384, 576, 128, 64, photometric, tiles))
    for name in ("strips.tif", "tiles.tif"):
        found = Stored(rendered(tmp_path / name))
        assert found.filter == "/CCITTFaxDecode"
        assert same_pixels(found.pixels(), image), name


def _tiled(
    width: int, height: int, across: int, down: int, photometric: int, tiles: list[bytes]
) -> bytes:
    count = len(tiles)
    tags = [(256, width), (257, height), (258, 1), (259, 4), (262, photometric), (277, 1),
            (322, across), (323, down)]  # fmt: skip
    lists_at = 8 + 2 + 12 * (len(tags) + 2) + 4
    data_at = lists_at + 8 * count
    offsets = [data_at + sum(map(len, tiles[:number])) for number in range(count)]
    index = struct.pack("<H", len(tags) + 2)
    for tag, value in tags:
        index += struct.pack("<HHII", tag, 4, 1, value)
    index += struct.pack("<HHII", 324, 4, count, lists_at)
    index += struct.pack("<HHII", 325, 4, count, lists_at + 4 * count)
    lists = struct.pack(f"<{2 * count}I", *offsets, *map(len, tiles))
    return b"II*\0" + struct.pack("<I", 8) + index + b"\0" * 4 + lists + b"".join(tiles)


def test_old_style_jpeg_in_tiff(tmp_path: Path) -> None:
    """Compression 6 (TIFF 6.0, section 22): the tags name a whole JPEG."""
    buffer = io.BytesIO()
    photo(size=(160, 128)).save(buffer, "JPEG", quality=90, subsampling=0)
    jpeg = buffer.getvalue()
    header = jpeg.index(b"\xff\xda")
    start = header + 2 + int.from_bytes(jpeg[header + 2 : header + 4])
    at = 8 + 2 + 12 * 12 + 4 + 6
    tags = ((256, 4, 1, 160), (257, 4, 1, 128), (258, 3, 3, at - 6), (259, 3, 1, 6),
            (262, 3, 1, 6), (273, 4, 1, at + start), (277, 3, 1, 3), (278, 4, 1, 128),
            (279, 4, 1, len(jpeg) - start), (513, 4, 1, at), (514, 4, 1, len(jpeg)),
            (530, 3, 2, 1 | 1 << 16))  # fmt: skip
    tiff = b"II*\0" + struct.pack("<IH", 8, len(tags))
    tiff += b"".join(struct.pack("<HHII", *tag) for tag in tags) + b"\0" * 4
    path = tmp_path / "old.tif"
    path.write_bytes(tiff + struct.pack("<3H", 8, 8, 8) + jpeg)
    (tmp_path / "x.jpg").write_bytes(jpeg)
    found = Stored(rendered(path, ImageOptions()))
    assert apart(found.pixels(), opened(tmp_path / "x.jpg")) < 1

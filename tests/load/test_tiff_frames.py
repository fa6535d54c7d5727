"""The frames of a TIFF, told without a decoder."""

from __future__ import annotations

import random
import struct
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image
from support.pictures import many_frames

from pipeline import ScanError, load_page, page_sources
from pipeline.load.tiff_frames import Frame, tiff_frames

FRAMES = 4


@pytest.fixture(params=("II", "MM", "BigTIFF"))
def tiff(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A TIFF of frames of different widths, the second one a thumbnail."""
    path = tmp_path / "x.tif"
    if request.param == "MM":
        path.write_bytes(big_endian())
        return path
    frames = [Image.new("L", (30 + index, 20), 255) for index in range(FRAMES)]
    for index, frame in enumerate(frames):
        frame.encoderinfo = {"tiffinfo": {254: int(index == 1)}}
    big = request.param == "BigTIFF"
    frames[0].save(path, save_all=True, append_images=frames[1:], big_tiff=big)
    return path


def big_endian() -> bytes:
    """Frames as a program on another kind of machine writes them: numbers of 16 bits, too."""
    data = bytearray(struct.pack(">2sHI", b"MM", 42, 8))
    for index in range(FRAMES):
        rows = [(254, 4, int(index == 1)), (256, 3, 30 + index), (257, 3, 1), (258, 3, 8),
                (262, 3, 1), (273, 4, 0), (279, 4, 30 + index)]  # fmt: skip
        pixels = len(data) + 2 + 12 * len(rows) + 4
        data += struct.pack(">H", len(rows))
        for tag, kind, value in rows:
            data += struct.pack(">HHI", tag, kind, 1)
            value = pixels if tag == 273 else value
            data += struct.pack(">HH" if kind == 3 else ">I", *((value, 0)[: 5 - kind]))
        data += struct.pack(">I", 0 if index + 1 == FRAMES else pixels + 30 + index)
        data += b"\xff" * (30 + index)
    return bytes(data)


def offsets_of_pillow(path: Path) -> Iterator[int]:
    """Where Pillow finds the directories of the frames that it can open."""
    with warnings.catch_warnings(action="ignore"), suppress(Exception), Image.open(path) as image:
        for frame in range(100):
            image.seek(frame)
            yield image._frame_pos[frame]  # type: ignore[attr-defined]


def test_the_frames_are_those_that_pillow_finds(tiff: Path) -> None:
    frames = list(tiff_frames(tiff))
    assert [frame.offset for frame in frames] == list(offsets_of_pillow(tiff))
    assert [frame.is_extra for frame in frames] == [False, True, False, False]
    widths = []
    for source in page_sources(tiff):
        with load_page(source) as page:
            widths.append(page.stored_size_px[0])
    assert widths == [30, 32, 33]


def test_no_frame_that_pillow_finds_is_missed_in_a_damaged_file(tiff: Path) -> None:
    whole, chance = tiff.read_bytes(), random.Random(7)
    for _ in range(100):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 3, 10))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        tiff.write_bytes(damaged[: chance.randrange(8, 2 * len(damaged))])
        found = [frame.offset for frame in tiff_frames(tiff)]
        by_pillow = list(offsets_of_pillow(tiff))
        assert found[: len(by_pillow)] == by_pillow
        assert len(found) <= 2 * FRAMES
        assert list(page_sources(tiff))


def test_no_frame_behind_a_damaged_directory_is_missed(tiff: Path) -> None:
    whole, chance = tiff.read_bytes(), random.Random(7)
    length = 300 if whole[2] == 43 else 140
    starts = [frame.offset for frame in tiff_frames(tiff)]
    places = [place for start in starts for place in range(start, start + length)]
    behind = 0
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 2, 3))):
            place = min(chance.choice(places), len(whole) - 1)
            damaged[place] = chance.choice((0, 1, 2, 255, chance.randrange(256)))
        tiff.write_bytes(damaged)
        decoded, failed = decoded_by_pillow(tiff)
        behind += any(offset > failed for offset in decoded)
        assert decoded <= {frame.offset for frame in tiff_frames(tiff)}
    assert behind > 5


def decoded_by_pillow(path: Path) -> tuple[set[int], int]:
    """Where the directories of the frames are that Pillow decodes; the first that it cannot open.

    If it opens all, the latter lies behind them.
    """
    decoded: set[int] = set()
    failed = path.stat().st_size
    with warnings.catch_warnings(action="ignore"), suppress(Exception), Image.open(path) as image:
        tiff: Any = image
        for frame in range(100):
            try:
                image.seek(frame)
            except EOFError:
                break
            except Exception:  # whatever Pillow raises on damaged files
                if len(tiff._frame_pos) <= frame:
                    break
                failed = min(failed, tiff._frame_pos[frame])
                continue
            with suppress(Exception):
                image.load()
                decoded.add(tiff._frame_pos[frame])
    return decoded, failed


def test_pages_behind_a_directory_without_a_width_are_made(tiff: Path) -> None:
    data, third = tiff.read_bytes(), list(tiff_frames(tiff))[2].offset
    order: Literal["big", "little"] = "big" if data[:1] == b"M" else "little"
    before, each = (8, 20) if data[2] == 43 else (2, 12)
    tags = range(third + before, len(data), each)
    width = (256).to_bytes(2, order)
    place = next(place for place in tags if data[place : place + 2] == width)
    tiff.write_bytes(data[:place] + (255).to_bytes(2, order) + data[place + 2 :])
    made, failed = [], 0
    for source in page_sources(tiff):
        try:
            with load_page(source) as page:
                made.append(page.decoded().image.width)
        except ScanError:
            failed += 1
    assert (made, failed) == ([30, 33], 1)


def test_a_frame_behind_a_directory_of_too_many_entries(tmp_path: Path) -> None:
    count = 0x10000
    size = 8 + 20 * count + 8
    rows = [(256, 30), (257, 20)] + [(65000, 0)] * (count - 2)
    path = tmp_path / "x.tif"
    entries = b"".join(struct.pack("<HHQQ", tag, 4, 1, value) for tag, value in rows)
    header = struct.pack("<2sHHHQ", b"II", 43, 8, 0, 16)
    path.write_bytes(
        header + struct.pack("<Q", count) + entries + struct.pack("<QQ", 16 + size, 0) + b"\0" * 8
    )
    assert [frame.offset for frame in tiff_frames(path)] == [16, 16 + size]


def test_a_tiff_that_calls_itself_big_by_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    path.write_bytes(b"MM\0+" + big_endian()[4:])
    frames = [frame.offset for frame in tiff_frames(path)]
    assert frames == list(offsets_of_pillow(path))
    assert len(frames) == FRAMES


def test_a_chain_that_leads_back_ends(tmp_path: Path) -> None:
    many_frames(path := tmp_path / "x.tif", 3)
    data = path.read_bytes()
    first, *_, last = (frame.offset for frame in tiff_frames(path))
    for target in (first, last):
        ring = bytearray(data)
        struct.pack_into("<I", ring, last + 2 + 12 * 9, target)
        path.write_bytes(ring)
        assert len(list(tiff_frames(path))) == 3


@pytest.mark.parametrize("content", (b"", b"II*\0", b"II*\0\0\0\0\0", b"\x89PNG", b"MM\0*\xff"))
def test_what_has_no_frames(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.tif"
    path.write_bytes(content)
    assert list(tiff_frames(path)) == []
    assert [source.frame for source in page_sources(path)] == [0]


@pytest.mark.parametrize("offset", (2**32, 2**63, 2**64 - 1))
def test_an_offset_behind_the_end_of_the_file(tmp_path: Path, offset: int) -> None:
    path = tmp_path / "x.tif"
    path.write_bytes(struct.pack("<2sHHHQ", b"II", 43, 8, 0, offset))
    assert list(tiff_frames(path)) == [Frame(offset, is_whole=False)]


def test_no_decoder_is_asked_which_pages_there_are(tmp_path: Path, directories: list[int]) -> None:
    many_frames(path := tmp_path / "x.tif", 300)
    sources = list(page_sources(path))
    assert [source.frame for source in sources] == list(range(300))
    assert directories == []
    rows = set()
    for source in sources[:64]:
        with load_page(source) as page:
            rows.add(page.decoded().image.tobytes())
    assert len(rows) == 64, "each is another"
    assert len(directories) <= 5 * 64, "those before a frame are not looked at"

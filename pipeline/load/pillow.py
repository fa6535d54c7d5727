"""What is used of Pillow that it does not document, in one place.

`tests/load/test_pillow.py` fails, and says which part, when a new version of Pillow changes one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from PIL import Image

PREFIX_BYTES = 32
"""Pillow's decoders look at no more than this to see whether a file is theirs; most at 16."""
GROUND_MODES = frozenset(("1", "L", "P", "RGB", "RGBA", "CMYK", "LA"))
"""Modes of 8 bits a channel or fewer: 0 and 255 are the values furthest apart in them."""

PIXEL_BYTES = {"1": 1, "L": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
"""What a pixel takes once it is decoded, by mode; of all other modes 4 (`ImagingNewPrologueSubtype`
in Pillow's Storage.c). Palettes take 1, but 4 as soon as colors are mixed."""


def open_as(format_name: str, path: Path, prefix: bytes) -> Image.Image | None:
    """The file as an image of one format, not decoded yet; None where it is not one.

    `Image.open` has its own limit on pixels, for all of the process, and tries formats that are
    not scans. So the decoder is taken from Pillow's registry, `Image.OPEN`.

    Args:
        format_name: Pillow's name of the format.
        path: The file.
        prefix: Its first `PREFIX_BYTES`.

    Raises:
        OSError: The file cannot be opened.
    """
    Image.init()
    factory, accept = Image.OPEN[format_name]
    if accept is None or accept(prefix) is True:
        # What decoders raise on a file that is not theirs; `Image.open` suppresses the same.
        with suppress(SyntaxError, IndexError, TypeError, KeyError):
            return cast(Callable[[Path, str], Image.Image], factory)(path, str(path))
    return None


def decoded_bytes(image: Image.Image) -> int:
    """What the pixels of an image take once they are decoded, as its header says."""
    return image.width * image.height * PIXEL_BYTES.get(image.mode, 4)


def swap_sides(image: Image.Image) -> None:
    """Width for height, in an image that is not decoded yet.

    Pillow gives a TIFF the size that it has once it is upright. Where its orientation was taken
    out, so that it is decoded as stored, that size is wrong.
    """
    image._size = image.height, image.width


def decoded_over(image: Image.Image, value: int) -> Image.Image | None:
    """The image, decoded as far as it goes over a ground of `value` in each channel.

    Pillow's decoders write into memory that was made before, and leave what they do not reach.

    Args:
        image: Not decoded yet; it is closed.
        value: 0 to 255.

    Returns:
        The image; None of a mode that is not in `GROUND_MODES`.
    """
    if image.mode not in GROUND_MODES:
        return None
    undecoded: Any = image
    with undecoded:
        undecoded.load_prepare()
        bands = len(undecoded.getbands())
        ground = value if bands == 1 else (value,) * bands
        undecoded.im.paste(ground, (0, 0, *undecoded.size))
        with suppress(Exception):  # whatever the decoder says where the data ends
            undecoded.load()
        undecoded.tile = []  # or `copy` would decode it once more
        return cast(Image.Image, undecoded.copy())


def seek_frame(image: Image.Image, frame: int, offset: int = 0) -> None:
    """Goes to a frame.

    Pillow looks for a frame of a TIFF from the first on, at each of them. Where the offset is known
    it is made to believe that it has come to the frame before.

    Args:
        image: Not decoded yet, at its first frame.
        frame: Which, from 0.
        offset: Where its directory begins in the file (see `tiff_frames`); 0 to look for it.

    Raises:
        EOFError: There is no such frame.
        Exception: Whatever Pillow raises on a damaged file.
    """
    tiff: Any = image
    if offset and frame and image.format == "TIFF":
        # One entry for each frame before; what they are is not looked at.
        for entries in (tiff._frame_pos, getattr(tiff, "_tag_data_limits", [])):
            entries[:] = entries[:1] * frame
        tiff._TiffImageFile__next = offset
    image.seek(frame)

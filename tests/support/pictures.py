"""Pictures that are drawn for tests, and what readers show of a PDF's page."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image, ImageCms, ImageDraw, ImageFilter

from pipeline import ImageOptions, PageSource, load_page, render_page

from .readers import run
from .stored import Stored

Save = Callable[..., Path]
LOSSY = ImageOptions("lossy")
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PAPER, INK = (250, 246, 230), (20, 24, 60)
"""Two colors as scans have them."""
GRAY_LEVELS = 6
"""Mean difference that is hard to see, of 255."""


def drawing(mode: str = "RGB", size: tuple[int, int] = (217, 301)) -> Image.Image:
    """Something with edges, slopes and, where the mode has them, colors."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    colors = np.stack([x % 256, y % 256, (x * y) % 256], -1).astype(np.uint8)
    image = Image.fromarray(colors, "RGB")
    draw = ImageDraw.Draw(image)
    draw.text((20, 20), "The same pixels", "black")
    draw.ellipse((60, 100, 160, 250), fill="white", outline="black")
    if mode == "1":
        return image.convert("L").point(lambda value: 255 * (value > 127)).convert("1")
    if mode == "P":
        return image.quantize(200)
    if mode == "I;16":
        return Image.fromarray(((x * 251 + y * 197) % 65536).astype(np.uint16))
    return image.convert(mode)


def photo(mode: str = "RGB", size: tuple[int, int] = (600, 840)) -> Image.Image:
    """Soft shapes, fine grain and some print, as on a page with a picture."""
    channels = [Image.effect_noise(size, 90).filter(ImageFilter.GaussianBlur(9 - 2 * each))
                for each in range(3)]  # fmt: skip
    image = Image.merge("RGB", channels)
    draw = ImageDraw.Draw(image)
    for row in range(40, size[1], 60):
        draw.text((30, row), f"Row {row} of a page in color", (20, 20, 60), font_size=22)
    return image.convert(mode)


def strokes(colors: list[tuple[int, ...]], mode: str = "RGB") -> Image.Image:
    """Strokes of all these colors but the first, on paper of the first."""
    image = Image.new(mode, (420, 600), colors[0] if len(colors[0]) > 1 else colors[0][0])
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1"  # no colors between
    for number, color in enumerate(colors[1:]):
        at = 12 + number * 560 // len(colors)
        fill = color if len(color) > 1 else color[0]
        draw.text((20, at), f"Line {number} of a page", fill)
        draw.line((200, at, 400, at + 7), fill)
    return image


def rendered(path: Path, options: ImageOptions | None = None, frame: int = 0) -> bytes:
    """The PDF of a page without text."""
    with load_page(PageSource(path, frame)) as page:
        return render_page(page, images=options)


def stored(path: Path, frame: int = 0) -> Stored:
    """What stands of a scan in the PDF of its page."""
    return Stored(rendered(path, frame=frame))


def by_pdfium(pdf: bytes, dpi: float = 72) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    shown: Image.Image = document[0].render(scale=dpi / 72).to_pil().convert("RGB")
    document.close()
    return shown


def by_poppler(pdf: bytes, folder: Path, dpi: float = 72) -> Image.Image:
    (folder / "x.pdf").write_bytes(pdf)
    run("pdftoppm", "-r", dpi, "-singlefile", folder / "x.pdf", folder / "shown")
    with Image.open(folder / "shown.ppm") as shown:
        return shown.convert("RGB")


def shown_on_white(path: Path) -> Image.Image:
    with Image.open(path) as image:
        rgba = image.convert("RGBA")
    paper = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(paper, rgba).convert("RGB")


def apart(one: Image.Image, other: Image.Image) -> float:
    """Mean difference in gray levels."""
    assert one.size == other.size
    pixels = [np.asarray(each.convert("RGB")).astype(int) for each in (one, other)]
    return float(np.abs(pixels[0] - pixels[1]).mean())


def png_file(
    path: Path, width: int, height: int, bits: int, color: int, rows: bytes, interlaced: int = 0
) -> Path:
    buffer = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    buffer.seek(0, io.SEEK_END)
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, interlaced)
    for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        buffer.write(struct.pack(">I", len(body)) + kind + body)
        buffer.write(struct.pack(">I", zlib.crc32(kind + body)))
    path.write_bytes(buffer.getvalue())
    return path


def many_frames(path: Path, count: int) -> None:
    """A TIFF of this many frames of 8 x 8 pixels, each with one of its pixels set.

    Written here, as Pillow takes a time that grows with the square of their number.
    """
    strip_offsets = 273
    rows = [(256, 8), (257, 8), (258, 1), (259, 1), (262, 1), (strip_offsets, 0), (277, 1)]
    rows += [(278, 8), (279, 8)]
    size = 2 + 12 * len(rows) + 4
    with path.open("wb") as file:
        file.write(struct.pack("<2sHI", b"II", 42, 8))
        for frame in range(count):
            start = 8 + frame * (size + 8)
            file.write(struct.pack("<H", len(rows)))
            for tag, value in rows:
                file.write(
                    struct.pack("<HHII", tag, 4, 1, start + size if tag == strip_offsets else value)
                )
            file.write(struct.pack("<I", start + size + 8 if frame + 1 < count else 0))
            file.write((1 << frame % 64).to_bytes(8, "big"))

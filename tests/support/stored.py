"""The image of a PDF's page, decoded from its stream by Pillow and pypdf."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops
from pypdf import PdfReader


class Stored:
    """What a PDF holds of one scan."""

    def __init__(self, pdf: bytes | Path, page: int = 0) -> None:
        reader: Any = PdfReader(io.BytesIO(pdf) if isinstance(pdf, bytes) else pdf)
        self.page = reader.pages[page]
        (self.image,) = self.page["/Resources"]["/XObject"].values()
        self.image = self.image.get_object()
        self.filter = self.image["/Filter"]
        self.data: bytes = self.image._data
        self.deflated = isinstance(self.filter, list)
        if self.deflated:
            assert self.filter == ["/FlateDecode", "/DCTDecode"]
            self.filter, self.data = self.filter[-1], zlib.decompress(self.data)
        space = self.image.get("/ColorSpace")
        self.palette = b""
        if isinstance(space, list) and space[0] == "/Indexed":
            table = space[3].get_object()
            self.palette = getattr(table, "original_bytes", None) or bytes(table)
            space = space[1].get_object()
        self.icc = None
        if isinstance(space, list) and space[0] == "/ICCBased":
            self.icc = space[1].get_object().get_data()
            space = space[1].get_object()["/Alternate"]
        self.space = space

    def pixels(self) -> Image.Image:
        """As stored: orientation not applied."""
        if self.filter in ("/DCTDecode", "/JPXDecode"):
            image = Image.open(io.BytesIO(self.data))
            image.load()
            if image.mode == "CMYK" and "/Decode" not in self.image:
                return ImageChops.invert(image)  # Pillow takes every CMYK JPEG for an inverted one
            return image
        width, height = self.image["/Width"], self.image["/Height"]
        if self.filter == "/CCITTFaxDecode":
            return self._fax(width, height)
        assert self.filter == "/FlateDecode"
        return self._png(width, height)

    def _png(self, width: int, height: int) -> Image.Image:
        """The stream in a PNG file: its predictors are those of PNG."""
        bits, parameters = self.image["/BitsPerComponent"], self.image["/DecodeParms"]
        assert parameters["/Predictor"] == 15
        assert (parameters["/Columns"], parameters["/BitsPerComponent"]) == (width, bits)
        color = (
            3 if self.palette else {"/DeviceGray": 0, "/DeviceRGB": 2, "/DeviceCMYK": 6}[self.space]
        )
        assert parameters["/Colors"] == {0: 1, 2: 3, 3: 1, 6: 4}[color]
        png = b"\x89PNG\r\n\x1a\n" + _chunk(
            b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0)
        )
        if self.palette:
            gray = self.space == "/DeviceGray"
            triples = bytes(value for value in self.palette for _ in range(3))
            png += _chunk(b"PLTE", triples if gray else self.palette)
        with Image.open(
            io.BytesIO(png + _chunk(b"IDAT", self.data) + _chunk(b"IEND", b""))
        ) as image:
            image.load()
            if color == 6:
                return Image.frombytes("CMYK", image.size, image.tobytes())
            return image.convert("RGB") if self.palette else image.copy()

    def _fax(self, width: int, height: int) -> Image.Image:
        parameters = self.image["/DecodeParms"]
        assert parameters["/K"] == -1
        black_is_1 = parameters["/BlackIs1"].value
        tags = (
            (256, 4, width), (257, 4, height), (258, 3, 1), (259, 3, 4),
            (262, 3, 1 if black_is_1 else 0), (273, 4, 8 + 2 + 9 * 12 + 4), (277, 3, 1),
            (278, 4, height), (279, 4, len(self.data)),
        )  # fmt: skip
        directory = struct.pack("<H", len(tags))
        for tag, kind, value in tags:
            directory += struct.pack("<HHII", tag, kind, 1, value)
        tiff = b"II*\0" + struct.pack("<I", 8) + directory + struct.pack("<I", 0) + self.data
        image = Image.open(io.BytesIO(tiff))
        image.load()
        if not self.palette:
            return image.convert("L")
        dark, light = (
            self.palette[: len(self.palette) // 2],
            self.palette[-(len(self.palette) // 2) :],
        )
        mode = "L" if len(dark) == 1 else "RGB"
        shown = Image.new(mode, image.size, tuple(dark))
        shown.paste(tuple(light), mask=image)
        return shown


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def opened(path: Path, frame: int = 0) -> Image.Image:
    """The file as Pillow decodes it, closed again."""
    with Image.open(path) as image:
        image.seek(frame)
        return image.copy()


def same_pixels(one: Image.Image, other: Image.Image) -> bool:
    if one.mode.startswith("I;16"):
        return one.size == other.size and one.tobytes() == other.tobytes()
    mode = "CMYK" if "CMYK" in (one.mode, other.mode) else "RGB"
    one, other = one.convert(mode), other.convert(mode)
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None

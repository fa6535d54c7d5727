"""A picture that is encoded as a PDF holds it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """What an image XObject is made of (ISO 32000-1, 8.9.5).

    Attributes:
        data: The stream, encoded as `filter` says.
        width: In pixels.
        height: In pixels.
        filter: DCTDecode, JPXDecode, FlateDecode or CCITTFaxDecode.
        components: Components of a color, 1, 3 or 4: of a pixel, or of an entry of the palette.
        bits: Bits of a component, or of the number of a palette's entry.
        parameters: The parameters of the filter, by name.
        decode: The Decode array, where it is not the default one.
        palette: The entries of a palette, one after the other; empty where pixels hold colors.
        icc_profile: The color profile; None for the colors of the device.
        deflated: The data was compressed with Flate once more, over `filter`.
    """

    data: bytes
    width: int
    height: int
    filter: str
    components: int = 3
    bits: int = 8
    parameters: tuple[tuple[str, object], ...] = ()
    decode: tuple[int, ...] = ()
    palette: bytes = b""
    icc_profile: bytes | None = None
    deflated: bool = False

    @property
    def size(self) -> int:
        """Bytes that the image takes in a PDF; a palette is written in hexadecimal."""
        return len(self.data) + 2 * len(self.palette)


@dataclass(frozen=True, slots=True)
class EmbeddedImage:
    """A scan as it stands in the PDF.

    Attributes:
        image: Its picture.
        note: How its pixels were changed, in words; empty where they were not.
    """

    image: EncodedImage
    note: str = ""

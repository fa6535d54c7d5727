"""A picture as it stands in a PDF: encoded already."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """An image XObject to be (ISO 32000-1, 8.9.5).

    Attributes:
        data: The stream, encoded as `filter` says.
        width: In samples.
        height: In samples.
        filter: DCTDecode, JPXDecode, FlateDecode or CCITTFaxDecode.
        components: Colours per sample, 1, 3 or 4; of the palette's entries where there is one.
        bits: Bits per component.
        parameters: The filter's parameters.
        decode: How samples map to colours, where it is not the usual way.
        palette: Colours that samples point into, of so many components each.
        icc_profile: What the colours mean; without it they are the device's.
        deflated: The stream was compressed with Flate once more.
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
        """Bytes that the image needs in a PDF; a palette is written in hexadecimal."""
        return len(self.data) + 2 * len(self.palette)


@dataclass(frozen=True, slots=True)
class EmbeddedImage:
    """A scan as it stands in the PDF.

    Attributes:
        image: Its picture.
        note: How its pixels were changed, in words; empty where they are the scan's.
    """

    image: EncodedImage
    note: str = ""

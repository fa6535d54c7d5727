"""The markers of JPEG data (ITU T.81, annex B): what taking it over undecoded needs of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
"""Markers of the start and of the end of a picture (table B.1)."""
SOS, DRI, DHT, DAC = 0xDA, 0xDD, 0xC4, 0xCC
"""Codes of the segments for a scan, a restart interval, Huffman tables, arithmetic conditioning."""
JPG = 0xC8
FRAMES = frozenset(range(0xC0, 0xD0)) - {DHT, JPG, DAC}
"""Codes of frame headers, one for each way of coding: all of C0 to CF but three."""
HUFFMAN_FRAMES = frozenset((0xC0, 0xC1, 0xC2))
"""Baseline, extended and progressive: what DCTDecode knows (ISO 32000-1, 7.4.8)."""
INVERTED_CMYK = (1, 0) * 4
"""The Decode array of a CMYK JPEG with an Adobe marker: programs that write the marker, as Pillow
does, store these colors inverted, and others do not."""
BLOCK_PX = 8
"""Side of a block, the unit of coding (annex A)."""
MAX_RESTART_INTERVAL = 0xFFFF
"""Coding units between two restart markers, in 16 bits (B.2.4.4)."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A marker segment: its code, its body without the length, and where it ends in the data."""

    code: int
    body: bytes
    end: int

    @property
    def encoded(self) -> bytes:
        """The segment as it stands in the data."""
        return bytes((0xFF, self.code)) + (2 + len(self.body)).to_bytes(2, "big") + self.body


def segments(data: bytes) -> list[Segment]:
    """The segments up to the first scan, the scan's header being the last; [] for no JPEG."""
    parsed: list[Segment] = []
    at = len(SOI)
    while data.startswith(SOI) and at + 4 <= len(data) and data[at] == 0xFF:
        code, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if code == 0xFF:  # a fill byte before the marker
            at += 1
            continue
        at += 2 + length
        parsed.append(Segment(code, data[at - length + 2 : at], at))
        if code == SOS:
            return parsed
    return []


def end_of_picture(data: bytes) -> int:
    """Offset of the EOI that ends the first picture; -1 where the data is cut off before it."""
    header = segments(data)
    return data.find(EOI, header[-1].end) if header else -1


def component_ids(data: bytes) -> bytes:
    """The component identifiers of a Huffman-coded 8-bit JPEG; empty for kinds PDF cannot hold."""
    for segment in segments(data):
        if segment.code in FRAMES:
            if segment.code not in HUFFMAN_FRAMES or segment.body[0] != 8:
                return b""
            return segment.body[6 : 6 + 3 * segment.body[5] : 3]
    return b""


def join_strips(strips: Sequence[bytes], tables: bytes, height: int) -> bytes:
    """One JPEG of the strips of a TIFF, without decoding them.

    The coding starts anew in each strip, as it does after a restart marker (E.1.4). So the strips
    can stand one after the other with such markers between them, and a restart interval that is as
    long as a strip.

    Args:
        strips: Abbreviated JPEG streams, from top to bottom.
        tables: Segments that all of them need, without SOI and EOI.
        height: Rows of the whole image.

    Returns:
        The JPEG; empty where the strips differ in more than their height, or are progressive.
    """
    parsed = [segments(strip) for strip in strips]
    if not strips or not all(parsed):
        return b""
    if len(strips) == 1:
        return SOI + tables + strips[0].removeprefix(SOI)
    first = parsed[0]
    frame = next((segment for segment in first if segment.code in FRAMES), None)
    if frame is None or frame.code not in (0xC0, 0xC1):  # the scans of others do not lie in a row
        return b""
    others = [[segment.body for segment in strip if segment.code not in FRAMES] for strip in parsed]
    if any(bodies != others[0] for bodies in others) or any(s.code == DRI for s in first):
        return b""
    interval = _mcus(frame)
    if not 0 < interval <= MAX_RESTART_INTERVAL:
        return b""
    whole = Segment(frame.code, frame.body[:1] + height.to_bytes(2, "big") + frame.body[3:], 0)
    restart = Segment(DRI, interval.to_bytes(2, "big"), 0)
    joined = [SOI, tables]
    joined += [(whole if s is frame else s).encoded for s in first[:-1]]
    joined += [restart.encoded, first[-1].encoded]
    for number, (strip, header) in enumerate(zip(strips, parsed, strict=True)):
        if number:  # RST0 to RST7, in turn
            joined.append(bytes((0xFF, 0xD0 + (number - 1) % 8)))
        joined.append(strip[header[-1].end :].rpartition(EOI)[0])
    return b"".join(joined) + EOI


def _mcus(frame: Segment) -> int:
    """Coding units (MCU, A.2) of a strip with this frame header; 0 where its last row is cut."""
    rows, columns = (int.from_bytes(frame.body[at : at + 2], "big") for at in (1, 3))
    factors = frame.body[7 : 7 + 3 * frame.body[5] : 3]
    single = len(factors) == 1  # one component is not interleaved: its unit is a block
    across = BLOCK_PX * (1 if single else max(factor >> 4 for factor in factors))
    down = BLOCK_PX * (1 if single else max(factor & 15 for factor in factors))
    return -(-columns // across) * (rows // down) if rows % down == 0 else 0

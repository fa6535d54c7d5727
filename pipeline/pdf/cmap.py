"""ToUnicode CMaps: which character each code of the text layer's font stands for.

What readers force, and the tests that hold it:

- only characters in use are listed: pypdf takes 44 ms for a page so, and 241 ms with a whole plane
  (`test_only_characters_in_use_are_mapped`);
- a range stays within 256 codes with one high byte, as the CMap specification asks
  (`test_a_range_stays_within_one_high_byte`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

CMAP_ROWS = 100
"""A section of a CMap holds at most 100 rows (Adobe Technical Note 5014, 5.2)."""


def to_unicode(plane: int, code_points: Iterable[int]) -> bytes:
    """The ToUnicode CMap of one Unicode plane (ISO 32000-1, 9.10.3).

    Args:
        plane: Which plane; the codes are the low 16 bits of its code points.
        code_points: The characters to list.
    """
    runs = list(_runs(code_points))
    single = [f"<{a & 0xFFFF:04X}> <{_utf16(a)}>" for a, b in runs if a == b]
    ranges = [f"<{a & 0xFFFF:04X}> <{b & 0xFFFF:04X}> <{_utf16(a)}>" for a, b in runs if a != b]
    rows = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<0000> <FFFF>",
        "endcodespacerange",
    ]
    for kind, entries in (("char", single), ("range", ranges)):
        for start in range(0, len(entries), CMAP_ROWS):
            part = entries[start : start + CMAP_ROWS]
            rows += [f"{len(part)} beginbf{kind}", *part, f"endbf{kind}"]
    rows += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end", ""]
    return "\n".join(rows).encode("ascii")


def code_points_of(plane: int, cmap: bytes) -> set[int]:
    """The characters that a CMap from `to_unicode` lists."""
    listed: set[int] = set()
    cmap = cmap.partition(b"endcodespacerange")[2]
    for row in re.findall(rb"^<(\w{4})> (?:<(\w{4})> )?<\w+>$", cmap, re.MULTILINE):
        first = int(row[0], 16)
        last = int(row[1], 16) if row[1] else first
        listed.update(range((plane << 16) + first, (plane << 16) + last + 1))
    return listed


def _runs(code_points: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Consecutive code points as (first, last), none beyond a block of 256."""
    first = last = -1
    for code_point in sorted(code_points):
        if code_point == last + 1 and code_point >> 8 == first >> 8:
            last = code_point
            continue
        if first >= 0:
            yield first, last
        first = last = code_point
    if first >= 0:
        yield first, last


def _utf16(code_point: int) -> str:
    return chr(code_point).encode("utf-16-be").hex().upper()

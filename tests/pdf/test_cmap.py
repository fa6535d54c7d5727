"""The character maps of the text layer's fonts."""

from __future__ import annotations

import re

from pipeline.pdf.cmap import CMAP_ROWS, code_points_of, to_unicode


def test_the_character_map_can_be_read_back() -> None:
    for plane, used in ((0, {0x41, 0x42, 0x43, 0xFF, 0x100, 0x3042}), (1, {0x1F600, 0x1F601})):
        assert code_points_of(plane, to_unicode(plane, used)) == used


def rows(cmap: bytes, kind: str) -> list[bytes]:
    """The rows of all sections of a kind, `char` or `range`."""
    pattern = rb"(\d+) beginbf%s\n(.*?)\nendbf%s" % (kind.encode(), kind.encode())
    sections = re.findall(pattern, cmap, re.DOTALL)
    assert all(int(count) == len(body.split(b"\n")) <= CMAP_ROWS for count, body in sections)
    return [row for _, body in sections for row in body.split(b"\n")]


def test_only_characters_in_use_are_mapped() -> None:
    cmap = to_unicode(0, {0x41, 0x43, 0x45})
    assert rows(cmap, "char") == [b"<0041> <0041>", b"<0043> <0043>", b"<0045> <0045>"]
    assert rows(cmap, "range") == []
    many = to_unicode(0, range(0, 1000, 2))
    assert len(rows(many, "char")) == 500


def test_a_range_stays_within_one_high_byte() -> None:
    cmap = to_unicode(0, range(0x4FE, 0x502))
    assert rows(cmap, "range") == [b"<04FE> <04FF> <04FE>", b"<0500> <0501> <0500>"]


def test_characters_of_other_planes_are_surrogate_pairs() -> None:
    assert rows(to_unicode(1, {0x1F600}), "char") == [b"<F600> <D83DDE00>"]

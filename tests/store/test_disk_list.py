"""A list on disk."""

from __future__ import annotations

import itertools

from pipeline.store.disk_list import IN_MEMORY_BYTES, DiskList


def test_several_may_look_through_it_while_it_grows() -> None:
    entries: DiskList[tuple[int, str]] = DiskList()
    text = "x" * 1000
    for number in range(2 * IN_MEMORY_BYTES // len(text)):  # the second half goes to the disk
        entries.append((number, text))
    count = len(entries)
    one, other = iter(entries), iter(entries)
    assert [next(one)[0] for _ in range(3)] == [0, 1, 2]
    assert next(other)[0] == 0
    entries.append((count, "last"))
    assert [number for number, _ in itertools.chain(other)] == list(range(1, count + 1))
    assert next(one) == (3, text)
    entries.close()

"""Tables for the terminal."""

from __future__ import annotations

import pytest

from pipeline.cli.tables import count, human_size


@pytest.mark.parametrize(
    ("size", "shown"),
    ((0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (2_540_000, "2.5 MB"), (4.2e12, "4200.0 GB")),
)
def test_sizes(size: int, shown: str) -> None:
    assert human_size(size) == shown


def test_counts() -> None:
    assert [count(number, "page") for number in (0, 1, 12345)] == [
        "0 pages",
        "1 page",
        "12,345 pages",
    ]

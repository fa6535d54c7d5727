"""Pages to a document."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.truth import SCANS

import pipeline
from pipeline import (
    OutputError,
    PageSource,
    merge_pages,
)

FAX = SCANS / "fax/message.tif"


def test_half_a_file_is_never_left(tmp_path: Path) -> None:
    def pages():  # type: ignore[no-untyped-def]
        with pipeline.load_page(PageSource(FAX)) as page:
            yield pipeline.render_page(page)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merge_pages(pages(), tmp_path / "x.pdf")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "taken").mkdir()
    with pytest.raises(OutputError, match="taken: cannot be written"):
        merge_pages([], tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]

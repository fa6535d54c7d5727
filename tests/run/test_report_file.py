"""The report as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.survival import (
    GOOD,
    RAISE,
    page,
    read_report,
    run,
)

pytestmark = pytest.mark.usefixtures("own_cache")


def test_report_and_pages_to_look_at(tmp_path: Path) -> None:
    page(tmp_path / "in/1.png", GOOD)
    page(tmp_path / "in/2.png", RAISE)
    report = tmp_path / "r.json"
    done = run("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults",
               "--report", report, "--low-confidence", "0.95", "--no-cache")  # fmt: skip
    assert "1 page to look at" in done.stderr
    assert "1.png: 0.90, worst 0.90" in done.stderr
    found = read_report(report)
    assert found["exit_code"] == done.returncode == 10
    assert (found["version"], found["engine"]["name"]) == (1, "faults")
    assert found["run"]["inputs"] == [str(tmp_path / "in")]
    (document,) = found["documents"]
    assert (document["pages_total"], document["pages_failed"]) == (2, 1)
    first, second = document["pages"]
    assert (first["words"], first["confidence"], first["text_from"]) == (1, 0.9, "engine")
    assert set(first["seconds"]) == {"load", "recognize", "render"}
    assert first["bytes_in"] == (tmp_path / "in/1.png").stat().st_size
    assert second["outcome"] == "failed"
    assert second["kind"] == "RecognitionError"

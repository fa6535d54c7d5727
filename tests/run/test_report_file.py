"""The report as JSON."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from support.doubles import Faulty, Stamp
from support.survival import (
    GOOD,
    RAISE,
    page,
    read_report,
    run,
)

from pipeline import ConvertOptions, convert_blocking
from pipeline.ocr.engine import EngineChoice
from pipeline.run.report_file import ReportFile, documents_to_retry

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
    assert (found["version"], found["engine"]["name"]) == (2, "faults")
    assert found["run"]["inputs"] == [str(tmp_path / "in")]
    (document,) = found["documents"]
    assert (document["pages_total"], document["pages_failed"]) == (2, 1)
    first, second = document["pages"]
    assert (first["words"], first["confidence"], first["text_from"]) == (1, 0.9, "engine")
    assert set(first["seconds"]) == {"load", "recognize", "render"}
    assert first["bytes_in"] == (tmp_path / "in/1.png").stat().st_size
    assert second["outcome"] == "failed"
    assert second["kind"] == "RecognitionError"


def reported(tmp_path: Path, engine: EngineChoice, **options: Any) -> dict[str, Any]:
    """The report of a run in this process, by a path that is not absolute."""
    report_path, out = tmp_path / "r.json", Path(os.path.relpath(tmp_path / "out"))
    scans = Path(os.path.relpath(tmp_path / "in"))
    request = {"inputs": [scans], "output": out, "options": {}}
    with ReportFile(report_path, request) as file:
        chosen = ConvertOptions(details=True, **options)
        report = convert_blocking(scans, out, chosen, engine=engine, notify=file.watch)
        file.finish(report)
    return read_report(report_path)


def test_what_was_not_written_is_retried_though_its_pages_are_accepted(tmp_path: Path) -> None:
    """Another page of it waits for the PDF, which stays as it is."""
    for number in (1, 2):
        page(tmp_path / f"in/{number}.png", 100, 200)
    reported(tmp_path, Faulty())
    (tmp_path / "in/1.png").write_bytes(b"nothing of an image")
    assert reported(tmp_path, Faulty(), accept_failed=True)["exit_code"] == 0
    assert documents_to_retry(tmp_path / "r.json") == frozenset()
    page(tmp_path / "in/3.png", 100, 200)
    assert reported(tmp_path, Faulty())["exit_code"] == 10
    assert documents_to_retry(tmp_path / "r.json") == {tmp_path / "out/in.pdf"}


def test_times_names_and_numbers(tmp_path: Path) -> None:
    page(tmp_path / "in/1.png", 100, 200)
    page(tmp_path / "in/2.png", 200, 100)
    (tmp_path / "in/notes.txt").touch()
    (tmp_path / "in/old.pdf").touch()
    before = datetime.now().astimezone().replace(microsecond=0)
    found = reported(tmp_path, Faulty())
    started, ended = (datetime.fromisoformat(found[name]) for name in ("started", "ended"))
    assert before <= started <= ended <= datetime.now().astimezone()
    assert started.utcoffset() == before.utcoffset()
    assert 0 < found["seconds_per_page"] <= found["seconds"]
    assert found["passed_over"] == 2
    names = [str(tmp_path / "in/notes.txt"), str(tmp_path / "in/old.pdf")]
    assert found["passed_over_files"] == names
    (document,) = found["documents"]
    assert document["output"] == str(tmp_path / "out/in.pdf")
    assert found["run"]["inputs"] == [str(tmp_path / "in")]
    assert found["run"]["output"] == str(tmp_path / "out")
    assert [(each["page"], each["source"]) for each in document["pages"]] == [
        (number, str(tmp_path / f"in/{number}.png")) for number in (1, 2)
    ]
    assert all(
        set(each["seconds"]) == {"load", "recognize", "render"} for each in document["pages"]
    )


SAME = ("output", "pages_total", "pages_failed", "pages_without_text", "words", "bytes_in",
        "bytes_out")  # fmt: skip
"""Of a document, whether it is made or kept."""


@pytest.mark.parametrize("existing", ("replace", "update", "keep"))
def test_pages_of_kept_documents(tmp_path: Path, existing: str) -> None:
    """As they were when they were made, by the words that are in the PDF."""
    page(tmp_path / "in/1.png", GOOD)
    (tmp_path / "in/2.png").write_bytes(b"nothing of an image")
    (made,) = reported(tmp_path, Stamp())["documents"]
    found = reported(tmp_path, Stamp(), existing=existing)
    assert found["seconds_per_page"] is None, "no page was made"
    (kept,) = found["documents"]
    assert (made["outcome"], kept["outcome"]) == ("converted", "skipped")
    assert {name: kept[name] for name in SAME} == {name: made[name] for name in SAME}
    for name in ("page", "source", "outcome", "words", "reason"):
        values = [each.get(name) for each in kept["pages"]]
        assert values == [each.get(name) for each in made["pages"]]


def test_kept_pages_are_looked_at_again(tmp_path: Path) -> None:
    """How sure the engine was is told by the texts that are kept."""
    page(tmp_path / "in/1.png", GOOD)
    report = tmp_path / "r.json"
    sure = []
    for outcome in ("converted", "skipped"):
        done = run("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults",
                   "--report", report, "--low-confidence", "0.95")  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "1 page to look at" in done.stderr
        assert "1.png: 0.90, worst 0.90" in done.stderr
        (document,) = read_report(report)["documents"]
        assert document["outcome"] == outcome
        sure.append({name: document["pages"][0][name] for name in ("words", "confidence")})
    assert sure[0] == sure[1] == {"words": 1, "confidence": 0.9}


def test_a_report_of_nothing_is_json(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    found = reported(tmp_path, Stamp())
    assert (found["documents"], found["passed_over_files"]) == ([], [])

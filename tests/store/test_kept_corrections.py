"""Corrections that are kept for good: by several runs at once, and whatever is in their files."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pipeline import Baseline, Box, Line, OutputError, PageSource, PageText, Word
from pipeline.model.errors import CorrectionError
from pipeline.store import locks
from pipeline.store.content import content_hash
from pipeline.store.correction_origin import CorrectionOrigin
from pipeline.store.kept_corrections import KeptCorrections
from pipeline.store.locks import locked

CONTENT = 64 * "a"


def text(word: str) -> PageText:
    line = Line((Word(word, Box(1, 2, 3, 4)),), Baseline(1, 4, 7, 4), 2)
    return PageText(10, 20, (line,))


@pytest.fixture
def source(tmp_path: Path) -> PageSource:
    (tmp_path / "1.png").write_bytes(b"a scan")
    return PageSource(tmp_path / "1.png")


def kept(tmp_path: Path) -> KeptCorrections:
    return KeptCorrections(tmp_path / "kept", is_named=True)


def words_in(folder: Path) -> set[str]:
    return {
        PageText.from_json(path.read_text()).text
        for path in folder.iterdir()
        if path.suffix == ".json"
    }


def test_what_is_kept_is_found(tmp_path: Path, source: PageSource) -> None:
    store = kept(tmp_path)
    assert store.get(CONTENT, 0) is None
    assert not store.may_have([CONTENT])
    assert store.keep(text("one"), CONTENT, source, tmp_path / "1.json") is None
    assert store.may_have([64 * "b", CONTENT]), "also where it was listed before"
    assert store.get(CONTENT, 1) is None, "another page"
    found = kept(tmp_path).get(CONTENT, 0)
    assert found is not None
    assert (found.text, found.origin.scan, found.origin.page) == (text("one"), source.path, 1)
    assert found.origin.text_file == tmp_path / "1.json"
    assert store.keep(text("one"), CONTENT, source, tmp_path / "1.json") is None, "the same"
    assert store.paths() == [found.path]


def test_runs_at_once_lose_none(tmp_path: Path, source: PageSource) -> None:
    """Each is kept under its name, or under that of one that was replaced."""
    words = {f"word{number}" for number in range(40)}

    def keep(word: str) -> None:
        kept(tmp_path).keep(text(word), CONTENT, source, tmp_path / f"{word}.json")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, sorted(words)))
    assert words_in(tmp_path / "kept") == words
    assert len(kept(tmp_path).paths()) == 1


def test_a_run_that_was_stopped_is_not_waited_for(
    tmp_path: Path, source: PageSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = kept(tmp_path)
    store.keep(text("one"), CONTENT, source, tmp_path / "1.json")
    monkeypatch.setattr(locks, "WAIT_S", 0.05)
    held = locked(store.folder)
    assert store.keep(text("two"), CONTENT, source, tmp_path / "1.json") is not None
    assert held is not None
    assert words_in(store.folder) == {"one", "two"}


ODD: dict[str, object] = {
    "no object": [1],
    "no path": {"scan": "a\0b", "text_file": "\ud800", "page": True},
    "numbers": {"scan": 7, "page": 10**400, "size": -1, "changed_ns": 1.5, "sha256": None},
    "nothing": {},
    "long": {"scan": "/" + "x" * 100_000},
}


@pytest.mark.parametrize("odd", ODD)
def test_an_origin_that_makes_no_sense_is_not_known(
    tmp_path: Path, source: PageSource, odd: str
) -> None:
    store = kept(tmp_path)
    store.keep(text("one"), CONTENT, source, tmp_path / "1.json")
    (path,) = store.paths()
    members: dict[str, Any] = json.loads(path.read_text())
    members["correction"] = ODD[odd]
    path.write_text(json.dumps(members))
    found = store.get(CONTENT, 0)
    assert found is not None
    assert found.text == text("one")
    assert store.origin_of(path).what_became_of_scan()
    store.note_move(found, source, None)
    again = store.get(CONTENT, 0)
    assert again is not None
    assert again.origin.scan == source.path, "it is noted again"


def test_one_of_another_scan_is_not_used(tmp_path: Path, source: PageSource) -> None:
    store = kept(tmp_path)
    store.keep(text("one"), CONTENT, source, tmp_path / "1.json")
    (path,) = store.paths()
    path.rename(store.path(64 * "b", 0))
    with pytest.raises(CorrectionError, match="of another scan than its name says; mend it"):
        store.get(64 * "b", 0)


def test_what_is_too_large_is_not_loaded(
    tmp_path: Path, source: PageSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = kept(tmp_path)
    store.keep(text("one"), CONTENT, source, tmp_path / "1.json")
    monkeypatch.setattr("pipeline.store.kept_corrections.MAX_TEXT_BYTES", 10)
    with pytest.raises(CorrectionError, match="it has more than"):
        store.get(CONTENT, 0)


def test_a_folder_that_is_a_file_is_said(tmp_path: Path, source: PageSource) -> None:
    (tmp_path / "kept").write_text("")
    store = kept(tmp_path)
    assert store.get(CONTENT, 0) is None
    with pytest.raises(OutputError, match="cannot be written"):
        store.keep(text("one"), CONTENT, source, tmp_path / "1.json")


def test_a_scan_that_was_touched_is_the_same(tmp_path: Path, source: PageSource) -> None:
    origin = CorrectionOrigin.of(content_hash(source.path), source, None)
    assert origin.what_became_of_scan() == ""
    source.path.touch()
    assert origin.what_became_of_scan() == ""
    source.path.write_bytes(b"another")
    assert "is another one now" in origin.what_became_of_scan()
    source.path.unlink()
    assert "cannot be found any more" in origin.what_became_of_scan()

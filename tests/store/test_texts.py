"""Texts that are kept from run to run."""

from __future__ import annotations

import dataclasses
import gzip
import os
from pathlib import Path

import pytest
from support.survival import (
    GOOD,
    RAISE,
    page,
    run,
)

from pipeline import Baseline, Box, Line, PageText, Word
from pipeline.store.texts import MAX_ENTRY_BYTES, MAX_TEXT_BYTES, Store

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.mark.slow
def test_a_damaged_entry_is_a_miss_and_is_replaced(tmp_path: Path) -> None:
    page(tmp_path / "1.png", GOOD)
    cache, log = tmp_path / "cache", tmp_path / "log"
    convert = (
        "convert", tmp_path / "1.png", "-o", tmp_path / "out", "--engine", "faults",
        "--cache-dir", cache, "--force",
    )  # fmt: skip
    assert run(*convert, FAULTS_LOG=log).returncode == 0
    good = (tmp_path / "out/1.pdf").read_bytes()
    (entry,) = [path for path in cache.rglob("*") if path.is_file()]
    content = entry.read_bytes()
    flipped = content[:30] + bytes((content[30] ^ 1,)) + content[31:]
    for damage in (b"", content[:50], b"garbage", flipped, content[::-1]):
        entry.write_bytes(damage)
        assert run(*convert, FAULTS_LOG=log).returncode == 0
        assert (tmp_path / "out/1.pdf").read_bytes() == good
        assert entry.read_bytes() == content, "replaced"
    assert len(log.read_text().splitlines()) == 6


@pytest.mark.slow
def test_failures_are_not_kept(tmp_path: Path) -> None:
    page(tmp_path / "1.png", RAISE)
    cache = tmp_path / "cache"
    for _ in range(2):
        done = run("convert", tmp_path / "1.png", "-o", tmp_path / "out", "--engine", "faults",
                   "--cache-dir", cache)  # fmt: skip
        assert done.returncode == 10
    assert [path for path in cache.rglob("*") if path.is_file()] == []


@pytest.mark.slow
def test_cache_is_shown_and_pruned(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for number in range(6):
        page(tmp_path / f"in/{number}.png", GOOD, 100 + number)
        done = run("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults",
                   "--cache-dir", cache)  # fmt: skip
        assert done.returncode == 0
    shown = run("cache", "--cache-dir", cache).stdout
    assert shown.startswith(f"{cache}: 6 pages, ")
    entries = {path: path.stat() for path in cache.rglob("*") if path.is_file()}
    oldest = min(entries, key=lambda path: entries[path].st_mtime_ns)
    size = sum(status.st_size for status in entries.values())
    pruned = run("cache", "--cache-dir", cache, "prune", "--max-size", f"{size - 1}")
    assert pruned.returncode == 0
    assert not oldest.exists(), "what was used longest ago goes first"
    assert 1 <= len([path for path in cache.rglob("*") if path.is_file()]) < 6
    assert "0 left" in run("cache", "--cache-dir", cache, "prune", "--max-size", "0").stdout
    assert run("cache", "prune", "--max-size", "much").returncode == 2


def test_a_cache_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    page(tmp_path / "1.png", GOOD)
    (tmp_path / "file").write_text("in the way")
    done = run("convert", tmp_path / "1.png", "-o", tmp_path / "out", "--engine", "faults",
               "--cache-dir", tmp_path / "file")  # fmt: skip
    assert done.returncode == 0
    assert done.stderr.count("texts cannot be kept in") == 1


KEY = "ab" + 62 * "0"
TEXT = PageText(100, 50, (Line((Word("seen", Box(1, 2, 30, 14)),), Baseline(1, 14, 30, 14), 10),))


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


JSON = TEXT.to_json().encode()
IMPOSSIBLE = {
    "a box outside of the page": JSON.replace(b"30", b"3000"),
    "a page of no size": JSON.replace(b'"width_px": 100', b'"width_px": 0'),
    "a lone surrogate": JSON.replace(b"seen", b"\\ud800"),
    "deep nesting": b"[" * 200_000,
    "a deep text": JSON.replace(b'"seen"', b"[" * 100_000 + b"]" * 100_000),
    "400 digits": JSON.replace(b'"height": 10', b'"height": 1' + 400 * b"0"),
    "5000 digits": JSON.replace(b'"height_px": 50', b'"height_px": 5' + 5000 * b"0"),
    "not a number": JSON.replace(b'"height": 10', b'"height": NaN'),
    "infinite": JSON.replace(b'"height_px": 50', b'"height_px": Infinity'),
    "a word of megabytes": JSON.replace(b"seen", 3_000_000 * b"e"),
}


@pytest.mark.parametrize("content", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_true_is_a_miss(tmp_path: Path, content: bytes) -> None:
    store = Store(tmp_path)
    store.put(KEY, TEXT)
    assert store.get(KEY) == TEXT
    store.put_entry(KEY, packed(content))
    assert store.get(KEY) is None


@pytest.mark.parametrize("size", ("entry", "text"))
def test_an_entry_without_end_is_a_miss(tmp_path: Path, size: str) -> None:
    """A few bytes of gzip may hold gigabytes."""
    store = Store(tmp_path)
    store.put(KEY, TEXT)
    path = entry_of(tmp_path)
    if size == "entry":
        with path.open("r+b") as file:
            file.truncate(MAX_ENTRY_BYTES + 1)
    else:
        path.write_bytes(packed(JSON[:-1] + MAX_TEXT_BYTES * b" " + b"}"))
    assert store.get(KEY) is None
    if size == "entry":
        assert store.entry(KEY) is None, "it is sent nowhere"


def test_nothing_is_written_or_read_through_a_link(tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_bytes(packed(JSON))
    store = Store(tmp_path / "store")
    store.put(KEY, TEXT)
    path = entry_of(tmp_path / "store")
    path.unlink()
    path.symlink_to(other)
    assert store.get(KEY) is None
    assert store.entry(KEY) is None
    store.put(KEY, dataclasses.replace(TEXT, engine="another"))
    assert other.read_bytes() == packed(JSON), "what the link leads to is somebody's"
    kept = store.get(KEY)
    assert kept is not None and kept.engine == "another"
    assert [each.name for each in path.parent.iterdir()] == [path.name], "no part is left"


def test_an_entry_that_others_link_to_is_replaced_not_overwritten(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    store.put(KEY, TEXT)
    path = entry_of(tmp_path / "store")
    (tmp_path / "backup").hardlink_to(path)
    before = path.read_bytes()
    store.put(KEY, dataclasses.replace(TEXT, engine="another"))
    assert (tmp_path / "backup").read_bytes() == before


def test_a_pipe_in_the_place_of_an_entry_holds_nobody_up(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(KEY, TEXT)
    path = entry_of(tmp_path)
    path.unlink()
    os.mkfifo(path)
    assert store.get(KEY) is None
    store.put(KEY, TEXT)
    assert store.get(KEY) == TEXT


def entry_of(folder: Path) -> Path:
    (path,) = [path for path in folder.rglob("*") if path.is_file()]
    return path

"""Texts that are kept from run to run."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.survival import (
    GOOD,
    RAISE,
    page,
    run,
)

pytestmark = pytest.mark.usefixtures("own_cache")


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


def test_failures_are_not_kept(tmp_path: Path) -> None:
    page(tmp_path / "1.png", RAISE)
    cache = tmp_path / "cache"
    for _ in range(2):
        done = run("convert", tmp_path / "1.png", "-o", tmp_path / "out", "--engine", "faults",
                   "--cache-dir", cache)  # fmt: skip
        assert done.returncode == 10
    assert [path for path in cache.rglob("*") if path.is_file()] == []


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

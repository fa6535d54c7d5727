"""What stands for the bytes of a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.store.content import Content, content_hash


def test_a_hash_is_never_a_message(tmp_path: Path) -> None:
    path = tmp_path / "scan"
    with pytest.raises(FileNotFoundError):
        content_hash(path)
    assert Content.of(path).hash == ""
    path.write_bytes(b"scan")
    assert Content.of(path).hash == content_hash(path) == hashlib.sha256(b"scan").hexdigest()


def test_fingerprints_of_earlier_pdfs_hold(tmp_path: Path) -> None:
    """These strings are in PDFs that exist: a change of one makes every such PDF anew."""
    assert Content.of(tmp_path / "gone").in_fingerprint == "unreadable: FileNotFoundError"
    assert Content.of(tmp_path).in_fingerprint == "unreadable: IsADirectoryError"
    path = tmp_path / "scan"
    path.write_bytes(b"scan")
    assert Content.of(path).in_fingerprint == hashlib.sha256(b"scan").hexdigest()

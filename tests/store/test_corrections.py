"""Texts as JSON that a person may correct."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline import Baseline, Box, Line, OutputError, PageText, Word
from pipeline.store.corrections import Correction, check_is_untouched, write_text

TEXT = PageText(10, 20, (Line((Word("seen", Box(1, 2, 3, 4)),), Baseline(1, 4, 7, 4), 2),))


def test_only_what_a_person_has_changed_is_a_correction(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    assert Correction.of(path) == Correction(), "it is not there"
    write_text(path, TEXT)
    assert Correction.of(path) == Correction(), "it is as it was made"
    check_is_untouched(path)
    path.write_text(path.read_text().replace("seen", "mended"))
    corrected = Correction.of(path)
    assert len(corrected.hash) == 64 and not corrected.error
    with pytest.raises(OutputError, match="exists and was corrected"):
        check_is_untouched(path)


def test_what_is_no_text_is_an_error_not_a_hash(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text('{"of": "others"}')
    broken = Correction.of(path)
    assert broken.hash == ""
    assert re.search(r"page\.json: .*; mend it, or delete it", broken.error)
    with pytest.raises(OutputError, match="is no text of a page"):
        check_is_untouched(path)


@pytest.mark.parametrize(
    ("old", "new"),
    (
        ("seen", "\\ud800"),
        ('"seen"', "[" * 100_000 + "]" * 100_000),
        ('"height": 2', '"height": 2' + 400 * "0"),
        ('"height_px": 20', '"height_px": 20' + 400 * "0"),
        ('"height_px": 20', '"height_px": 20' + 5000 * "0"),
        ('"height": 2', '"height": 1e999'),
        ('"from": ""', '"from": "\\udfff"'),
        ('"rotation_deg": 0', '"rotation_deg": 1' + 400 * "0"),
    ),
    ids=("surrogate", "nesting", "height", "page", "5000 digits", "infinite", "key", "turn"),
)
def test_no_correction_is_a_fault_of_the_program(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "page.json"
    write_text(path, TEXT)
    content = path.read_text()
    assert old in content
    path.write_text(content.replace(old, new))
    error = Correction.of(path).error
    error.encode()
    assert len(error) < 1000


def test_nesting_alone_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text("[" * 200_000)
    assert re.search(r"page\.json: .*; mend it, or delete it", Correction.of(path).error)

"""Texts as JSON that a person may correct."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline import Baseline, Box, Line, OutputError, PageText, Word
from pipeline.model.errors import CorrectionError
from pipeline.store.corrections import (
    CORRECTED,
    LoadedText,
    check_is_untouched,
    load_text,
    write_text,
)

TEXT = PageText(10, 20, (Line((Word("seen", Box(1, 2, 3, 4)),), Baseline(1, 4, 7, 4), 2),))


def error_of(path: Path) -> str:
    """Why a file is no text of a page; empty where it is one."""
    try:
        load_text(path)
    except CorrectionError as error:
        return str(error)
    return ""


def test_only_what_a_person_has_changed_is_a_correction(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    check_is_untouched(path)
    write_text(path, TEXT, "a key", content="a hash")
    assert load_text(path) == LoadedText(TEXT, "a key", "a hash")
    path.write_text(path.read_text().replace('"height": 2', '"height": 2.0').replace("\n", "\n\n"))
    check_is_untouched(path)
    path.write_text(path.read_text().replace("seen", "mended"))
    corrected = load_text(path)
    assert (corrected.text.text, corrected.made_from, corrected.scan) == ("mended", None, "a hash")
    with pytest.raises(OutputError, match="exists and was corrected"):
        check_is_untouched(path)
    path.unlink()
    write_text(path, TEXT, CORRECTED, content="a hash")
    with pytest.raises(OutputError, match="exists and was corrected"):
        check_is_untouched(path)


def test_what_is_no_text_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text('{"of": "others"}')
    assert re.search(r"page\.json: .*; mend it, or delete it", error_of(path))
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
        ('"from": ""', '"scan": ' + 900 * "[" + 900 * "]"),
        ('"rotation_deg": 0', '"rotation_deg": 1' + 400 * "0"),
    ),
    ids=(
        "surrogate",
        "nesting",
        "height",
        "page",
        "5000 digits",
        "infinite",
        "key",
        "nested key",
        "turn",
    ),
)
def test_no_correction_is_a_fault_of_the_program(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "page.json"
    write_text(path, TEXT)
    content = path.read_text()
    assert old in content
    path.write_text(content.replace(old, new))
    error = error_of(path)
    error.encode()
    assert len(error) < 1000


def test_nesting_alone_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text("[" * 200_000)
    assert re.search(r"page\.json: .*; mend it, or delete it", error_of(path))

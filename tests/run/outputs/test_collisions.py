"""A text that would take the place of a scan: an input is never an output."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from support.doubles import Stamp
from support.survival import GOOD, page

from pipeline import ConvertOptions, Document, convert_blocking
from pipeline.run.outputs.collisions import texts_over_scans


def made_text(folder: Path) -> tuple[Path, Path, ConvertOptions]:
    """A scan, its text as the engine has read it, and the options that made it."""
    scan = folder / "texts/a/a.tif"
    scan.parent.mkdir(parents=True)
    frames = [Image.new("L", (GOOD, 120 + number), 255) for number in range(2)]
    frames[0].save(scan, save_all=True, append_images=frames[1:])
    options = ConvertOptions(store=None, text_dir=folder / "texts", existing="force")
    convert_blocking(scan, folder / "out", options, engine=Stamp())
    text = folder / "texts/a/a.tif.json"
    assert text.exists()
    return scan, text, options


@pytest.mark.parametrize("way", ("name", "second page", "link", "hard link", "folder link"))
def test_a_text_is_not_written_over_an_input(tmp_path: Path, way: str) -> None:
    scan, text, options = made_text(tmp_path)
    other = page(tmp_path / "b.png", GOOD)
    given = text
    if way == "second page":
        given = text = text.with_name("a.tif.2.json")
    elif way == "link":
        given = tmp_path / "c.png"
        given.symlink_to(text)
    elif way == "hard link":
        given = tmp_path / "c.png"
        given.hardlink_to(text)
    elif way == "folder link":
        (tmp_path / "linked").symlink_to(text.parent)
        given = tmp_path / "linked" / text.name
    text.write_text(text.read_text() + "\n")  # another engine would write it anew
    before = text.read_bytes()
    (tmp_path / "out/a.pdf").unlink()
    report = convert_blocking([scan, given, other], tmp_path / "out", options, engine=Stamp())
    assert report.exit_code == 5
    (problem,) = report.problems
    assert f"{text}: not written, as it would replace the scan {given}" in str(problem)
    assert "choose another place with --text-dir" in str(problem)
    assert text.read_bytes() == before
    assert not (tmp_path / "out/a.pdf").exists()
    assert (tmp_path / "out/b.pdf").exists(), "it stops no other"


def test_a_json_that_no_page_writes_is_no_reason(tmp_path: Path) -> None:
    scan, text, _ = made_text(tmp_path)
    document = Document("a", tmp_path / "out/a.pdf", (scan,))
    for name, refused in (("a.tif.json", 1), ("a.tif.x.json", 0), ("b.tif.json", 0)):
        given = text.with_name(name)
        given.write_text("{}")
        found = texts_over_scans(
            [document], [scan, given], tmp_path / "texts", root=tmp_path / "out"
        )
        assert len(found) == refused, name

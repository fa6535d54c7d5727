"""The command `convert` as a user meets it: messages, exit codes, and what is written where."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile
from pypdf import PdfReader, PdfWriter
from support.command import Command, one_line
from support.readers import page_sizes, pdfium_text
from support.truth import HARDWARE, SCANS


def test_empty_folder(tmp_path: Path, command: Command) -> None:
    (tmp_path / "empty").mkdir()
    done = command("convert", "--engine", "none", tmp_path / "empty", "-o", tmp_path / "out")
    assert done.returncode == 3
    assert "empty: no scan found" in one_line(done.stderr)
    assert not (tmp_path / "out").exists()


def test_missing_path(tmp_path: Path, folder: Path, command: Command) -> None:
    out = tmp_path / "out"
    done = command("convert", "--engine", "none", tmp_path / "nowhere", folder, "-o", out)
    assert done.returncode == 10
    assert "nowhere: no such file or folder; check the path" in done.stderr
    assert (out / "box.pdf").exists(), "everything else is done"


def test_rubbish_becomes_pages_that_say_so(folder: Path, tmp_path: Path, command: Command) -> None:
    (folder / "2 garbage.tif").write_bytes(b"nothing of an image")
    (folder / "3 empty.png").write_bytes(b"")
    noise = Image.effect_noise((300, 300), 90)
    noise.save(folder / "4 cut.jpg")
    os.truncate(folder / "4 cut.jpg", (folder / "4 cut.jpg").read_bytes().index(b"\xff\xda") + 10)
    noise.save(folder / "5 cut.tif")
    with Image.open(folder / "5 cut.tif") as image:
        assert isinstance(image, TiffImageFile)
        strip = image.tag_v2[273][0]
    os.truncate(folder / "5 cut.tif", strip)
    done = command("convert", folder, "-o", tmp_path / "out")
    assert done.returncode == 10
    assert "Traceback" not in done.stderr
    pdf = tmp_path / "out/box.pdf"
    assert len(page_sizes(pdf)) == 5
    for page, name in enumerate(("2 garbage.tif", "3 empty.png", "4 cut.jpg", "5 cut.tif"), 1):
        text = " ".join(pdfium_text(pdf, page).split())
        assert "This page could not be read." in text
        assert name in text.replace("/ ", "/")
        assert re.search(rf"{name}.*(replace|scan the page again)", done.stderr)
    assert "4 pages failed" in done.stderr
    assert "MILLER HARDWARE" in pdfium_text(pdf, 0)


def test_a_placeholder_keeps_the_whole_name(tmp_path: Path, command: Command) -> None:
    name = "Ünïcödé 写真 and a rather long name that needs more than one line of the page.tif"
    (tmp_path / name).write_bytes(b"nothing")
    convert = ("convert", "--engine", "none", tmp_path / name, "-o", tmp_path / "out")
    done = command(*convert, "--placeholders")
    assert done.returncode == 10
    text = pdfium_text(next((tmp_path / "out").glob("*.pdf")), 0)
    for word in name.split():
        assert word in text


def test_nothing_readable_at_all(tmp_path: Path, command: Command) -> None:
    (tmp_path / "x.tif").write_bytes(b"garbage")
    done = command("convert", "--engine", "none", tmp_path / "x.tif", "-o", tmp_path / "out")
    assert done.returncode == 3
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.slow
def test_bomb(folder: Path, tmp_path: Path, command: Command) -> None:
    Image.new("1", (30_000, 30_000), 1).save(folder / "2.tif", compression="group4")
    done = command("convert", "--engine", "none", folder, "-o", tmp_path / "out")
    assert done.returncode == 10
    assert "2.tif: 30000 x 30000 pixels are more than the limit of 250 million" in done.stderr
    assert len(page_sizes(tmp_path / "out/box.pdf")) == 2


def test_output_that_cannot_be_written(folder: Path, tmp_path: Path, command: Command) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = command("convert", "--engine", "none", folder, "-o", tmp_path / "file" / "out")
    assert done.returncode == 5
    assert re.search(r"file/out: cannot be written \(Not a directory\)", done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("output", "code", "said"),
    (
        ("kept.txt", 5, "kept.txt: is a file, which stays as it is; give -o .* such as kept.pdf"),
        ("notes.txt", 2, "notes.txt: is no name for a folder; give -o .*, such as notes.pdf"),
        (".pdf", 2, r"\.pdf: is no name for a folder; give -o .*, such as X.pdf"),
        ("", 2, r"'-o' / '--output': is empty \(a variable that is not set\?\)"),
    ),
)
def test_what_is_no_name_for_a_folder(
    folder: Path, tmp_path: Path, command: Command, output: str, code: int, said: str
) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    before = sorted(tmp_path.rglob("*"))
    done = command("convert", "--engine", "none", folder, "-o", output, cwd=tmp_path)
    assert done.returncode == code
    assert re.search(said, done.stderr), done.stderr
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "kept.txt").read_text() == "kept"


def test_a_single_pdf_has_its_name(folder: Path, tmp_path: Path, command: Command) -> None:
    done = command("convert", "--engine", "none", folder, "-o", "X.PDF", cwd=tmp_path)
    assert done.returncode == 0
    assert re.search(r"^│ X\.PDF +│ +1 │", done.stderr, re.MULTILINE), done.stderr
    assert re.search(r"^1 PDF: X\.PDF, ", done.stderr, re.MULTILINE)
    assert len(page_sizes(tmp_path / "X.PDF")) == 1


def test_one_output_that_cannot_be_written_stops_no_other(
    folder: Path, tmp_path: Path, command: Command
) -> None:
    (tmp_path / "out/box.pdf").mkdir(parents=True)
    shutil.copytree(folder, tmp_path / "good")
    done = command("convert", "--engine", "none", folder, tmp_path / "good", "-o", tmp_path / "out")
    assert done.returncode == 5
    assert "box.pdf" in done.stderr
    assert (tmp_path / "out/good.pdf").exists()


def test_same_output_name(folder: Path, tmp_path: Path, command: Command) -> None:
    other = tmp_path / "other" / folder.name
    shutil.copytree(folder, other)
    done = command("convert", "--engine", "none", folder, other, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert f"{other} would both become" in one_line(done.stderr)
    assert not (tmp_path / "out").exists()


def test_names_with_spaces_umlauts_and_line_breaks(tmp_path: Path, command: Command) -> None:
    folder = tmp_path / "Übergröße und Löcher\nzweite Zeile"
    folder.mkdir()
    shutil.copy(HARDWARE, folder / "Seite 1 –\nAnfang.jpg")
    done = command("convert", "--engine", "none", folder, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    reader: Any = PdfReader(tmp_path / "out" / f"{folder.name}.pdf")
    assert reader.metadata is not None
    assert reader.metadata.title == "Übergröße und Löcher\\nzweite Zeile"
    assert reader.outline[0].title == "Seite 1 –\\nAnfang"


def test_a_name_that_is_no_text(tmp_path: Path, command: Command) -> None:
    folder = tmp_path / os.fsdecode(b"b\xe9b\xe9")
    folder.mkdir()
    shutil.copy(HARDWARE, folder / "1.jpg")
    done = command("convert", "--engine", "none", folder, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / os.fsdecode(b"b\xe9b\xe9.pdf")).exists()


@pytest.mark.slow
def test_a_pdf_of_others_is_not_overwritten(folder: Path, tmp_path: Path, command: Command) -> None:
    out = tmp_path / "out"
    out.mkdir()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(out / "box.pdf")
    before = (out / "box.pdf").read_bytes()
    done = command("convert", folder, "-o", out)
    assert done.returncode == 5
    assert "was not made by this program; move it away, or replace it with --force" in done.stderr
    assert (out / "box.pdf").read_bytes() == before
    assert command("convert", folder, "-o", out, "-n").returncode == 0
    assert (out / "box.pdf").read_bytes() == before
    assert command("convert", folder, "-o", out, "--force").returncode == 0
    assert "MILLER" in pdfium_text(out / "box.pdf", 0)
    assert command("convert", folder, "-o", out, "--title", "Again").returncode == 0
    assert PdfReader(out / "box.pdf").metadata.title == "Again"  # type: ignore[union-attr]


def test_a_text_of_others_is_not_overwritten(
    folder: Path, tmp_path: Path, command: Command
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "box.txt").write_text("years of notes")
    done = command("convert", "--engine", "none", folder, "-o", out, "--sidecar")
    assert done.returncode == 5
    assert "box.txt exists" in done.stderr
    assert (out / "box.txt").read_text() == "years of notes"


@pytest.mark.slow
@pytest.mark.parametrize("inside", (False, True))
def test_update(folder: Path, tmp_path: Path, command: Command, inside: bool) -> None:
    out = folder if inside else tmp_path / "out"
    pdf = out / "box.pdf"

    def update() -> bool:
        before = pdf.stat().st_mtime_ns if pdf.exists() else None
        done = command("convert", "--engine", "none", folder, "-o", out, "--update")
        assert done.returncode == 0, done.stderr
        return pdf.stat().st_mtime_ns != before

    assert update()
    assert not update()
    shutil.copy(HARDWARE, folder / "2.jpg")
    assert update()
    assert len(page_sizes(pdf)) == 2
    (folder / "1.jpg").unlink()
    assert update()
    assert not update()


def test_dry_run_writes_nothing(folder: Path, tmp_path: Path, command: Command) -> None:
    shutil.copy(SCANS / "fax/message.tif", folder / "2.tif")
    (folder / "notes.txt").write_text("x")
    done = command("convert", "--engine", "none", folder, "-o", tmp_path / "out", "--dry-run")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"{tmp_path}/out/box.pdf",
        f"    {folder}/1.jpg",
        f"    {folder}/2.tif (3 pages)",
        f"passed over: {folder}/notes.txt",
    ]
    assert not (tmp_path / "out").exists()


def test_one_pdf_of_everything(folder: Path, tmp_path: Path, command: Command) -> None:
    pdf = tmp_path / "new" / "all.pdf"
    done = command("convert", "--engine", "none", SCANS / "fax/message.tif", folder, "-o", pdf)
    assert done.returncode == 0, done.stderr
    assert len(page_sizes(pdf)) == 4
    outline: Any = PdfReader(pdf).outline
    assert [item.title for item in outline] == ["message", "1"]


def test_metadata(folder: Path, tmp_path: Path, command: Command) -> None:
    values = {"title": "Tïtle", "author": "A. U. Thor", "subject": "Süb", "keywords": "a, b"}
    options = [part for key, value in values.items() for part in (f"--{key}", value)]
    command("convert", "--engine", "none", folder, "-o", tmp_path, *options)
    metadata: Any = PdfReader(tmp_path / "box.pdf").metadata
    assert {key: metadata[f"/{key.title()}"] for key in values} == values
    assert "/CreationDate" not in metadata


@pytest.mark.slow
def test_language(folder: Path, tmp_path: Path, command: Command) -> None:
    assert command("convert", folder, "-o", tmp_path, "-l", "eng+swe").returncode == 0
    done = command("convert", folder, "-o", tmp_path, "-l", "eng+rus", "--engine", "rapid")
    assert done.returncode == 4
    # whatever is installed, the message names the language and who or what helps
    assert re.search(r"does not read Russian \(rus\).*(--engine|apt install)", done.stderr)
    done = command("convert", folder, "-o", tmp_path, "-l", "english")
    assert done.returncode == 2
    assert "no language has the code 'english'; did you mean -l eng?" in one_line(done.stderr)


@pytest.mark.slow
def test_what_is_passed_over_is_counted_by_kind_and_named(
    folder: Path, tmp_path: Path, command: Command
) -> None:
    for name in ("a.pdf", "b.PDF", "notes.txt", "x.bin"):
        (folder / name).write_bytes(b"no scan")
    convert = ("convert", folder, "-o", tmp_path / "out", "--engine", "none", "--force")
    done = command(*convert)
    assert "passed over: 2 PDFs, 1 text, 1 other file (-v names them)" in done.stderr
    assert "a.pdf" not in done.stderr
    done = command(*convert, "-v")
    assert f"passed over: {folder}/notes.txt\n" in done.stderr
    assert f"passed over: {folder}/b.PDF\n" in done.stderr
    (folder / "1.jpg").unlink()
    done = command("convert", "--engine", "none", folder, "-o", tmp_path / "other")
    assert done.returncode == 3
    assert "no scan found in this folder or below it" in done.stderr
    assert "passed over: 2 PDFs, 1 text, 1 other file (-v names them)" in done.stderr


@pytest.mark.slow
def test_files_of_one_name_are_both_made(tmp_path: Path, command: Command) -> None:
    for name in ("a.jpg", "a.png", "b.png"):
        Image.new("L", (40, 40), 255).save(tmp_path / name)
    inputs = [tmp_path / name for name in ("a.jpg", "a.png", "b.png")]
    for given in ([tmp_path, "--per-file"], inputs, inputs[::-1]):
        out = tmp_path / f"out{len(given)}{given[0] == inputs[0]}"
        for is_again in (False, True):
            done = command("convert", *given, "-o", out, "--engine", "none", "--sidecar")
            assert done.returncode == 0, done.stderr
            assert "told apart by their endings" in done.stderr
            assert ("3 skipped" in done.stderr) is is_again
            assert sorted(path.name for path in out.iterdir()) == [
                "a.jpg.pdf", "a.jpg.txt", "a.png.pdf", "a.png.txt", "b.pdf", "b.txt",
            ]  # fmt: skip

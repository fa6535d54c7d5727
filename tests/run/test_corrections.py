"""A correction holds in every later run, whatever becomes of the file in which it was made."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import stat
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.doubles import Still
from support.readers import pdfium_text
from support.survival import GOOD, page, run

from pipeline import Baseline, Box, ConvertOptions, Line, PageText, Word, convert
from pipeline.model.events import Event, Remark
from pipeline.model.page import Document, PageSource
from pipeline.run.corrections.document import DocumentCorrections
from pipeline.run.corrections.page import PageCorrection
from pipeline.run.corrections.run import RunCorrections
from pipeline.run.report import Report
from pipeline.run.scans import DocumentScans
from pipeline.store.spool import Spool

MENDED = "mended"
HANG_S = 120
"""A run of a few pages that takes so long never ends."""


class Reader(Still):
    """Reads on each page how high it is, and counts the pages."""

    name = "reader"

    def __init__(self) -> None:
        self.pages = 0
        self.meanwhile: Callable[[], object] = lambda: None

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        self.pages += 1
        self.meanwhile()
        word = Word(f"seen{image.height}", Box(0, 0, image.width, 20), 0.9)
        line = Line((word,), Baseline(0, 16, image.width, 16), 12)
        return PageText(image.width, image.height, (line,), engine=self.name)


class Archive:
    """A folder of scans, its PDFs, and its texts."""

    def __init__(self, folder: Path, count: int = 1) -> None:
        self.folder = folder
        self.inputs, self.out, self.texts = folder / "in", folder / "out", folder / "texts"
        self.kept = self.out / ".searchable-pdf/corrections"
        for number in range(count):
            page(self.inputs / f"{number}.png", GOOD, 100 + number)
        self.engine = Reader()
        self.said: list[str] = []
        self.report = Report()

    def convert(self, code: int = 0, *, texts: object = None, **more: Any) -> Report:
        """Runs a conversion."""
        self.engine.pages, self.said = 0, []
        options = ConvertOptions(store=None, text_dir=Path(str(texts)) if texts else None)
        out = more.pop("out", self.out)
        options = replace(options, **more)

        def watch(event: Event) -> None:
            if isinstance(event, Remark):
                self.said.append(event.text)

        conversion = convert(self.inputs, out, options, engine=self.engine, notify=watch)
        self.report = asyncio.run(asyncio.wait_for(conversion, HANG_S))
        messages = [each.message for each in self.report.documents]
        assert self.report.exit_code == code, (messages, self.said, self.report.problems)
        return self.report

    def outcome(self) -> str:
        (document,) = self.report.documents
        return document.outcome

    def message(self) -> str:
        (document,) = self.report.documents
        return document.message

    def json(self, number: int = 0, folder: str = "texts") -> Path:
        return self.folder / folder / f"in/{number}.png.json"

    def correct(self, text: str = MENDED, number: int = 0, folder: str = "texts") -> Path:
        path = self.json(number, folder)
        data = json.loads(path.read_text())
        data["lines"][0]["words"][0]["text"] = text
        path.write_text(json.dumps(data))
        return path

    def take_over(self) -> Path:
        """The first page is corrected, and the correction was taken over; where it is kept."""
        self.convert(texts=self.texts)
        self.correct()
        self.convert(texts=self.texts)
        assert self.text() == MENDED
        (kept,) = self.files()
        return kept

    def files(self) -> list[Path]:
        return sorted(self.kept.iterdir())

    def text(self, number: int = 0) -> str:
        return pdfium_text(self.out / "in.pdf", number).strip()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def word_in(path: Path) -> str:
    data = json.loads(path.read_text())
    word: str = data["lines"][0]["words"][0]["text"]
    return word


def test_it_holds_without_its_text_file(archive: Archive) -> None:
    kept = archive.take_over()
    assert f"1 correction kept in {archive.kept}" in archive.message()
    shutil.rmtree(archive.texts)
    archive.convert()
    assert archive.outcome() == "skipped", "a PDF that has the correction is not made again"
    archive.convert(existing="force", sidecar=True)
    assert (archive.engine.pages, archive.text()) == (0, MENDED)
    assert (archive.out / "in.txt").read_text() == f"{MENDED}\n"
    assert (archive.files(), archive.said) == ([kept], [])
    assert archive.report.passed_over == 0


def test_texts_that_cannot_be_written_stop_no_other_document(tmp_path: Path) -> None:
    archive = Archive(tmp_path, 5)
    archive.convert(texts=archive.texts, per_file=True)
    for path in archive.texts.rglob("*.json"):
        path.write_text(path.read_text().replace("seen", MENDED))
    archive.convert(texts=archive.texts, per_file=True)
    assert len(archive.files()) == 5
    shutil.rmtree(archive.texts)
    archive.texts.mkdir()
    for number in range(4):
        (archive.texts / str(number)).write_bytes(b"no folder")
    archive.convert(5, texts=archive.texts, per_file=True, existing="force", jobs=1)
    outcomes = {each.document.name: each.outcome for each in archive.report.documents}
    assert outcomes == dict.fromkeys("0123", "failed") | {"4": "converted"}


def test_a_new_folder_of_texts_has_it_to_be_corrected_further(archive: Archive) -> None:
    kept = archive.take_over()
    for _ in range(2):
        archive.convert(texts=archive.folder / "other")
        assert word_in(archive.json(folder="other")) == MENDED
    assert archive.outcome() == "skipped"
    archive.correct("further", folder="other")
    archive.convert(texts=archive.folder / "other")
    assert archive.text() == "further"
    assert word_in(kept) == "further"


@pytest.mark.parametrize("is_gone", (False, True))
def test_a_text_file_that_was_written_from_it_is_one(archive: Archive, is_gone: bool) -> None:
    """As where a folder of texts is used for two folders of PDFs, or the first one is deleted."""
    archive.take_over()
    shutil.rmtree(archive.texts)
    archive.convert(texts=archive.texts)
    (kept,) = archive.files()
    assert word_in(archive.json()) == MENDED
    if is_gone:
        shutil.rmtree(archive.out)
    second = archive.folder / "second"
    archive.convert(texts=archive.texts, out=second)
    assert pdfium_text(second / "in.pdf", 0).strip() == MENDED
    assert f"1 correction kept in {second}" in archive.message()
    assert (archive.engine.pages, word_in(archive.json())) == (0, MENDED)
    archive.convert(texts=archive.texts)
    assert (archive.text(), archive.files(), archive.said) == (MENDED, [kept], [])
    archive.convert(texts=archive.texts, out=second)
    assert archive.outcome() == "skipped"
    assert "kept in" not in archive.message()


def test_a_text_file_that_was_written_from_it_is_not_taken_for_another_scan(
    archive: Archive,
) -> None:
    archive.take_over()
    shutil.rmtree(archive.texts)
    archive.convert(texts=archive.texts)
    page(archive.inputs / "0.png", GOOD, 150)
    second = archive.folder / "second"
    archive.convert(texts=archive.texts, out=second)
    (said,) = archive.said
    assert said.startswith(f"{archive.json()}: this correction is not used, as it was made for")
    assert pdfium_text(second / "in.pdf", 0).strip() == "seen150"
    assert word_in(archive.json()) == MENDED, "never overwritten"


@pytest.mark.parametrize("is_kept", (False, True))
def test_of_scans_that_change_names_each_has_its_own(archive: Archive, is_kept: bool) -> None:
    archive = Archive(archive.folder, 2)
    archive.convert(texts=archive.texts)
    archive.correct("first", 0)
    archive.correct("second", 1)
    archive.convert(texts=archive.texts)
    shutil.rmtree(archive.texts)
    archive.convert(texts=archive.texts)
    if not is_kept:
        archive.files()[0].unlink()
    for old, new in (("0", "x"), ("1", "0"), ("x", "1")):
        (archive.inputs / f"{old}.png").rename(archive.inputs / f"{new}.png")
    archive.convert(texts=archive.texts, existing="force")
    if is_kept:
        assert [archive.text(number) for number in range(2)] == ["second", "first"]
        assert [word_in(archive.json(number)) for number in range(2)] == ["second", "first"]
        assert archive.said == []
    else:
        words = {word_in(path) for path in (*archive.files(), archive.json(0), archive.json(1))}
        assert words == {"first", "second"}, "neither is lost"


def test_scans_and_texts_may_be_renamed(archive: Archive) -> None:
    archive.take_over()
    (archive.inputs / "0.png").rename(archive.inputs / "9.png")
    archive.inputs = archive.inputs.rename(archive.folder / "moved")
    archive.texts.rename(archive.folder / "renamed")
    archive.convert()
    assert pdfium_text(archive.out / "moved.pdf", 0).strip() == MENDED
    assert archive.said == [], "its scan is there"
    (archive.inputs / "9.png").unlink()
    page(archive.inputs / "1.png", GOOD, 150)
    archive.convert()
    (said,) = archive.said
    assert f"{archive.inputs / '9.png'} cannot be found any more" in said, "it was looked for there"


def test_a_pdf_made_without_it_is_made_again_once(archive: Archive) -> None:
    archive.take_over()
    shared = archive.kept.rename(archive.folder / "shared")
    archive.convert(existing="force")
    assert archive.text() == "seen100"
    for outcome in ("converted", "skipped"):
        archive.convert(corrections=shared)
        assert (archive.outcome(), archive.text()) == (outcome, MENDED)
    other = archive.folder / "elsewhere"
    archive.convert(corrections=shared, out=other)
    assert pdfium_text(other / "in.pdf", 0).strip() == MENDED
    assert list(other.iterdir()) == [other / "in.pdf"]


@pytest.mark.parametrize("more", (False, True))
def test_a_pdf_keeps_it_where_their_folder_is_missing(archive: Archive, more: bool) -> None:
    """As where --corrections is left out once, or its disk is not there."""
    archive.take_over()
    shared = archive.kept.rename(archive.folder / "shared")
    if more:
        page(archive.inputs / "1.png", GOOD, 150)
    else:
        (archive.out / "in.pdf").touch()
    archive.convert(10)
    assert archive.text() == MENDED
    assert "left as it is, as 1 correction in it cannot be found" in archive.message()
    assert "name the right one with --corrections" in archive.message()
    archive.convert(corrections=shared)
    assert (archive.text(), archive.outcome()) == (MENDED, "converted" if more else "skipped")
    page(archive.inputs / "0.png", GOOD, 170)
    archive.convert()
    assert archive.text() == "seen170", "a scan that is another has no correction to lose"


@pytest.mark.parametrize("how", ("damaged", "missing"))
def test_one_that_cannot_be_used_now_is_not_taken_back(archive: Archive, how: str) -> None:
    kept = archive.take_over()
    content = kept.read_text()
    shutil.rmtree(archive.texts)
    if how == "damaged":
        kept.write_text("")
    else:
        archive.kept.rename(archive.folder / "shared")
    archive.convert(10, texts=archive.texts)
    if how == "damaged":
        kept.write_text(content)
    else:
        (archive.folder / "shared").rename(archive.kept)
    archive.convert(texts=archive.texts)
    assert (archive.text(), archive.said) == (MENDED, [])
    assert word_in(archive.json()) == MENDED


def test_one_pdf_has_its_corrections_beside_it(archive: Archive) -> None:
    pdf = archive.folder / "out/all.pdf"
    archive.convert(texts=archive.texts, out=pdf)
    (text,) = archive.texts.rglob("*.json")
    text.write_text(text.read_text().replace("seen100", MENDED))
    archive.convert(texts=archive.texts, out=pdf)
    archive.convert(out=pdf, existing="force")
    assert pdfium_text(pdf, 0).strip() == MENDED
    assert len(archive.files()) == 1


def test_a_frame_of_a_tiff_has_its_own(archive: Archive) -> None:
    (archive.inputs / "0.png").unlink()
    frames = [Image.new("L", (GOOD, 120 + number), 255) for number in range(3)]
    frames[0].save(archive.inputs / "0.tif", save_all=True, append_images=frames[1:])
    archive.convert(texts=archive.texts)
    path = archive.texts / "in/0.tif.2.json"
    path.write_text(path.read_text().replace("seen121", MENDED))
    archive.convert(texts=archive.texts)
    archive.convert(existing="force")
    assert [archive.text(number) for number in range(3)] == ["seen120", MENDED, "seen122"]


def test_of_two_the_one_in_the_text_folder_wins(archive: Archive) -> None:
    kept = archive.take_over()
    archive.correct("newer")
    archive.convert(texts=archive.texts)
    assert archive.text() == "newer"
    (said,) = archive.said
    assert f"{archive.json()}: takes the place of the correction" in said
    (aside,) = set(archive.files()) - {kept}
    assert str(aside) in said
    assert (word_in(kept), word_in(aside)) == ("newer", MENDED), "what it replaces is not lost"
    archive.convert()
    assert (archive.outcome(), archive.text(), archive.said) == ("skipped", "newer", [])


def test_it_is_taken_back_where_it_was_made(archive: Archive) -> None:
    archive.convert(texts=archive.texts)
    before = archive.json().read_text()
    kept = archive.take_over()
    archive.json().write_text(before)
    archive.convert(texts=archive.texts)
    (said,) = archive.said
    assert f"{archive.json()}: is again as it was made" in said
    (aside,) = archive.files()
    assert aside != kept
    assert str(aside) in said
    assert archive.text() == "seen100"
    archive.convert()
    assert (archive.outcome(), archive.text(), archive.said) == ("skipped", "seen100", [])


def test_an_old_text_file_takes_nothing_back(archive: Archive) -> None:
    archive.convert(texts=archive.folder / "old")
    archive.convert(texts=archive.texts)
    old = archive.json().read_text()
    archive.take_over()
    archive.convert(texts=archive.folder / "old")
    assert archive.text() == MENDED
    assert word_in(archive.json(folder="old")) == MENDED
    archive.json().write_text(old)  # as a backup brings it back, with its time
    os.utime(archive.json(), ns=(0, 0))
    archive.convert(texts=archive.texts)
    assert (archive.text(), archive.said) == (MENDED, [])


def test_it_is_not_taken_back_by_a_folder_of_texts_that_nobody_has_looked_at(
    archive: Archive,
) -> None:
    kept = archive.take_over()
    newer = archive.folder / "newer"
    archive.convert(texts=newer, out=archive.folder / "second")
    assert word_in(archive.json(folder="newer")) == "seen100"
    os.utime(archive.json(folder="newer"), ns=(kept.stat().st_mtime_ns + 10**9,) * 2)
    shutil.rmtree(archive.texts)
    for _ in range(2):
        archive.convert(texts=newer)
        assert (archive.text(), archive.files(), archive.said) == (MENDED, [kept], [])
    assert word_in(archive.json(folder="newer")) == MENDED


def test_it_is_taken_back_by_deleting_both_files(archive: Archive) -> None:
    archive.take_over().unlink()
    archive.convert(texts=archive.texts)
    assert archive.text() == MENDED, "the text folder gives it again"
    archive.files()[0].unlink()
    archive.json().unlink()
    archive.convert(texts=archive.texts)
    assert (archive.text(), word_in(archive.json())) == ("seen100", "seen100")


def test_it_is_said_where_its_scan_is_gone_or_another(archive: Archive) -> None:
    archive = Archive(archive.folder, 3)
    archive.convert(texts=archive.texts)
    for number in range(2):
        archive.correct(number=number)
    archive.convert(texts=archive.texts)
    (archive.inputs / "0.png").unlink()
    page(archive.inputs / "1.png", GOOD, 150)
    archive.convert()
    assert [archive.text(number) for number in range(2)] == ["seen150", "seen102"]
    said = "\n".join(sorted(archive.said, key=lambda line: "another" in line))
    assert f"the scan {archive.inputs / '0.png'} cannot be found any more" in said
    assert f"the scan {archive.inputs / '1.png'} is another one now" in said
    for kept in archive.files():
        assert f"{kept}: this correction is not used" in said
    assert said.count("or delete this file") == 2
    other = page(archive.folder / "other/1.png", GOOD, 170).parent
    archive.inputs, here = other, archive.inputs
    archive.convert(corrections=archive.kept)
    assert archive.said == [], "they are of other scans"
    archive.inputs = here
    archive.convert(corrections=archive.kept)
    assert len(archive.said) == 2


def test_nothing_is_said_of_one_whose_scan_is_not_asked_for(archive: Archive) -> None:
    archive.take_over()
    archive.inputs = page(archive.folder / "other/1.png", GOOD, 170).parent
    archive.convert()
    assert archive.said == []


def test_nothing_is_said_of_one_whose_scan_came_from_stdin(archive: Archive) -> None:
    scan = archive.inputs / "0.png"
    for _ in range(2):
        with closing(Spool(archive.folder)) as spool:
            archive.inputs = Path(shutil.copy(scan, spool.new_folder() / "scan"))
            archive.convert(texts=archive.texts, out=archive.out / "in.pdf")
        text = archive.texts / "in/scan.json"
        text.write_text(text.read_text().replace("seen100", MENDED))
    (kept,) = archive.files()
    archive.inputs = page(archive.folder / "other/1.png", GOOD, 170).parent
    archive.convert()
    assert archive.said == []
    archive.inputs = scan.parent
    archive.convert(existing="force")
    assert (archive.text(), archive.files(), archive.said) == (MENDED, [kept], [])


@pytest.mark.parametrize("is_named", (False, True))
def test_none_is_kept_beside_a_pdf_for_a_stream(archive: Archive, is_named: bool) -> None:
    """The PDF is made in a folder that is gone after the run."""
    shared = archive.folder / "shared"
    for _ in range(2):
        with closing(Spool(archive.folder)) as spool:
            archive.out = spool.new_folder()
            archive.convert(
                texts=archive.texts,
                out=archive.out / "in.pdf",
                corrections=shared if is_named else None,
            )
            left = list(archive.out.iterdir())
            words = archive.text()
        text = archive.texts / "in/0.png.json"
        text.write_text(text.read_text().replace("seen100", MENDED))
    assert words == MENDED
    assert left == [archive.out / "in.pdf"]
    assert archive.message() == (f"1 correction kept in {shared}" if is_named else "")
    assert word_in(text) == MENDED
    assert shared.exists() == is_named


def test_one_of_another_input_is_to_stay(archive: Archive) -> None:
    archive.take_over()
    shutil.rmtree(archive.inputs)
    archive.inputs = page(archive.folder / "other/1.png", GOOD, 170).parent
    archive.convert()
    (said,) = archive.said
    assert f"{archive.folder / 'in/0.png'} cannot be found any more" in said
    assert said.endswith("or keep this file for a run that has it")


def test_many_that_are_not_used_are_counted(archive: Archive) -> None:
    kept = archive.take_over()
    for number in range(30):
        name = f"{number:064x}-1.json"
        data = json.loads(kept.read_text())
        data["correction"] |= {"sha256": name[:64], "scan": f"/nowhere/{number}.png"}
        (archive.kept / name).write_text(json.dumps(data))
    archive.convert()
    assert len(archive.said) == 21
    assert archive.said[-1] == "and 10 more corrections that are not used"


def test_a_correction_is_not_taken_for_another_scan(archive: Archive) -> None:
    archive.take_over()
    page(archive.inputs / "0.png", GOOD, 150)
    archive.convert(texts=archive.texts)
    assert archive.text() == "seen150"
    assert any(
        line.startswith(f"{archive.json()}: this correction is not used, as it was made for")
        for line in archive.said
    )
    assert word_in(archive.json()) == MENDED, "never overwritten"
    data = json.loads(archive.json().read_text())
    del data["made"]
    archive.json().write_text(json.dumps(data))
    archive.convert(texts=archive.texts)
    assert archive.text() == MENDED


DAMAGE: dict[str, tuple[str, str]] = {
    "empty": (r"(?s).*", ""),
    "half": (r"(?s)\n.*", ""),
    "of others": (r"(?s).*", '{"of": "others"}'),
    "surrogate": (MENDED, r"\\ud800"),
    "nesting": (f'"{MENDED}"', "[" * 100_000 + "]" * 100_000),
    "digits": (r'"height": [0-9.]+', '"height": 1' + 400 * "0"),
    "no text": (MENDED, "\udcff"),
}
"""What of the file of a correction becomes what."""


@pytest.mark.parametrize("damage", DAMAGE)
def test_one_that_is_damaged_costs_itself_alone(archive: Archive, damage: str) -> None:
    archive = Archive(archive.folder, 2)
    kept = archive.take_over()
    shutil.rmtree(archive.texts)
    content = kept.read_text()
    old, new = DAMAGE[damage]
    bad = re.sub(old, new, content, count=1)
    assert bad != content
    kept.write_text(bad, errors="surrogateescape")
    archive.convert(10)
    assert any(f"{kept}: " in line and "mend it, or delete it" in line for line in archive.said)
    assert archive.text() == MENDED, "the PDF that has it stays"
    assert "left as it is, as 1 correction of its text cannot be used" in archive.message()
    other = archive.folder / "new"
    archive.convert(10, out=other, corrections=archive.kept)
    assert [pdfium_text(other / "in.pdf", number).strip() for number in range(2)] == [
        "seen100",
        "seen101",
    ]
    archive.convert(10, out=other, corrections=archive.kept)
    assert archive.outcome() == "skipped"
    archive.convert(10, existing="force")
    assert archive.text() == "seen100"
    assert kept.read_text(errors="surrogateescape") == bad, "it is for the user to mend"
    kept.write_text(content)
    archive.convert()
    assert (archive.text(), archive.said) == (MENDED, [])


def test_a_text_file_that_was_written_from_one_takes_no_place_of_a_damaged_one(
    archive: Archive,
) -> None:
    """A person may have corrected it further where it is kept."""
    kept = archive.take_over()
    shutil.rmtree(archive.texts)
    archive.convert(texts=archive.texts)
    bad = kept.read_text().replace(MENDED, "further").rstrip("}\n")
    kept.write_text(bad)
    archive.convert(10, texts=archive.texts)
    assert (archive.text(), archive.files(), kept.read_text()) == (MENDED, [kept], bad)
    archive.convert(10, texts=archive.texts, existing="force")
    assert word_in(archive.json()) == MENDED, "never overwritten"


def test_a_text_file_that_is_damaged_costs_nothing_that_is_kept(archive: Archive) -> None:
    archive.take_over()
    archive.json().write_text("{")
    archive.convert(10, texts=archive.texts, existing="force")
    assert archive.text() == MENDED
    (said,) = archive.said
    assert f"{archive.json()}: " in said
    assert "the correction that was kept before is used" in said
    assert archive.json().read_text() == "{"


@pytest.mark.skipif(os.name != "posix", reason="there are no such links here")
@pytest.mark.parametrize("what", ("file", "corrections", ".searchable-pdf", "pipe"))
def test_no_link_is_followed(archive: Archive, what: str) -> None:
    kept = archive.take_over()
    shutil.rmtree(archive.texts)
    path = {"corrections": archive.kept, ".searchable-pdf": archive.kept.parent}.get(what, kept)
    if what == "pipe":
        kept.unlink()
        os.mkfifo(kept)
    else:
        moved = path.rename(archive.folder / "moved")
        path.symlink_to(moved)
    archive.convert(10)
    assert archive.text() == MENDED, "the PDF stays"
    assert any(f"{path}: " in line and "link" in line for line in archive.said)
    if what in ("corrections", ".searchable-pdf"):
        archive.convert(corrections=archive.kept)
        assert archive.outcome() == "skipped", "where the user names the folder, it may be one"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions are not looked at")
def test_a_folder_that_cannot_be_opened_is_not_an_empty_one(archive: Archive) -> None:
    archive.take_over()
    archive.kept.chmod(0)
    try:
        archive.convert(10)
    finally:
        archive.kept.chmod(0o755)
    assert archive.text() == MENDED


def test_a_correction_that_cannot_be_kept_is_said(archive: Archive) -> None:
    archive.convert(texts=archive.texts)
    archive.correct()
    nowhere = archive.folder / "file"
    nowhere.write_text("")
    archive.convert(5, texts=archive.texts, corrections=nowhere)
    (said,) = archive.said
    assert f"{archive.json()}: this correction is used now, but cannot be kept" in said
    assert f"{nowhere}: cannot be written" in said
    assert "choose another folder with --corrections" in said
    assert archive.text() == MENDED


def test_a_run_that_ends_before_the_pdf_loses_nothing(archive: Archive) -> None:
    archive.convert(texts=archive.texts)
    archive.correct()

    class Killed(BaseException):
        pass

    def stop(event: Event) -> None:
        if type(event).__name__ == "PageStarted":
            raise Killed

    options = ConvertOptions(store=None, text_dir=archive.texts)
    with pytest.raises(BaseExceptionGroup):
        asyncio.run(
            convert(archive.inputs, archive.out, options, engine=archive.engine, notify=stop)
        )
    shutil.rmtree(archive.texts)
    assert archive.text() == "seen100"
    archive.convert()
    assert archive.text() == MENDED


def test_what_is_kept_also_where_pdfs_are_not_touched(archive: Archive) -> None:
    archive = Archive(archive.folder, 2)
    archive.convert()
    archive.convert(texts=archive.texts, existing="keep")
    assert word_in(archive.json(1)) == "seen101", "a text that is missing is written"
    before = (archive.out / "in.pdf").stat()
    archive.correct()
    archive.convert(texts=archive.texts, existing="keep")
    assert (archive.outcome(), archive.engine.pages) == ("skipped", 0)
    assert (archive.out / "in.pdf").stat() == before
    shutil.rmtree(archive.texts)
    archive.convert()
    assert archive.text() == MENDED


def test_a_text_that_cannot_be_written_beside_a_pdf_is_a_failure(archive: Archive) -> None:
    archive.convert()

    def fail() -> None:
        raise RuntimeError("the engine has no mood for this")

    archive.engine.meanwhile = fail
    archive.convert(10, texts=archive.texts, existing="keep")
    (document,) = archive.report.documents
    assert [failure.source.path.name for failure in document.failures] == ["0.png"]


def test_texts_are_written_beside_a_pdf_that_a_person_has_changed(archive: Archive) -> None:
    archive.convert()
    pdf = archive.out / "in.pdf"
    pdf.write_bytes(pdf.read_bytes() + b"\n% a note\n")
    changed = pdf.read_bytes()
    archive.convert(5, texts=archive.texts)
    assert word_in(archive.json()) == "seen100"
    archive.correct()
    archive.convert(5, texts=archive.texts)
    assert len(archive.files()) == 1
    assert pdf.read_bytes() == changed


def test_update_sees_what_was_kept_changed_or_taken_away(archive: Archive) -> None:
    kept = archive.take_over()
    shutil.rmtree(archive.texts)
    for _ in range(2):
        archive.convert(existing="update")
        assert archive.outcome() == "skipped"
    later = (archive.out / "in.pdf").stat().st_mtime_ns + 1_000_000_000
    kept.write_text(kept.read_text().replace(MENDED, "by hand"))
    os.utime(kept, ns=(later, later))
    archive.convert(existing="update")
    assert archive.text() == "by hand"
    kept.unlink()
    later = (archive.out / "in.pdf").stat().st_mtime_ns + 1_000_000_000
    os.utime(archive.kept, ns=(later, later))
    archive.convert(existing="update")
    assert archive.text() == "seen100"


def test_a_scan_replaced_while_its_page_is_made_has_its_own_correction(archive: Archive) -> None:
    kept = archive.take_over()
    right = (archive.inputs / "0.png").read_bytes()
    page(archive.inputs / "0.png", GOOD, 130)

    def replace_scan() -> None:
        (archive.inputs / "0.png").write_bytes(right)

    archive.engine.meanwhile = replace_scan
    archive.convert()
    assert archive.text() == MENDED
    assert archive.files() == [kept]
    archive.convert()
    assert archive.outcome() == "skipped"


def test_a_text_file_corrected_while_it_is_read_is_not_overwritten(archive: Archive) -> None:
    archive.convert(texts=archive.texts)
    archive.engine.meanwhile = archive.correct
    archive.convert(texts=archive.texts, existing="force")
    assert word_in(archive.json()) == MENDED
    archive.engine.meanwhile = lambda: None
    archive.convert(texts=archive.texts)
    assert archive.text() == MENDED


@pytest.mark.skipif(os.name != "posix", reason="there are no modes here")
def test_nobody_sees_a_correction_who_may_not_see_the_scan(archive: Archive) -> None:
    (archive.inputs / "0.png").chmod(0o600)
    kept = archive.take_over()
    archive.correct("newer")
    archive.convert(texts=archive.texts)
    assert kept in archive.files()
    assert {stat.S_IMODE(path.stat().st_mode) for path in archive.files()} == {0o600}


@pytest.mark.skipif(os.name != "posix", reason="there are no modes here")
def test_a_correction_for_nobody_else_stays_so(archive: Archive) -> None:
    archive.convert(texts=archive.texts)
    archive.correct().chmod(0o600)
    archive.convert(texts=archive.texts)
    (kept,) = archive.files()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    shutil.rmtree(archive.texts)
    (archive.inputs / "0.png").rename(archive.inputs / "1.png")
    before = kept.read_text()
    archive.convert()
    assert kept.read_text() != before, "it says where its scan is now"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_names_that_are_no_text(tmp_path: Path) -> None:
    try:
        page(tmp_path / "d\udcff/in/0.png", GOOD)
    except OSError:
        pytest.skip("names are text on this disk")
    archive = Archive(tmp_path / "d\udcff")
    kept = archive.take_over()
    kept.read_text()
    (archive.inputs / "0.png").rename(archive.inputs / "1.png")
    archive.convert()
    assert (archive.outcome(), archive.said) == ("converted", [])


def test_corrections_are_no_scans_and_no_pdfs(archive: Archive) -> None:
    archive.out = archive.inputs
    archive.kept = archive.out / ".searchable-pdf/corrections"
    kept = archive.take_over()
    shutil.copy(archive.inputs / "0.png", archive.kept / "x.png")
    shutil.copy(archive.inputs / "in.pdf", archive.kept / "x.pdf")
    archive.convert()
    (document,) = archive.report.documents
    assert document.document.scans == (archive.inputs / "0.png",)
    assert archive.report.passed_over == 1, "the PDF"
    done = run("check", archive.inputs)
    assert done.returncode == 0
    assert "x.pdf" not in done.stdout
    assert kept.exists()


def test_remarks_may_be_asked_for_while_pages_are_looked_at(tmp_path: Path) -> None:
    """As in a run: pages are looked at in threads, and the event loop tells what they found."""
    path = page(tmp_path / "0.png", GOOD)
    document = Document("0", tmp_path / "0.pdf", (path,))
    sources = [PageSource(path, frame) for frame in range(2_000)]

    class Damaged(RunCorrections):
        def of(self, source: PageSource, content: str, text_file: Path | None) -> PageCorrection:
            return PageCorrection().but(f"page {source.frame}")

    run = Damaged((path,), tmp_path, ConvertOptions(store=None))
    corrections = DocumentCorrections(run, document, DocumentScans(document), None)
    looking = threading.Thread(target=lambda: [corrections.of(source) for source in sources])
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    told: list[str] = []
    try:
        looking.start()
        while looking.is_alive():
            told += corrections.new_remarks()
    finally:
        looking.join()
        sys.setswitchinterval(before)
    told += corrections.new_remarks()
    assert told == [f"page {source.frame}" for source in sources]


@pytest.mark.slow
@pytest.mark.usefixtures("own_cache")
@pytest.mark.parametrize(
    "where", ((), pytest.param(("--cluster", "local:1"), marks=pytest.mark.slow))
)
def test_the_command_takes_them_over(archive: Archive, where: tuple[str, ...]) -> None:
    if where:
        pytest.importorskip("distributed")
    archive.convert(texts=archive.texts)
    archive.correct()
    shared, new = archive.folder / "shared", archive.folder / "new"
    convert = ("convert", archive.inputs, "-o", archive.out, "--engine", "faults",
               "--corrections", shared, *where)  # fmt: skip
    done = run(*convert, "--text-dir", archive.texts)
    assert (done.returncode, archive.text()) == (0, MENDED), done.stderr
    assert f"1 correction kept in {shared}" in done.stderr
    done = run(*convert, "--force", "--text-dir", new, "--no-cache")
    assert (done.returncode, archive.text()) == (0, MENDED), done.stderr
    assert word_in(archive.json(folder="new")) == MENDED

"""What people have is kept: scans, good PDFs, and PDFs that they have changed."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from support.doubles import Still
from support.readers import need, page_sizes, pdfium_text, poppler_text
from support.survival import GOOD, RAISE, page, read_report, run

from pipeline import PageText, convert_blocking

pytestmark = pytest.mark.usefixtures("own_cache")

NOTHING = b"nothing of an image"


def converted(tmp_path: Path, *options: object) -> subprocess.CompletedProcess[str]:
    return run("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults", *options)


def photo(path: Path, keep: float = 1.0) -> Path:
    """A scan of which this share is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise((GOOD, 400), 60).save(path, dpi=(100, 100))
    os.truncate(path, round(path.stat().st_size * keep))
    return path


# An input is never an output


@pytest.mark.parametrize("way", ("same", "link", "hard link", "folder"))
def test_a_scan_is_never_an_output(tmp_path: Path, way: str) -> None:
    scan = tmp_path / "b.pdf"
    scan.write_bytes(page(tmp_path / "b.png", GOOD).read_bytes())
    (tmp_path / "b.png").unlink()
    before = scan.read_bytes()
    output = tmp_path / "b.pdf"
    inputs = scan
    if way in ("link", "hard link"):
        inputs = tmp_path / "elsewhere/x.png"
        inputs.parent.mkdir()
        (inputs.symlink_to if way == "link" else inputs.hardlink_to)(scan)
    if way == "folder":
        output = tmp_path / "x/.."
        output.mkdir(parents=True, exist_ok=True)
    done = run("convert", inputs, "-o", output, "--force", "--engine", "none", "--per-file")
    assert done.returncode == 5, done.stderr
    assert "it would replace the scan" in done.stderr
    assert scan.read_bytes() == before
    assert sorted(path.name for path in tmp_path.rglob("*.pdf")) == ["b.pdf"]


def test_a_document_over_a_scan_stops_no_other(tmp_path: Path) -> None:
    page(tmp_path / "in/a.png", GOOD)
    text = tmp_path / "in/b.txt"
    page(tmp_path / "in/b.png", GOOD).rename(text)
    before = text.read_bytes()
    options = ("--sidecar", "--force", "--per-file", "--engine", "none")
    done = run("convert", tmp_path / "in", "-o", tmp_path / "in", *options)
    assert done.returncode == 5
    assert "b.txt: not written, as it would replace the scan" in done.stderr
    assert text.read_bytes() == before
    assert len(page_sizes(tmp_path / "in/a.pdf")) == 1
    assert not (tmp_path / "in/b.pdf").exists()


# Pages of words in the place of scans


@pytest.mark.slow
def test_a_pdf_of_placeholders_alone_is_not_written(tmp_path: Path) -> None:
    for name in ("1.png", "2.png"):
        (tmp_path / "in" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_bytes(NOTHING)
    report = tmp_path / "report.json"
    done = converted(tmp_path, "--report", report)
    assert done.returncode == 3
    assert "in.pdf: not written, as none of its 2 pages can be shown" in done.stderr
    assert not (tmp_path / "out/in.pdf").exists()
    (document,) = read_report(report)["documents"]
    assert document["outcome"] == "failed"
    assert [Path(each["source"]).name for each in document["pages"]] == ["1.png", "2.png"]
    assert converted(tmp_path, "--placeholders").returncode == 10
    assert "could not be read" in pdfium_text(tmp_path / "out/in.pdf", 1)


@pytest.mark.slow
def test_placeholders_never_replace_a_pdf(tmp_path: Path) -> None:
    scan = page(tmp_path / "in/1.png", GOOD)
    assert converted(tmp_path).returncode == 0
    before = (tmp_path / "out/in.pdf").read_bytes()
    scan.write_bytes(NOTHING)
    for options in ((), ("--placeholders",), ("--force",)):
        done = converted(tmp_path, *options)
        assert done.returncode == 10, "a PDF was kept"
        assert (tmp_path / "out/in.pdf").read_bytes() == before
    assert converted(tmp_path, "--force", "--placeholders").returncode == 10
    assert "could not be read" in pdfium_text(tmp_path / "out/in.pdf", 0)


# Scans that are worse than they were


def test_a_pdf_is_not_replaced_by_one_with_pages_that_fail(tmp_path: Path) -> None:
    for number in (1, 2):
        page(tmp_path / f"in/{number}.png", GOOD, 100 + number)
    assert converted(tmp_path, "--sidecar").returncode == 0
    pdf, text = tmp_path / "out/in.pdf", tmp_path / "out/in.txt"
    before = pdf.read_bytes(), text.read_bytes()
    (tmp_path / "in/1.png").write_bytes(NOTHING)
    page(tmp_path / "in/3.png", GOOD, 103)
    report = tmp_path / "report.json"
    for _ in range(2):
        done = converted(tmp_path, "--sidecar", "--report", report)
        assert done.returncode == 10
        assert "in.pdf: left as it is, as 1 page of it cannot be made as well again" in done.stderr
        assert "1 new page waits" in done.stderr
        assert (pdf.read_bytes(), text.read_bytes()) == before
    (document,) = read_report(report)["documents"]
    assert [each["outcome"] for each in document["pages"]] == ["failed", "done", "done"]
    assert converted(tmp_path, "--sidecar", "--force").returncode == 10
    assert len(page_sizes(pdf)) == 3
    assert "could not be read" in pdfium_text(pdf, 0)
    page(tmp_path / "in/4.png", GOOD, 104)
    assert converted(tmp_path, "--sidecar").returncode == 10
    assert len(page_sizes(pdf)) == 4, "the page failed in the PDF before, too"


@pytest.mark.slow
def test_a_page_that_fails_to_be_read_keeps_its_text(tmp_path: Path) -> None:
    scan = page(tmp_path / "in/1.png", GOOD)
    assert converted(tmp_path).returncode == 0
    page(scan, RAISE)
    assert converted(tmp_path).returncode == 10
    assert poppler_text(tmp_path / "out/in.pdf", 0).strip() == "seen100"


@pytest.mark.slow
def test_a_scan_that_was_deleted_is_gone(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        page(tmp_path / f"in/{number}.png", GOOD, 100 + number)
    assert converted(tmp_path).returncode == 0
    (tmp_path / "in/1.png").unlink()
    assert converted(tmp_path).returncode == 0
    assert len(page_sizes(tmp_path / "out/in.pdf")) == 2


@pytest.mark.slow
def test_a_page_that_lost_more_of_its_picture(tmp_path: Path) -> None:
    scan = photo(tmp_path / "in/1.png", 0.8)
    assert converted(tmp_path).returncode == 10, "damage is exit 10"
    pdf = tmp_path / "out/in.pdf"
    before = pdf.read_bytes()
    again = converted(tmp_path)
    assert again.returncode == 10
    assert "of the picture is missing; scan the page again if you can (known" in again.stderr
    photo(scan, 0.4)
    done = converted(tmp_path)
    assert done.returncode == 10
    assert "left as it is" in done.stderr
    assert pdf.read_bytes() == before
    photo(scan, 0.9)
    assert converted(tmp_path).returncode == 10
    assert pdf.read_bytes() != before, "less is missing than before"
    photo(scan)
    assert converted(tmp_path).returncode == 0


@pytest.mark.slow
def test_a_folder_that_is_suddenly_empty(tmp_path: Path) -> None:
    for name in "ab":
        page(tmp_path / f"in/{name}/1.png", GOOD)
    (tmp_path / "in/never").mkdir()
    assert converted(tmp_path).returncode == 0
    (tmp_path / "in/a/1.png").unlink()
    done = converted(tmp_path)
    assert done.returncode == 10
    assert "in/a: no scan is seen in this folder, but there were some when" in done.stderr
    assert "never" not in done.stderr
    assert len(page_sizes(tmp_path / "out/a.pdf")) == 1


@pytest.mark.slow
@pytest.mark.parametrize("below", (True, pytest.param(False, marks=pytest.mark.slow)))
def test_a_folder_of_files_that_is_suddenly_empty(tmp_path: Path, below: bool) -> None:
    folder = tmp_path / "in/a" if below else tmp_path / "in"
    for name in ("1.png", "2.png"):
        page(folder / name, GOOD)
    page(tmp_path / "others/3.png", GOOD)
    (tmp_path / "others/never").mkdir()
    each = ("convert", tmp_path / "in", tmp_path / "others", "-o", tmp_path / "out",
            "--per-file", "--engine", "faults")  # fmt: skip
    assert run(*each).returncode == 0
    (folder / "1.png").unlink()
    assert run(*each).returncode == 0, "a scan that was deleted is gone"
    (folder / "2.png").unlink()
    done = run(*each)
    assert done.returncode == 10
    told = " ".join(done.stderr.split())
    assert f"{folder.name}: no scan is seen in this folder, but there were some when 2 PDFs" in told
    assert "never" not in told
    out = tmp_path / ("out/a" if below else "out")
    assert {"1.pdf", "2.pdf"} <= {path.name for path in out.iterdir()}


@pytest.mark.slow
def test_a_folder_of_one_pdf_that_is_suddenly_empty(tmp_path: Path) -> None:
    for name in "ab":
        page(tmp_path / f"in/{name}/{name}.png", GOOD)
    (tmp_path / "in/never").mkdir()
    book = ("convert", tmp_path / "in", "-o", tmp_path / "book.pdf", "--engine", "faults")
    assert run(*book).returncode == 0
    (tmp_path / "in/a/a.png").rename(tmp_path / "a.png")
    page(tmp_path / "in/b/c.png", GOOD)
    done = run(*book)
    assert done.returncode == 10
    assert "book.pdf: left as it is, as 1 scan of it cannot be found" in done.stderr
    assert "1 new page waits" in done.stderr
    (tmp_path / "a.png").rename(tmp_path / "in/a/a.png")
    assert run(*book).returncode == 0
    assert len(page_sizes(tmp_path / "book.pdf")) == 3


# PDFs that were changed, or spoiled


def rotated(pdf: Path) -> None:
    writer = PdfWriter(clone_from=pdf)
    writer.pages[0].rotate(90)
    writer.write(pdf)


def annotated(pdf: Path) -> None:
    """As viewers save: what is new stands behind what was there."""
    writer = PdfWriter(str(pdf), incremental=True)
    writer.add_metadata({"/Subject": "mine"})
    writer.write(str(pdf))


def joined(pdf: Path) -> None:
    writer = PdfWriter(clone_from=pdf)
    writer.append(pdf)
    writer.write(pdf)


def a_word_changed(pdf: Path) -> None:
    pdf.write_bytes(pdf.read_bytes().replace(b"/Title (in)", b"/Title (IN)"))


def seal_spoiled(pdf: Path) -> None:
    """Both its name and its value."""
    spoiled = re.sub(
        rb"/SearchablePdfHash [(].{8}", b"/SearchablePdfHalh (________", pdf.read_bytes()
    )
    pdf.write_bytes(spoiled)


@pytest.mark.slow
@pytest.mark.parametrize("change", (rotated, annotated, joined, a_word_changed, seal_spoiled))
def test_a_pdf_that_was_changed_is_not_ours_any_more(tmp_path: Path, change: object) -> None:
    assert callable(change)
    scan = page(tmp_path / "in/1.png", GOOD)
    assert converted(tmp_path).returncode == 0
    pdf = tmp_path / "out/in.pdf"
    change(pdf)
    before = pdf.read_bytes()
    page(scan, GOOD, 120)
    for options in ((), ("--update",), ("--title", "Another")):
        done = converted(tmp_path, *options)
        assert done.returncode == 5, done.stderr
        assert "in.pdf exists and was changed since this program made it" in done.stderr
        assert pdf.read_bytes() == before
    assert converted(tmp_path, "--force").returncode == 0
    assert poppler_text(pdf, 0).strip() == "seen120"


def cut_off(data: bytes) -> bytes:
    return data[: len(data) // 2]


def table_spoiled(data: bytes) -> bytes:
    return data.replace(b"startxref", b"startxxxx")


def stream_spoiled(data: bytes) -> bytes:
    at = data.index(b"/FlateDecode")
    at = data.index(b"stream\n", at) + 20
    return data[:at] + bytes(8) + data[at + 8 :]


@pytest.mark.slow
@pytest.mark.parametrize("spoil", (cut_off, table_spoiled, stream_spoiled))
def test_a_pdf_that_was_spoiled_is_made_anew(tmp_path: Path, spoil: object) -> None:
    assert callable(spoil)
    page(tmp_path / "in/1.png", GOOD)
    assert converted(tmp_path).returncode == 0
    pdf = tmp_path / "out/in.pdf"
    whole = pdf.read_bytes()
    pdf.write_bytes(spoil(whole))
    assert pdf.read_bytes() != whole
    assert converted(tmp_path).returncode == 0
    assert pdf.read_bytes() == whole


@pytest.mark.slow
def test_a_pdf_of_before_counts_as_ours(tmp_path: Path) -> None:
    page(tmp_path / "in/1.png", GOOD)
    assert converted(tmp_path).returncode == 0
    pdf = tmp_path / "out/in.pdf"
    writer = PdfWriter(clone_from=pdf)
    information = dict(PdfReader(pdf).metadata or {})
    del information["/SearchablePdfHash"]
    writer.metadata = information
    writer.write(pdf)
    assert "1 skipped" in converted(tmp_path).stderr
    assert converted(tmp_path, "--title", "Another").returncode == 0
    assert "/SearchablePdfHash" in (PdfReader(pdf).metadata or {})


def test_a_pdf_that_was_changed_while_its_pages_were_made(tmp_path: Path) -> None:
    pdf = tmp_path / "out/in.pdf"

    class Changer(Still):
        """As a person who annotates the PDF meanwhile."""

        def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
            annotated(pdf)
            return super().recognize(image, languages)

    scan = page(tmp_path / "in/1.png", GOOD)
    assert convert_blocking(tmp_path / "in", tmp_path / "out", engine=Still()).exit_code == 0
    page(scan, GOOD, 120)
    report = convert_blocking(tmp_path / "in", tmp_path / "out", engine=Changer())
    assert report.exit_code == 5
    information = PdfReader(pdf).metadata
    assert information is not None and information.subject == "mine"


@pytest.mark.slow
def test_render_and_merge_do_not_replace_what_was_changed(tmp_path: Path) -> None:
    page(tmp_path / "1.png", GOOD)
    render = ("render", tmp_path / "1.png", "-o", tmp_path / "1.pdf")
    for _ in range(2):
        assert run(*render).returncode == 0
    subprocess.run([need("qpdf"), "--check", tmp_path / "1.pdf"], check=True)
    rotated(tmp_path / "1.pdf")
    assert run(*render).returncode == 5
    assert run(*render, "--force").returncode == 0
    merge = ("merge", tmp_path / "1.pdf", "-o", tmp_path / "all.pdf")
    assert run(*merge).returncode == 0
    assert run(*merge).returncode == 0
    rotated(tmp_path / "all.pdf")
    done = run(*merge)
    assert done.returncode == 5
    assert "all.pdf exists and was changed since this program made it" in done.stderr

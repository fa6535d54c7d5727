"""What stands in a PDF's place, or beside it: kept, made again, or left alone and said so."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from support.command import run_command
from support.doubles import Still
from support.readers import need, pdfium_text, poppler_text
from support.survival import GOOD, page, read_report, run

from pipeline import ConvertOptions, PageText, convert

pytestmark = pytest.mark.usefixtures("own_cache")

SEEN = "seen100"
"""What the engine `faults` reads on a good page that is 100 pixels high."""


def slow(path: Path) -> Path:
    """A scan that no machine decodes, or packs anew, in the time of `TOO_SHORT`."""
    path.parent.mkdir(parents=True)
    Image.effect_noise((3000, 3000), 90).save(path)
    return path


TOO_SHORT = ("--timeout", 0.01)


def converted(tmp_path: Path, *options: object) -> subprocess.CompletedProcess[str]:
    return run("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults", *options)


def test_a_name_that_is_too_long_stops_no_other(tmp_path: Path) -> None:
    page(tmp_path / "in" / ("長" * 84) / "1.png", GOOD)  # with ".pdf" more than 255 bytes
    page(tmp_path / "in/short/1.png", GOOD)
    done = converted(tmp_path)
    assert done.returncode == 5, done.stderr
    assert ".pdf: cannot be written (File name too long)" in done.stderr
    assert (tmp_path / "out/short.pdf").exists()
    assert converted(tmp_path, "--dry-run").returncode == 5


@pytest.mark.slow
def test_an_encrypted_pdf_in_the_way_stops_no_other(tmp_path: Path) -> None:
    for name in "ab":
        page(tmp_path / f"in/{name}/1.png", GOOD)
    assert converted(tmp_path).returncode == 0
    pdf = tmp_path / "out/a.pdf"
    plain = pdf.rename(tmp_path / "plain.pdf")
    subprocess.run([need("qpdf"), "--encrypt", "u", "o", "256", "--", plain, pdf], check=True)
    (tmp_path / "out/b.pdf").unlink()
    # As where nothing has brought a library for AES.
    absent = tmp_path / "absent"
    for name in ("cryptography", "Crypto"):
        (absent / name).mkdir(parents=True)
        (absent / name / "__init__.py").write_text("raise ImportError(__name__)")
    environment = {"PYTHONPATH": os.pathsep.join((str(absent), os.environ.get("PYTHONPATH", "")))}
    convert = ("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "none")
    done = run_command(*convert, env=environment)
    assert done.returncode == 5, done.stderr
    assert "a.pdf exists and was not made by this program" in done.stderr
    assert (tmp_path / "out/b.pdf").exists()
    for command in (("check", pdf), ("merge", pdf, "-o", tmp_path / "x.pdf")):
        done = run_command(*command, env=environment)
        assert done.returncode == 3, done.stderr
        assert "a.pdf: cannot be read as a PDF" in done.stderr


@pytest.mark.slow
def test_a_page_that_was_not_even_shown_in_time_is_tried_again(tmp_path: Path) -> None:
    slow(tmp_path / "in/1.png")
    report = tmp_path / "report.json"
    assert converted(tmp_path, *TOO_SHORT, "--report", report).returncode == 3, "no PDF"
    (failure,) = read_report(report)["documents"][0]["pages"]
    assert (failure["stage"], failure["kind"]) == ("worker", "PageTimeoutError")
    assert converted(tmp_path).returncode == 0
    assert poppler_text(tmp_path / "out/in.pdf", 0).strip() == "seen2000"


def test_a_text_corrected_while_its_document_is_made(tmp_path: Path) -> None:
    texts = tmp_path / "texts"

    def correct() -> None:
        (path,) = texts.rglob("1.png.json")
        data = json.loads(path.read_text())
        word = {"text": "corrected", "box": {"left": 9, "top": 9, "right": 80, "bottom": 20},
                "confidence": None}  # fmt: skip
        baseline = {"x0": 9, "y0": 20, "x1": 80, "y1": 20}
        data["lines"] = [{"words": [word], "baseline": baseline, "height": 10}]
        path.write_text(json.dumps(data))

    class Corrector(Still):
        """As a person who is faster than the second page."""

        def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
            if image.width == 120:
                correct()
            return super().recognize(image, languages)

    page(tmp_path / "in/1.png", 110)
    page(tmp_path / "in/2.png", 120)
    options = ConvertOptions(text_dir=texts, jobs=1)
    for engine in (Corrector(), Still()):
        report = asyncio.run(convert([tmp_path / "in"], tmp_path / "out", options, engine=engine))
        assert report.exit_code == 0
    assert poppler_text(tmp_path / "out/in.pdf", 0).strip() == "corrected"


@pytest.mark.slow
def test_texts_are_written_also_of_a_pdf_that_exists(tmp_path: Path) -> None:
    for number in (1, 2):
        page(tmp_path / f"in/{number}.png", GOOD, 100 + number)
    (tmp_path / "in/3.png").write_bytes(b"no picture")
    texts = tmp_path / "texts"
    assert converted(tmp_path).returncode == 10
    assert converted(tmp_path, "--text-dir", texts).returncode == 10
    assert len(list(texts.rglob("*.json"))) == 2
    again = converted(tmp_path, "--text-dir", texts)
    assert "1 skipped (nothing to do)" in again.stderr, "the third has no text to wait for"


@pytest.mark.slow
def test_update_sees_a_corrected_text(tmp_path: Path) -> None:
    page(tmp_path / "in/1.png", GOOD)
    options = ("--text-dir", tmp_path / "texts", "--update")
    assert converted(tmp_path, *options).returncode == 0
    assert "skipped" in converted(tmp_path, *options).stderr
    (path,) = (tmp_path / "texts").rglob("*.json")
    path.write_text(path.read_text().replace(SEEN, "corrected"))
    assert converted(tmp_path, *options).returncode == 0
    assert poppler_text(tmp_path / "out/in.pdf", 0).strip() == "corrected"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    (
        ("right", 9_999),
        pytest.param("left", "here", marks=pytest.mark.slow),
        pytest.param("width_px", 0, marks=pytest.mark.slow),
        pytest.param("x0", float("nan"), marks=pytest.mark.slow),
    ),
)
def test_a_text_that_cannot_be_is_no_fault_of_the_scan(
    tmp_path: Path, name: str, value: object
) -> None:
    page(tmp_path / "in/1.png", GOOD)
    assert converted(tmp_path, "--text-dir", tmp_path / "texts").returncode == 0
    (path,) = (tmp_path / "texts").rglob("*.json")
    data = json.loads(path.read_text())
    line = data["lines"][0]
    place = {"width_px": data, "x0": line["baseline"]}.get(name, line["words"][0]["box"])
    place[name] = value
    path.write_text(json.dumps(data))
    report = tmp_path / "report.json"
    done = converted(tmp_path, "--text-dir", tmp_path / "texts", "--report", report)
    assert done.returncode == 10
    (failure,) = read_report(report)["documents"][0]["pages"]
    assert (failure["stage"], failure["kind"]) == ("recognize", "CorrectionError")
    assert "1.png.json: " in failure["reason"]
    assert "could not be read" not in pdfium_text(tmp_path / "out/in.pdf", 0), "the scan is shown"


@pytest.mark.slow
def test_a_sidecar_is_known_by_its_pdf(tmp_path: Path) -> None:
    scan = page(tmp_path / "in/1.png", GOOD)
    text = tmp_path / "out/in.txt"
    assert converted(tmp_path, "--sidecar").returncode == 0
    assert "1 skipped" in converted(tmp_path, "--sidecar").stderr
    text.unlink()
    assert converted(tmp_path, "--sidecar").returncode == 0
    assert text.read_text() == f"{SEEN}\n"
    page(scan, GOOD, 120)
    assert converted(tmp_path, "--sidecar").returncode == 0
    assert text.read_text() == "seen120\n"
    notes = text.read_text() + "and my notes"
    text.write_text(notes)
    for options in ((), ("--title", "Another")):
        done = converted(tmp_path, "--sidecar", *options)
        assert done.returncode == 5
        assert f"{text} exists and is not the text that this program put there" in done.stderr
        assert text.read_text() == notes
    assert converted(tmp_path, "--sidecar", "--force").returncode == 0
    assert text.read_text() == "seen120\n"


@pytest.mark.slow
def test_a_sidecar_of_an_older_scan_is_not_taken_for_the_new_one(tmp_path: Path) -> None:
    scan = page(tmp_path / "in/1.png", GOOD)
    assert converted(tmp_path, "--sidecar").returncode == 0
    page(scan, GOOD, 120)
    assert converted(tmp_path).returncode == 0
    assert converted(tmp_path, "--sidecar").returncode == 5


@pytest.mark.slow
def test_render_and_ocr_replace_nothing_of_others(tmp_path: Path) -> None:
    scan = page(tmp_path / "1.png", GOOD)
    pdf, text = tmp_path / "x.pdf", tmp_path / "x.json"
    pdf.write_bytes(b"%PDF-1.4 precious")
    done = run("render", scan, "-o", pdf)
    assert done.returncode == 5
    assert "x.pdf exists and was not made by this program" in done.stderr
    assert pdf.read_bytes() == b"%PDF-1.4 precious"
    for options in (("--force",), ()):
        assert run("render", scan, "-o", pdf, *options).returncode == 0
    ocr = ("ocr", scan, "-o", text, "--engine", "faults")
    for _ in range(2):
        assert run(*ocr).returncode == 0
    for content in (text.read_text().replace(SEEN, "corrected"), '{"of": "others"}'):
        text.write_text(content)
        done = run(*ocr)
        assert done.returncode == 5
        assert "x.json exists and was corrected since it was made" in done.stderr
        assert text.read_text() == content
    assert run(*ocr, "--force").returncode == 0
    assert "seen" in text.read_text()


@pytest.mark.slow
def test_retry_knows_the_output_by_any_name(tmp_path: Path) -> None:
    slow(tmp_path / "in/1.png")
    report = tmp_path / "report.json"
    assert converted(tmp_path, *TOO_SHORT, "--report", report).returncode == 3, "no PDF"
    there = tmp_path / "in/../out"
    convert = ("convert", tmp_path / "in", "--engine", "faults", "--retry-failed", report)
    assert run(*convert, "-o", there).returncode == 0
    assert poppler_text(tmp_path / "out/in.pdf", 0).strip() == "seen2000"
    elsewhere = run(*convert, "-o", tmp_path / "elsewhere")
    assert elsewhere.returncode == 2
    assert "none of the PDFs in that report is made from these inputs" in elsewhere.stderr

"""Thousands of spoiled files, as a bad disk or a hostile sender makes them: `make soak`.

Of each kind of file that the program opens, many are spoiled at random, always the same ones. A run
over them ends; every file is accounted for; the whole pages beside them are as they would be alone.
"""

from __future__ import annotations

import io
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw
from support.readers import need, page_sizes
from support.survival import read_report, run

pytestmark = [pytest.mark.soak, pytest.mark.usefixtures("own_cache")]

IMAGES, IN_ONE_FOLDER = 1400, 20
TEXTS, STORED, PDFS = 200, 200, 200
WHOLE = ("0000-whole.jpg", "9999-whole.jpg")
"""Scans in each folder that nothing has spoiled."""


@pytest.fixture(scope="module")
def whole_images() -> dict[str, bytes]:
    """A small page in each format that is decoded here."""
    page = Image.new("RGB", (160, 120), "white")
    ImageDraw.Draw(page).text((20, 50), "a small page", "navy")
    black_and_white = page.convert("1")
    saved: dict[str, bytes] = {}

    def save(name: str, picture: Image.Image, **options: object) -> None:
        target = io.BytesIO()
        picture.save(target, **options)  # type: ignore[arg-type]
        saved[name] = target.getvalue()

    save("bits.png", black_and_white, format="PNG")
    save("colors.png", page.quantize(16), format="PNG", dpi=(200, 200))
    save("deep.png", page.convert("I;16"), format="PNG")
    save("photo.jpg", page, format="JPEG", dpi=(200, 200), exif=Image.Exif())
    save("progressive.jpg", page.convert("L"), format="JPEG", progressive=True)
    save("print.jpg", page.convert("CMYK"), format="JPEG")
    save("photo.jp2", page, format="JPEG2000")
    save("photo.webp", page, format="WEBP", lossless=True)
    save("colors.gif", page.quantize(8), format="GIF")
    save("colors.bmp", page, format="BMP")
    save("bits.pbm", black_and_white, format="PPM")
    for compression in ("raw", "group3", "group4", "tiff_lzw", "tiff_adobe_deflate", "jpeg"):
        fax = compression.startswith("group")
        save(f"{compression}.tif", black_and_white if fax else page, format="TIFF",
             compression=compression)  # fmt: skip
    save("several.tif", black_and_white, format="TIFF", compression="group4", save_all=True,
         append_images=[black_and_white.rotate(180), black_and_white.rotate(90)])  # fmt: skip
    return saved


def mutants(whole: bytes, chance: random.Random, least: int = 0) -> Iterator[bytes]:
    """One after another, each spoiled in one to four ways, from byte `least` on."""

    def place(length: int = 1) -> int:
        last = max(least, len(spoiled) - length)
        # Half of the faults lie in the first bytes, where what is believed most stands.
        return chance.randint(least, min(last, 200) if chance.random() < 0.5 else last)

    while True:
        spoiled = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            match chance.randrange(7):
                case 0:
                    spoiled[place()] ^= 1 << chance.randrange(8)
                case 1:
                    start = place(32)
                    spoiled[start : start + 32] = chance.randbytes(len(spoiled[start : start + 32]))
                case 2:
                    del spoiled[max(place(), 8) :]
                case 3:
                    start = place()
                    spoiled[start:start] = spoiled[start : start + chance.randint(1, 300)]
                case 4:
                    start = place(64)
                    spoiled[start : start + 64] = bytes(len(spoiled[start : start + 64]))
                case 5:  # a number that cannot be true
                    start, length = place(4), chance.choice((2, 4))
                    number = chance.choice((0, -1, 1 << 14, -(1 << 15)))
                    spoiled[start : start + length] = number.to_bytes(length, "big", signed=True)
                case 6:
                    start = place()
                    del spoiled[start : start + chance.randint(1, 40)]
        if spoiled and bytes(spoiled) != whole:
            yield bytes(spoiled)


def look(pdf: Path, page: int) -> bytes:
    """The page as PDFium draws it."""
    document = pypdfium2.PdfDocument(pdf)
    shown = document[page].render(scale=1).to_pil().tobytes()
    document.close()
    return bytes(shown)


def test_spoiled_images(tmp_path: Path, whole_images: dict[str, bytes]) -> None:
    scans, out, report = tmp_path / "in", tmp_path / "out", tmp_path / "report.json"
    good = whole_images["photo.jpg"]
    chance = random.Random(14)
    spoiled = {name: mutants(content, chance) for name, content in whole_images.items()}
    names = list(whole_images)
    for number in range(IMAGES):
        name = names[number % len(names)]
        path = scans / f"{number // IN_ONE_FOLDER:03}" / f"{number:04}-{name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(next(spoiled[name]))
    folders = sorted(scans.iterdir())
    for folder in (*folders, tmp_path / "alone"):
        folder.mkdir(exist_ok=True)
        for name in WHOLE:
            (folder / name).write_bytes(good)
    done = run(
        "convert", scans, "-o", out, "--engine", "none", "--report", report, "--timeout", 60, "-q",
    )  # fmt: skip
    assert done.returncode == 10, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    assert run("convert", tmp_path / "alone", "-o", out, "--engine", "none").returncode == 0
    alone = look(out / "alone.pdf", 0)
    found = read_report(report)
    named: set[Path] = set()
    assert len(found["documents"]) == len(folders)
    for document in found["documents"]:
        output = Path(document["output"])
        assert document["outcome"] == "converted"
        assert len(page_sizes(output)) == document["pages_total"]
        checked = subprocess.run([need("qpdf"), "--check", output], capture_output=True)
        # 3: warnings. The bytes of a JPEG are passed through, whatever stands behind its last row.
        assert checked.returncode in (0, 3), checked.stderr
        for index, page in enumerate(document["pages"]):
            assert page["outcome"] == "done" or page["reason"]
            named.add(Path(page["source"]))
            if Path(page["source"]).name in WHOLE:
                assert look(output, index) == alone
    files = {path for path in scans.rglob("*") if path.is_file()}
    assert files - named == set(), "each is a page or a fault; none is passed over"
    failed = sum(each["pages_failed"] for each in found["documents"])
    damaged = sum(each["pages_damaged"] for each in found["documents"])
    print(f"{IMAGES} images: {failed} pages failed, {damaged} damaged, no page lost")
    assert not [path for path in out.rglob("*") if path.suffix != ".pdf" and path.is_file()]


def folder_of_pages(folder: Path, pages: int, good: bytes) -> Path:
    """A folder of scans that are all different."""
    folder.mkdir(parents=True)
    for number in range(pages):
        (folder / f"{number:03}.jpg").write_bytes(good + number.to_bytes(2))
    return folder


def test_spoiled_corrections(tmp_path: Path, whole_images: dict[str, bytes]) -> None:
    scans = folder_of_pages(tmp_path / "in", TEXTS, whole_images["photo.jpg"])
    convert = (
        "convert", scans, "--engine", "faults", "--text-dir", tmp_path / "texts", "-q",
        "-o", tmp_path / "out",
    )  # fmt: skip
    assert run(*convert).returncode == 0
    chance = random.Random(15)
    texts = sorted((tmp_path / "texts").rglob("*.json"))
    assert len(texts) == TEXTS
    pdf = tmp_path / "out/in.pdf"
    before = pdf.read_bytes()
    whole = {text: text.read_bytes() for text in texts}
    for text in texts:
        text.write_bytes(next(mutants(whole[text], chance)))
    spoiled = {text: text.read_bytes() for text in texts}
    done = run(*convert)
    assert done.returncode == 10, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    assert pdf.read_bytes() == before, "it stays, as texts that people may have corrected are lost"
    assert {text: text.read_bytes() for text in texts} == spoiled
    named = [text for text in texts if f"{text}: " in done.stderr]
    print(f"{TEXTS} corrections: {len(named)} named as spoiled, nothing lost")
    for text in named:
        text.write_bytes(whole[text])
    assert run(*convert).returncode == 0


def test_spoiled_stored_texts(tmp_path: Path, whole_images: dict[str, bytes]) -> None:
    scans = folder_of_pages(tmp_path / "in", STORED, whole_images["photo.jpg"])
    cache = tmp_path / "cache"
    convert = ("convert", scans, "--engine", "faults", "--cache-dir", cache, "-q", "-o")
    assert run(*convert, tmp_path / "before").returncode == 0
    chance = random.Random(16)
    entries = sorted(path for path in cache.rglob("*") if path.is_file())
    assert len(entries) == STORED
    for entry in entries:
        entry.write_bytes(next(mutants(entry.read_bytes(), chance)))
    done = run(*convert, tmp_path / "after")
    assert done.returncode == 0, done.stderr[-3000:]
    before, after = ((tmp_path / name / "in.pdf").read_bytes() for name in ("before", "after"))
    assert before == after, "a spoiled entry is no entry"


def test_spoiled_pdfs_of_ours(tmp_path: Path, whole_images: dict[str, bytes]) -> None:
    """Made anew, or refused as perhaps changed on purpose; never taken for whole."""
    out, kept = tmp_path / "out", tmp_path / "kept"
    for number in range(PDFS):
        folder_of_pages(tmp_path / f"in/{number:03}", 1, whole_images["photo.jpg"])
    convert = ("convert", tmp_path / "in", "-o", out, "--engine", "none", "-q")
    assert run(*convert).returncode == 0
    whole = {pdf.name: pdf.read_bytes() for pdf in sorted(out.rglob("*.pdf"))}
    assert len(whole) == PDFS
    chance = random.Random(17)
    for pdf in out.rglob("*.pdf"):
        pdf.write_bytes(next(mutants(pdf.read_bytes(), chance)))
    shutil.copytree(out, kept)
    done = run(*convert, "--report", tmp_path / "report.json")
    assert done.returncode in (0, 5), done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    anew = refused = 0
    for document in read_report(tmp_path / "report.json")["documents"]:
        pdf = Path(document["output"])
        spoiled = kept / pdf.relative_to(out)
        if document["outcome"] == "converted":
            assert pdf.read_bytes() == whole[pdf.name]
            anew += 1
        else:
            assert pdf.read_bytes() == spoiled.read_bytes(), "what is not ours stays as it is"
            assert str(pdf) in done.stderr
            refused += 1
    print(f"{PDFS} PDFs: {anew} made anew, {refused} refused as changed")
    assert anew and anew + refused == PDFS
    checked = run("check", kept)
    assert checked.returncode == 3, checked.stderr[-3000:]
    assert "Traceback" not in checked.stderr
    assert run(*convert, "--force").returncode == 0
    assert {pdf.name: pdf.read_bytes() for pdf in out.rglob("*.pdf")} == whole

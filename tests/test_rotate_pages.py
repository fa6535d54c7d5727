"""`--rotate-pages`: pages that lie on their side or head are shown upright, whoever shows them."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from support.command import Command
from support.readers import READERS, page_sizes
from support.truth import BACK, PAGE, recall, share_in_place

DPI = 150


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ("receipts/hardware", pytest.param("letters/2", marks=pytest.mark.slow))
)
def test_rotate_pages(tmp_path: Path, command: Command, name: str) -> None:
    true = PAGE[name]
    folder = tmp_path / "turned"
    folder.mkdir()
    with Image.open(true.source.path) as image:
        width_pt, height_pt = (side * 72 / DPI for side in image.size)
        for turn_deg, back in BACK.items():
            image.transpose(back).save(folder / f"{turn_deg}.png", dpi=(DPI, DPI))
    pdf, report = tmp_path / "out/turned.pdf", tmp_path / "run.json"
    arguments = ("convert", folder, "-o", tmp_path / "out", "--report", report)
    done = command(*arguments)
    assert done.returncode == 0, done.stderr
    for index, turn_deg in enumerate(BACK):
        as_scanned = (width_pt, height_pt) if turn_deg == 180 else (height_pt, width_pt)
        assert page_sizes(pdf)[index] == pytest.approx(as_scanned, abs=0.1)
        for text_of, _ in READERS.values():
            assert recall(true, text_of(pdf, index)) >= 0.97

    done = command(*arguments, "--rotate-pages")
    assert done.returncode == 0, done.stderr
    (document,) = json.loads(report.read_text())["documents"]
    assert document["outcome"] == "converted", "the option shows in the PDF"
    for index, turn_deg in enumerate(BACK):
        assert page_sizes(pdf)[index] == pytest.approx((width_pt, height_pt), abs=0.1)
        with pypdfium2.PdfDocument(pdf) as shown:
            assert shown[index].get_rotation() == 0
        for text_of, words_of in READERS.values():
            assert recall(true, text_of(pdf, index)) >= 0.97
            share, count = share_in_place(true, words_of(pdf, index), (width_pt, height_pt))
            assert count > 0.85 * len(true.words)
            assert share >= 0.97
        page = document["pages"][index]
        assert page["rotation_deg"] == turn_deg
        assert page["text_from"] == "store", "nothing is read again for it"
    made = pdf.read_bytes()
    assert command(*arguments, "--rotate-pages").returncode == 0
    assert pdf.read_bytes() == made

"""Every PDF is read again before it is put in its place."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from PIL import Image
from support.pages import page_with_word
from support.readers import page_sizes
from support.survival import GOOD, page

from pipeline import (
    Baseline,
    Box,
    ConvertOptions,
    Line,
    PageText,
    Word,
    convert_blocking,
    merge_pages,
)
from pipeline.pdf.verify import Expected, find_fault, letters


def test_what_is_found_out(tmp_path: Path) -> None:
    rendered = page_with_word(tmp_path, "hello")
    text = tmp_path / "1.txt"
    text.write_text("hello")
    pdf = tmp_path / "1.pdf"
    merge_pages([rendered.pdf], pdf)
    right = Expected("1.png", rendered.stats, text)
    assert find_fault(pdf, [right]) == ""
    assert find_fault(pdf, [right, right]) == "it has 1 pages instead of 2"
    for change, fault in (
        ({"size_pt": (288.0, 80.0)}, "is 288 x 72 pt large instead of 288 x 80"),
        ({"image_px": (400, 101)}, "instead of 400 x 101 "),
        ({"image_filter": "DCTDecode"}, "instead of 400 x 100 DCTDecode"),
    ):
        wrong = dataclasses.replace(right, stats=dataclasses.replace(right.stats, **change))
        assert find_fault(pdf, [wrong]).startswith("page 1 (1.png) ")
        assert fault in find_fault(pdf, [wrong])
    text.write_text("hello world")
    assert find_fault(pdf, [right]) == "page 1 (1.png) lacks 5 of 10 letters and digits"
    pdf.write_bytes(pdf.read_bytes()[:200])
    assert "it cannot be opened" in find_fault(pdf, [right])


def test_letters_are_a_multiset_without_marks() -> None:
    assert letters("ab-b, 𝒜!́") == {"a": 1, "b": 2, "A": 1}


class Saboteur:
    """While it reads the second page, the first one, that is done, is replaced by another."""

    name = "saboteur"
    languages = ()
    best_side_px = 2000

    def __init__(self, out: Path, other: bytes) -> None:
        self.out, self.other = out, other

    def recognize(self, image: Image.Image, languages: tuple[str, ...]) -> PageText:
        if image.height == 102:
            # The first page of the other document may be there, too; they differ in height.
            spooled = self.out.glob(".*/*/00000000.pdf")
            (first,) = (path for path in spooled if page_sizes(path)[0][1] < 73)
            first.write_bytes(self.other)
        word = Word("word", Box(0, 0, 100, 30))
        return PageText(*image.size, (Line((word,), Baseline(0, 25, 100, 25), 20),))


def test_a_document_that_is_not_as_meant_is_not_put_in_place(tmp_path: Path) -> None:
    page(tmp_path / "in/a/1.png", GOOD, 101)
    page(tmp_path / "in/a/2.png", GOOD, 102)
    page(tmp_path / "in/b/1.png", GOOD, 103)
    other = page_with_word(tmp_path / "other", "else").pdf
    out = tmp_path / "out"

    def convert(**options: Any) -> tuple[int, list[str]]:
        saboteur = Saboteur(out, other)
        report = convert_blocking(
            [tmp_path / "in"], out, ConvertOptions(jobs=1, **options), engine=saboteur
        )
        return report.exit_code, [done.message for done in report.documents]

    code, messages = convert()
    assert code == 6
    assert "a.pdf: not written, as it failed its check: page 1 (" in messages[0]
    assert messages[1] == ""
    assert [path.name for path in out.iterdir()] == ["b.pdf"]
    assert convert(verify=False)[0] == 0

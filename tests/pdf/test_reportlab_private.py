"""The private parts of reportlab that are used: still there, still doing it, at one place only."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
import reportlab
from pypdf import PdfReader
from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from support.private_parts import private_parts

from pipeline.pdf.reportlab_private import (
    FONTS_KEY,
    WrittenObject,
    add_object,
    add_x_object,
    document_of,
    has_object,
    indirect_dictionary,
)

HOME = "pdf/reportlab_private.py"
CHANGED = f"reportlab {reportlab.__version__} has no {{}}.{{}} any more, which pipeline/{HOME} uses"


def canvas() -> Canvas:
    return Canvas(io.BytesIO(), pagesize=(100, 50), pageCompression=0, invariant=1)


def font() -> TTFont:
    return TTFont("Vera", "Vera.ttf")  # reportlab brings it


def stream() -> pdfdoc.PDFStream:
    return pdfdoc.PDFStream(pdfdoc.PDFDictionary({}), b"")


@pytest.mark.parametrize(
    ("owner", "make", "name"),
    (
        ("Canvas", canvas, "_doc"),
        *(
            ("PDFDocument", lambda: document_of(canvas()), name)
            for name in ("fontMapping", "delayedFonts", "idToObject", "Reference", "addForm")
        ),
        *(
            ("TTFont", font, name)
            for name in (
                "fontName", "face", "_multiByte", "_dynamicFont", "shapable",
                "stringWidth", "splitString", "getSubsetInternalName", "addObjects",
            )
        ),
        ("PDFStream", stream, "format"),
        ("pdfdoc", lambda: pdfdoc, "__RefOnly__"),
    ),
)  # fmt: skip
def test_they_are_there(owner: str, make: Callable[[], object], name: str) -> None:
    assert hasattr(make(), name), CHANGED.format(owner, name)


def test_the_fonts_of_all_pages_are_at_one_place() -> None:
    fonts = document_of(canvas()).idToObject.get(FONTS_KEY)
    assert hasattr(fonts, "dict"), CHANGED.format(f"PDFDocument.idToObject[{FONTS_KEY!r}]", "dict")


def test_no_other_module_uses_private_parts() -> None:
    used = private_parts("reportlab")
    assert used.pop(HOME) == {"_doc", "__RefOnly__"}
    assert {module: parts for module, parts in used.items() if parts} == {}


class Square(WrittenObject):
    """A form that is black all over."""

    def written(self, document: Any) -> bytes:
        head = b"<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Length 12 >>"
        return head + b"\nstream\n0 0 1 1 re f\nendstream"


def test_objects_write_themselves_and_are_drawn() -> None:
    buffer = io.BytesIO()
    drawn = Canvas(buffer, pagesize=(100, 50), invariant=1)
    document = document_of(drawn)
    assert not has_object(document, "note")
    note = indirect_dictionary(Kind=pdfdoc.PDFName("Note"))
    document.Catalog.Note = add_object(document, note, "note")
    document.Catalog.__NoDefault__ = [*document.Catalog.__NoDefault__, "Note"]
    assert has_object(document, "note")
    add_x_object(document, "square", Square())
    drawn.scale(50, 50)
    drawn.doForm("square")
    drawn.showPage()
    drawn.save()
    with PdfReader(buffer) as reader:
        assert reader.root_object.raw_get("/Note").get_object() == {"/Kind": "/Note"}
    with pypdfium2.PdfDocument(buffer.getvalue()) as document:
        shown = document[0].render(scale=1).to_pil().convert("L")
    assert (shown.getpixel((25, 25)), shown.getpixel((75, 25))) == (0, 255)

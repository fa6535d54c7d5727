"""PDF/A-2u: rules of ISO 19005-2 on our own output, each test named by its clause.

A validator is not part of the tests; these are the rules that such PDFs could break.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image, ImageCms
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject, StreamObject
from support.readers import page_sizes

from pipeline import ConvertOptions, Metadata, convert_blocking
from pipeline.model.events import Event, Notify, PageDone, ignore
from pipeline.model.options import OutputType

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
PDF = "{http://ns.adobe.com/pdf/1.3/}"
PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"


@pytest.fixture(scope="session", params=("fax", "languages", "letters", "receipts"))
def fixture(request: pytest.FixtureRequest, converted: Path) -> Path:
    return converted / f"{request.param}.pdf"


def objects(pdf: Path) -> list[object]:
    reader = PdfReader(io.BytesIO(pdf.read_bytes()))
    numbers = sorted(number for number in reader.xref[0] if number)
    return [reader.get_object(IndirectObject(number, 0, reader)) for number in numbers]


def dictionaries(pdf: Path, key: str, value: str) -> list[Any]:
    """The dictionaries of a PDF, those of streams too, with this entry."""
    return [
        each
        for each in objects(pdf)
        if isinstance(each, DictionaryObject) and each.get(key) == value
    ]


def xmp(pdf: Path) -> ET.Element:
    with PdfReader(pdf) as reader:
        stream = reader.root_object["/Metadata"].get_object()
        assert isinstance(stream, StreamObject)
        assert "/Filter" not in stream, "clause 6.6.2.1: readable without decoding"
        packet = stream.get_data()
    assert packet.startswith(b'<?xpacket begin="\xef\xbb\xbf"')
    description = ET.fromstring(packet).find(f".//{RDF}Description")
    assert description is not None
    return description


def test_6_1_2_header(fixture: Path) -> None:
    head = fixture.read_bytes()[:20]
    assert head.startswith(b"%PDF-1.7\n%")
    assert all(byte > 127 for byte in head[10:14])


def test_6_1_3_trailer_has_an_id_and_no_encryption(fixture: Path) -> None:
    with PdfReader(fixture) as reader:
        trailer: Any = reader.trailer
        first, second = trailer["/ID"]
        assert first == second
        assert "/Encrypt" not in reader.trailer
    assert fixture.read_bytes().rstrip(b"\r\n").endswith(b"%%EOF")


def test_6_1_7_streams(fixture: Path) -> None:
    """An end of line before endstream, right lengths, none outside the file, no LZW."""
    content = fixture.read_bytes()
    assert len(re.findall(rb"\nendstream", content)) == content.count(b"endstream")
    for found in objects(fixture):
        if isinstance(found, StreamObject):
            assert not {"/F", "/FFilter", "/FDecodeParms"} & set(found)
            assert "LZW" not in str(found.get("/Filter", ""))


def test_6_1_13_limits(fixture: Path) -> None:
    for width, height in page_sizes(fixture):
        assert min(width, height) >= 3
        assert max(width, height) <= 14_400
    strings = re.findall(rb"\((.*?)\)", fixture.read_bytes(), re.DOTALL)
    assert strings and all(len(each) < 32_767 for each in strings)


def test_6_2_3_output_intent(fixture: Path) -> None:
    with PdfReader(fixture) as reader:
        root: Any = reader.root_object
        (intent,) = root["/OutputIntents"]
        intent = intent.get_object()
        assert intent["/S"] == "/GTS_PDFA1"
        profile = intent["/DestOutputProfile"].get_object()
        assert profile["/N"] == 3
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile.get_data()))
    assert "sRGB" in ImageCms.getProfileDescription(opened)
    assert opened.profile.xcolor_space.strip() == "RGB"


def test_6_2_8_images(fixture: Path) -> None:
    images = dictionaries(fixture, "/Subtype", "/Image")
    assert images
    for image in images:
        assert not {"/Alternates", "/OPI", "/SMask", "/SMaskInData"} & set(image)
        assert "/Interpolate" not in image
        assert image.get("/ColorSpace") != "/DeviceCMYK"


def test_6_2_10_no_transparency(fixture: Path) -> None:
    for found in objects(fixture):
        if isinstance(found, DictionaryObject):
            assert found.get("/Type") != "/ExtGState"
            assert "/Group" not in found


def test_6_2_11_fonts(fixture: Path) -> None:
    """Embedded, with widths like their program's and a ToUnicode that gives real characters."""
    fonts = dictionaries(fixture, "/Type", "/Font")
    assert fonts
    for font in fonts:
        if font["/Subtype"] == "/Type0":
            cmap = font["/ToUnicode"].get_object().get_data()
            assert not re.search(rb"<(0000|FEFF|FFFE)>\s*$", cmap, re.MULTILINE)
        else:
            assert font["/Subtype"] == "/CIDFontType2"
            assert "/FontFile2" in font["/FontDescriptor"].get_object()
            assert "/CIDToGIDMap" in font
            assert "/W" in font or "/DW" in font


def test_6_6_4_the_claim(fixture: Path) -> None:
    description = xmp(fixture)
    assert description.findtext(f"{PDFAID}part") == "2"
    assert description.findtext(f"{PDFAID}conformance") == "U"


def noise(
    path: Path, mode: str = "RGB", size: tuple[int, int] = (60, 40), **options: object
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise(size, 90).convert(mode).save(path, dpi=(100, 100), **options)  # type: ignore[arg-type]
    return path


def claims(pdf: Path) -> bool:
    return xmp(pdf).findtext(f"{PDFAID}part") == "2"


def convert(
    scan: Path, output_type: OutputType = "auto", notify: Notify = ignore, **given: str
) -> tuple[Path, str]:
    pdf = scan.with_suffix(".pdf")
    options = ConvertOptions(
        output_type=output_type, existing="force", metadata=Metadata(**given), store=None
    )
    report = convert_blocking([scan], pdf, options, engine="none", notify=notify)
    assert report.exit_code == 0
    return pdf, report.documents[0].message


def test_6_6_2_xmp_agrees_with_the_document_information(tmp_path: Path) -> None:
    given: dict[str, Any] = {
        "title": "Années <1> & \x07",
        "author": "Å. B.",
        "subject": "日本",
        "keywords": "a, b",
    }
    pdf, _ = convert(noise(tmp_path / "1.png"), **given)
    description = xmp(pdf)
    with PdfReader(pdf) as reader:
        information = reader.metadata
        assert information is not None
        title = description.findtext(f"{DC}title/{RDF}Alt/{RDF}li")
        assert title == information.title
        assert "\x07" not in (title or "")
        assert (
            description.findtext(f"{DC}creator/{RDF}Seq/{RDF}li") == information.author == "Å. B."
        )
        assert description.findtext(f"{DC}description/{RDF}Alt/{RDF}li") == information.subject
        assert description.findtext(f"{PDF}Keywords") == information.keywords
        assert description.findtext(f"{PDF}Producer") == information.producer
        assert not {"/CreationDate", "/ModDate"} & set(information), "no clock is in the PDF"


def test_title_and_language_are_told_to_viewers(tmp_path: Path) -> None:
    scan = noise(tmp_path / "1.png")
    pdf, _ = convert(scan, title="T", language="sv")
    with PdfReader(pdf) as reader:
        root: Any = reader.root_object
        assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
        assert root["/Lang"] == "sv"


def test_what_stands_in_the_way(tmp_path: Path) -> None:
    cmyk = noise(tmp_path / "cmyk.jpg", "CMYK")
    pdf, message = convert(cmyk)
    assert not claims(pdf)
    assert message == "not PDF/A, because of CMYK colors without a profile"
    pdf, message = convert(noise(tmp_path / "fine.png"), "pdf")
    assert not claims(pdf)
    assert message == ""


def test_what_stands_in_the_way_is_converted_where_asked(tmp_path: Path) -> None:
    scan = tmp_path / "cmyk.tif"
    Image.new("CMYK", (60, 40), (200, 20, 90, 30)).save(scan, dpi=(100, 100))
    told: list[Event] = []
    pdf, message = convert(scan, "pdfa", notify=told.append)
    assert (claims(pdf), message) == (True, "")
    notes = [note for event in told if isinstance(event, PageDone) for note in event.notes]
    assert notes == ["its CMYK colors were converted to sRGB, for PDF/A"]
    with Image.open(scan) as before, pypdfium2.PdfDocument(pdf) as document:
        after = document[0].render(scale=100 / 72).to_pil().convert("RGB")
        assert after.getpixel((30, 20)) == before.convert("RGB").getpixel((30, 20))


def test_a_damaged_profile_is_left_out(tmp_path: Path) -> None:
    pdf, _ = convert(noise(tmp_path / "1.jpg", icc_profile=b"no profile at all" * 10))
    assert claims(pdf)
    (image,) = dictionaries(pdf, "/Subtype", "/Image")
    assert image["/ColorSpace"] == "/DeviceRGB"


def test_profiles_of_scans_are_allowed(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for name in ("1.jpg", "1.png"):
        pdf, message = convert(noise(tmp_path / name, icc_profile=profile))
        assert claims(pdf)
        assert message == ""
        (image,) = dictionaries(pdf, "/Subtype", "/Image")
        space = image["/ColorSpace"]
        if space[0] == "/Indexed":  # few colors: packed anew with a palette
            space = space[1]
        assert space[0] == "/ICCBased"

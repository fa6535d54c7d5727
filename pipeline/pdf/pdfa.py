"""PDF/A-2u (ISO 19005-2): what a document must say of itself, and what keeps it from saying so.

Clauses are of ISO 19005-2, and the tests are named by them (`tests/pdf/test_pdfa.py`).
"""

from __future__ import annotations

import zlib
from html import escape
from pathlib import Path

from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from ..model.points import MAX_SIDE_PT
from .profiles import is_profile
from .pypdf_private import add_object, new_stream

SRGB_PATH = Path(__file__).with_name("srgb.icc")
"""The sRGB profile (IEC 61966-2-1) that LittleCMS makes, with a fixed date in it: Pillow's has the
time of its making, so that no two PDFs would be alike."""
MIN_SIDE_PT = 3
"""Of a page, as `MAX_SIDE_PT` is (clause 6.1.13)."""


def page_obstacles(page: PageObject) -> set[str]:
    """What on a page of this program is not allowed in PDF/A-2, in words."""
    obstacles = set()
    width, height = (float(side) for side in (page.mediabox.width, page.mediabox.height))
    if min(width, height) < MIN_SIDE_PT or max(width, height) > MAX_SIDE_PT:
        obstacles.add(f"a page of {width:g} x {height:g} pt")
    resources = page.get("/Resources", DictionaryObject()).get_object()
    images = resources.get("/XObject", DictionaryObject()).get_object()
    for image in images.values():
        obstacles |= _image_obstacles(image.get_object())
    return obstacles


def claim(writer: PdfWriter) -> None:
    """Adds the output intent (clause 6.2.3): device colors are sRGB, device gray its grays."""
    profile = new_stream(zlib.compress(SRGB_PATH.read_bytes(), 9))
    profile[NameObject("/N")] = NumberObject(3)
    profile[NameObject("/Filter")] = NameObject("/FlateDecode")
    intent = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/OutputIntent"),
            NameObject("/S"): NameObject("/GTS_PDFA1"),
            NameObject("/OutputConditionIdentifier"): TextStringObject("sRGB"),
            NameObject("/Info"): TextStringObject("sRGB IEC61966-2.1"),
            NameObject("/DestOutputProfile"): add_object(writer, profile),
        }
    )
    intents = ArrayObject([add_object(writer, intent)])
    writer.root_object[NameObject("/OutputIntents")] = intents


def xmp(information: dict[str, str], pdfa: bool) -> bytes:
    """The XMP packet, which says the same as the document information (clauses 6.6.2 and 6.6.4).

    Args:
        information: Entries of the information dictionary, such as `/Title`.
        pdfa: Whether the document claims to be PDF/A-2u.
    """
    parts = []
    if pdfa:
        parts += ["<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>U</pdfaid:conformance>"]
    parts.append("<dc:format>application/pdf</dc:format>")
    for key, name in (("/Title", "title"), ("/Subject", "description")):
        if information.get(key):
            words = escape(information[key])
            item = f'<rdf:li xml:lang="x-default">{words}</rdf:li>'
            parts.append(f"<dc:{name}><rdf:Alt>{item}</rdf:Alt></dc:{name}>")
    if information.get("/Author"):
        author = escape(information["/Author"])
        parts.append(f"<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>")
    for key in ("Keywords", "Producer"):
        if information.get(f"/{key}"):
            parts.append(f"<pdf:{key}>{escape(information[f'/{key}'])}</pdf:{key}>")
    rows = [
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
        '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">',
        *parts,
        "</rdf:Description>",
        "</rdf:RDF>",
        "</x:xmpmeta>",
        '<?xpacket end="w"?>',
    ]
    return "\n".join(rows).encode()


def metadata_stream(packet: bytes) -> StreamObject:
    """The packet as a metadata stream, not compressed, as clause 6.6.2.1 asks."""
    stream = new_stream(packet)
    stream[NameObject("/Type")] = NameObject("/Metadata")
    stream[NameObject("/Subtype")] = NameObject("/XML")
    return stream


def _image_obstacles(image: DictionaryObject) -> set[str]:
    """What keeps an image out of PDF/A-2, in words (clauses 6.2.4.2 and 6.2.4.3)."""
    space = image.get("/ColorSpace")
    space = space.get_object() if space is not None else None
    if isinstance(space, ArrayObject) and space[0] == "/Indexed":
        space = space[1].get_object()
    if space == "/DeviceCMYK":
        return {"CMYK colors without a profile"}
    if isinstance(space, ArrayObject) and space[0] == "/ICCBased":
        profile = space[1].get_object()
        assert isinstance(profile, StreamObject)
        if not is_profile(profile.get_data(), int(str(profile["/N"]))):
            return {"a damaged color profile"}
    return set()

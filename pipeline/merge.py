"""Pages to one document: one shared font, bookmarks, labels, metadata; written at once or not."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
)

from .atomic import atomic_file
from .options import Metadata
from .pdf.cmap import code_points_of
from .pdf.glyphless import RESOURCE_PREFIX, Used, font_pdf
from .version import __version__

PRODUCER = "searchable-pdf"
PDF_HEADER = "%PDF-1.7"


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline: a title, and the index of the page it leads to."""

    title: str
    page: int


def merge_pages(
    pages: Iterable[bytes],
    output: Path,
    metadata: Metadata | None = None,
    bookmarks: Sequence[Bookmark] = (),
) -> None:
    """Writes pages from `render_page` as one PDF.

    The pages share one text font made for all their characters. The same input gives the same
    bytes: there is no clock and no chance in them. The file appears whole or not at all.

    Args:
        pages: One-page PDFs, in order.
        output: Where the PDF goes; an existing file is replaced, missing folders are made.
        metadata: Title, author and so on.
        bookmarks: The outline, in order.

    Raises:
        OutputError: The file cannot be written there.
    """
    writer = PdfWriter()
    used: Used = {}
    profiles: dict[str, IndirectObject] = {}
    identity = hashlib.sha256(repr((metadata, bookmarks)).encode())
    for page in pages:
        identity.update(hashlib.sha256(page).digest())
        _add_page(writer, page, used, profiles)
    _share_font(writer, used)
    if len(writer.pages):
        writer.set_page_label(0, len(writer.pages) - 1, style=PageLabelStyle.DECIMAL, start=1)
    for bookmark in bookmarks:
        writer.add_outline_item(title=bookmark.title, page_number=bookmark.page)
    _describe(writer, metadata or Metadata(), identity.digest()[:16])
    with atomic_file(output) as file:
        writer.write(file)


def is_ours(path: Path) -> bool:
    """Whether this program made a PDF: its Producer says so."""
    try:
        with PdfReader(path) as reader:
            information = reader.metadata
            producer = information.producer if information else None
            return bool(producer and producer.split(" ")[0] == PRODUCER)
    except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _add_page(
    writer: PdfWriter, data: bytes, used: Used, profiles: dict[str, IndirectObject]
) -> None:
    """Appends a page without its font, whose characters are noted in `used`."""
    with PdfReader(io.BytesIO(data)) as reader:
        page = reader.pages[0]
        resources = page["/Resources"].get_object()
        assert isinstance(resources, DictionaryObject)
        fonts = resources.pop("/Font", DictionaryObject()).get_object()
        for name, font in fonts.items():
            plane = int(name.removeprefix(f"/{RESOURCE_PREFIX}"))
            cmap = font.get_object()["/ToUnicode"].get_object().get_data()
            used.setdefault(plane, set()).update(code_points_of(plane, cmap))
        resources.pop("/ProcSet", None)
        page.pop("/Trans", None)
        added = writer.add_page(page)
    _share_profiles(added["/Resources"].get_object(), profiles)


def _share_profiles(resources: object, profiles: dict[str, IndirectObject]) -> None:
    """Lets images with the same colour profile refer to one copy of it."""
    assert isinstance(resources, DictionaryObject)
    for image in resources.get("/XObject", DictionaryObject()).get_object().values():
        space = image.get_object().get("/ColorSpace")
        if isinstance(space, ArrayObject) and space[0] == "/Indexed":
            space = space[1].get_object()
        if isinstance(space, ArrayObject) and space[0] == "/ICCBased":
            profile = space[1].get_object()
            assert isinstance(profile, StreamObject)
            key = hashlib.sha256(profile.get_data()).hexdigest()
            assert profile.indirect_reference is not None
            space[1] = profiles.setdefault(key, profile.indirect_reference)


def _share_font(writer: PdfWriter, used: Used) -> None:
    """Gives every page the one set of fonts, made for the characters of all of them."""
    if not used:
        return
    with PdfReader(io.BytesIO(font_pdf(used))) as reader:
        resources = reader.pages[0]["/Resources"].get_object()
        assert isinstance(resources, DictionaryObject)
        fonts = resources["/Font"].get_object()
        assert isinstance(fonts, DictionaryObject)
        shared = writer._add_object(fonts.clone(writer))
    for page in writer.pages:
        resources = page["/Resources"].get_object()
        assert isinstance(resources, DictionaryObject)
        resources[NameObject("/Font")] = shared


def _describe(writer: PdfWriter, metadata: Metadata, identity: bytes) -> None:
    writer.metadata = None
    information = {
        "/Title": metadata.title,
        "/Author": metadata.author,
        "/Subject": metadata.subject,
        "/Keywords": metadata.keywords,
        "/Producer": f"{PRODUCER} {__version__}",
    }
    writer.add_metadata({key: value for key, value in information.items() if value})
    writer.pdf_header = PDF_HEADER
    # pypdf's own identifiers are random; these say "same content" (ISO 32000-1, 14.4).
    writer._ID = ArrayObject((ByteStringObject(identity), ByteStringObject(identity)))

"""Stage 4: pages to one document, with one font, bookmarks, labels, metadata, PDF/A."""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    StreamObject,
    TextStringObject,
)

from .model.characters import printable
from .model.options import Metadata, OutputType
from .model.paths import PathLike
from .model.version import PRODUCER, PROGRAM
from .pdf.cmap import code_points_of
from .pdf.filestream import leave_in_file
from .pdf.glyphless import FONT_NAME, RESOURCE_PREFIX, Used, font_pdf
from .pdf.pdfa import claim, metadata_stream, page_obstacles, xmp
from .pdf.pypdf_private import add_object, object_count, release, set_identifier
from .store.modes import common_mode, limit_mode
from .store.seal import ENTRY, OPEN, seal
from .store.target import output_file

TEXT_LAYER = NameObject("/TextLayer")
"""Stands for the fonts of the text layer in a page's resources, until the shared ones are made."""
PDF_HEADER = "%PDF-1.7"
"""The version that PDF/A-2 is based on (ISO 19005-2, 6.1.2)."""
IDENTIFIER_BYTES = 16
"""Of a document's /ID: as long as an MD5 sum, which ISO 32000-1, 14.4 suggests. It is a hash of the
pages and of what is said of them, so that it says "same content"."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline: a title, and the index of the page that it leads to, from 0."""

    title: str
    page: int


def merge_pages(
    pages: bytes | PathLike | Iterable[bytes | PathLike],
    output: PathLike,
    metadata: Metadata | None = None,
    bookmarks: Sequence[Bookmark] = (),
    *,
    output_type: OutputType = "auto",
    entries: Mapping[str, str] | None = None,
) -> frozenset[str]:
    """Writes pages from `render_page` as one PDF.

    The pages share one text font that is made for all their characters. The same input gives the
    same bytes: nothing in them depends on a clock or on chance. The file appears whole or not at
    all. The streams of pages that are files are copied from there as the document is written, so
    that memory does not grow with their size.

    Args:
        pages: PDFs, one or several in order: their bytes, or the files that hold them until this
            returns.
        output: Where the PDF goes; an existing file is replaced, missing folders are made.
        metadata: Title, author and so on.
        bookmarks: The outline, in order.
        output_type: `auto` claims PDF/A-2u where nothing stands in the way, `pdf` never does.
            `pdfa` is the same as `auto` here: `render_page` converts what stands in the way.
        entries: More entries of the information dictionary, such as those of a `Provenance`.

    Returns:
        What stands in the way of PDF/A, in words; nothing where the PDF is PDF/A, or
        `output_type` is `pdf`.

    Raises:
        OutputError: The file cannot be written there.
        PyPdfError: A page is no PDF.
    """
    writer = PdfWriter()
    used: Used = {}
    profiles: dict[str, IndirectObject] = {}
    in_the_way: set[str] = set()
    metadata = metadata or Metadata()
    identity = hashlib.sha256(repr((metadata, bookmarks, output_type)).encode())
    if isinstance(pages, bytes | str | os.PathLike):
        pages = (pages,)
    with output_file(Path(output)) as file:
        for each in pages:
            page = each if isinstance(each, bytes) else Path(each)
            data = page if isinstance(page, bytes) else page.read_bytes()
            identity.update(hashlib.sha256(data).digest())
            first = object_count(writer)
            _add_pages(writer, data, used, profiles, in_the_way)
            if isinstance(page, Path):
                leave_in_file(writer, first, page, data)
                limit_mode(file.fileno(), common_mode([page]))
        _share_font(writer, used)
        if len(writer.pages):
            writer.set_page_label(0, len(writer.pages) - 1, style=PageLabelStyle.DECIMAL, start=1)
        for bookmark in bookmarks:
            writer.add_outline_item(title=bookmark.title, page_number=bookmark.page)
        pdfa = output_type != "pdf" and not in_the_way
        if pdfa:
            claim(writer)
        _describe(writer, metadata, entries or {}, pdfa)
        set_identifier(writer, identity.digest()[:IDENTIFIER_BYTES])
        writer.write(file)
        seal(file)
    return frozenset() if output_type == "pdf" else frozenset(in_the_way)


def _add_pages(
    writer: PdfWriter,
    data: bytes,
    used: Used,
    profiles: dict[str, IndirectObject],
    in_the_way: set[str],
) -> None:
    """Appends pages without the font of their text layer, whose characters are added to `used`."""
    with PdfReader(io.BytesIO(data)) as reader:
        information = reader.metadata
        if information is None or not (information.producer or "").startswith(PRODUCER):
            in_the_way.add("pages of other programs")
        for page in reader.pages:
            resources = page.get("/Resources", DictionaryObject()).get_object()
            assert isinstance(resources, DictionaryObject)
            in_the_way |= page_obstacles(page)
            if _take_fonts(resources, used):  # what reportlab writes and nobody needs
                resources.pop("/ProcSet", None)
                page.pop("/Trans", None)
            added = writer.add_page(page)
            _share_profiles(added.get("/Resources", DictionaryObject()).get_object(), profiles)
        release(writer, reader)


def _take_fonts(resources: DictionaryObject, used: Used) -> bool:
    """Takes the fonts of the text layer out of a page's resources, and leaves all others.

    Returns:
        Whether there were any.
    """
    fonts = resources.get("/Font", DictionaryObject()).get_object()
    assert isinstance(fonts, DictionaryObject)
    taken = [name for name, font in fonts.items() if _is_text_layer(name, font.get_object())]
    if not taken:
        return False
    rest = DictionaryObject(fonts)
    for name in taken:
        plane = int(name.removeprefix(f"/{RESOURCE_PREFIX}"))
        cmap = rest.pop(name).get_object()["/ToUnicode"].get_object().get_data()
        used.setdefault(plane, set()).update(code_points_of(plane, cmap))
    rest[TEXT_LAYER] = NullObject()
    resources[NameObject("/Font")] = rest
    return True


def _is_text_layer(name: str, font: object) -> bool:
    """Whether a font is that of a text layer of this program, by its names."""
    return (
        isinstance(font, DictionaryObject)
        and re.fullmatch(rf"/{RESOURCE_PREFIX}\d+", name) is not None
        and str(font.get("/BaseFont", "")).endswith(FONT_NAME)
    )


def _share_profiles(resources: object, profiles: dict[str, IndirectObject]) -> None:
    """Lets images with the same color profile refer to one copy of it."""
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
        shared = add_object(writer, fonts.clone(writer))
    for page in writer.pages:
        resources = page.get("/Resources", DictionaryObject()).get_object()
        fonts = resources.get("/Font", DictionaryObject()).get_object()
        if TEXT_LAYER not in fonts:
            continue
        del fonts[TEXT_LAYER]
        if fonts:  # a page that had others, too
            fonts.update(shared.get_object())
        else:
            resources[NameObject("/Font")] = shared


def _describe(
    writer: PdfWriter, metadata: Metadata, entries: Mapping[str, str], pdfa: bool
) -> None:
    """Writes the document information, the same as XMP, the language, and the viewer's title."""
    information = {
        ENTRY: OPEN,
        "/Title": metadata.title,
        "/Author": metadata.author,
        "/Subject": metadata.subject,
        "/Keywords": metadata.keywords,
        "/Producer": PROGRAM,
        **entries,
    }
    information = {key: printable(value) for key, value in information.items() if value}
    writer.metadata = information  # the first object: it outlives a file that is cut off
    writer.pdf_header = PDF_HEADER
    catalog = writer.root_object
    packet = metadata_stream(xmp(information, pdfa))
    catalog[NameObject("/Metadata")] = add_object(writer, packet)
    if metadata.language:
        catalog[NameObject("/Lang")] = TextStringObject(metadata.language)
    if metadata.title:
        preferences = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
        catalog[NameObject("/ViewerPreferences")] = preferences

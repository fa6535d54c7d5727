"""Stage 4: pages to one document, with one font, bookmarks, labels, metadata, PDF/A."""

from __future__ import annotations

import hashlib
import io
import os
import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle
from pypdf.generic import (
    BooleanObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    TextStringObject,
)

from .model.characters import printable
from .model.options import Metadata, OutputType
from .model.paths import PathLike
from .model.version import PRODUCER, PROGRAM
from .pdf.cmap import code_points_of
from .pdf.glyphless import FONT_NAME, RESOURCE_PREFIX, Used, font_pdf
from .pdf.pdfa import claim, metadata_stream, page_obstacles, xmp
from .pdf.pypdf_private import (
    add_object,
    forget_pages,
    object_count,
    places_in_file,
    release,
    set_identifier,
)
from .pdf.settled import SettledObjects, SharedFonts
from .pdf.shared_profiles import name_profiles, share_profiles
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
    all. Pages wait for its end on the disk, and the streams of those that are files in these, so
    that memory grows by less than 1 kB a page, whatever is on it.

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
    metadata = metadata or Metadata()
    identity = hashlib.sha256(repr((metadata, bookmarks, output_type)).encode())
    if isinstance(pages, bytes | str | os.PathLike):
        pages = (pages,)
    with output_file(Path(output)) as file, SettledObjects() as settled:
        document = _Document(settled)
        for each in pages:
            page = each if isinstance(each, bytes) else Path(each)
            data = page if isinstance(page, bytes) else page.read_bytes()
            identity.update(hashlib.sha256(data).digest())
            document.add(data, page if isinstance(page, Path) else None)
            if isinstance(page, Path):
                limit_mode(file.fileno(), common_mode([page]))
        document.make_fonts()
        document.label_pages()
        document.add_outline(bookmarks)
        pdfa = output_type != "pdf" and not document.in_the_way
        if pdfa:
            claim(document.writer)
        _describe(document.writer, metadata, entries or {}, pdfa)
        set_identifier(document.writer, identity.digest()[:IDENTIFIER_BYTES])
        document.writer.write(file)
        seal(file)
    return frozenset() if output_type == "pdf" else frozenset(document.in_the_way)


class _Document:
    """A document to which pages are added, whose objects settle at once.

    Args:
        settled: For them.

    Attributes:
        writer: Has what is known only at the end.
        in_the_way: What stands in the way of PDF/A, in words.
    """

    def __init__(self, settled: SettledObjects) -> None:
        self.writer = PdfWriter()
        self.in_the_way: set[str] = set()
        self._settled = settled
        self._used: Used = {}
        self._profiles: dict[str, IndirectObject] = {}
        self._pages = array("Q")  # the numbers of their objects

    def add(self, data: bytes, path: Path | None) -> None:
        """Adds the pages of a PDF, without the font of their text layer.

        Args:
            data: Its bytes.
            path: Its file, if it is in one that stays until the document is written.
        """
        first, writer = object_count(self.writer), self.writer
        with PdfReader(io.BytesIO(data)) as reader:
            information = reader.metadata
            if information is None or not (information.producer or "").startswith(PRODUCER):
                self.in_the_way.add("pages of other programs")
            pages = tuple(reader.pages)
            self.in_the_way.update(*map(page_obstacles, pages))
            for page in pages:
                resources = page.get("/Resources", DictionaryObject()).get_object()
                assert isinstance(resources, DictionaryObject)
                if _take_fonts(resources, self._used):  # what reportlab writes and nobody needs
                    resources.pop("/ProcSet", None)
                    page.pop("/Trans", None)
                name_profiles(resources, self._profiles)
                added = writer.add_page(page).get("/Resources", DictionaryObject()).get_object()
                assert isinstance(added, DictionaryObject)
                share_profiles(added, self._profiles)
                _leave_fonts_open(added)
            places = places_in_file(writer, reader)
            release(writer, reader)
        self._pages.extend(each.idnum for each in forget_pages(writer, len(self._pages)))
        self._settled.take(writer, range(first, object_count(writer)), path, data, places)

    def make_fonts(self) -> None:
        """Makes the one set of fonts of all pages, for the characters of all of them."""
        if not self._used:
            return
        with PdfReader(io.BytesIO(font_pdf(self._used))) as reader:
            resources = reader.pages[0]["/Resources"].get_object()
            assert isinstance(resources, DictionaryObject)
            fonts = resources["/Font"].get_object()
            assert isinstance(fonts, DictionaryObject)
            self._settled.fonts = add_object(self.writer, fonts.clone(self.writer))

    def label_pages(self) -> None:
        """Numbers the pages from 1."""
        if self._pages:
            last = len(self._pages) - 1
            self.writer.set_page_label(0, last, style=PageLabelStyle.DECIMAL, start=1)

    def add_outline(self, bookmarks: Sequence[Bookmark]) -> None:
        """Makes the outline; all but its last entry, which has none behind it, settle."""
        complete: list[int] = []
        for bookmark in bookmarks:
            action = object_count(self.writer)
            entry = self.writer.add_outline_item(
                title=bookmark.title,
                page_number=IndirectObject(self._pages[bookmark.page], 0, self.writer),
            )
            self._settled.take(self.writer, complete)
            complete = [action, entry.idnum - 1]


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


def _leave_fonts_open(resources: DictionaryObject) -> None:
    """Notes in a page that it has fonts that are still to be made."""
    fonts = resources.get("/Font", DictionaryObject()).get_object()
    if isinstance(fonts, DictionaryObject) and TEXT_LAYER in fonts:
        del fonts[TEXT_LAYER]
        resources[NameObject("/Font")] = SharedFonts(fonts)


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

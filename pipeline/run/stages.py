"""The stages one by one, from file to file: a page's text, a page's PDF, a PDF of pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..load.page import load_page
from ..load.scan import page_sources, scan_errors
from ..merge import Bookmark, merge_pages
from ..model.characters import printable
from ..model.errors import NoScansError, UsageError
from ..model.options import ImageOptions, LoadOptions, Metadata, OcrOptions
from ..model.page import PageSource
from ..model.paths import PathLike, Paths, as_paths, missing_remedy
from ..ocr.engine import EngineChoice
from ..ocr.registry import choose_engine
from ..pdf.inspection import page_count
from ..render import render_page
from ..store.corrections import check_is_untouched, load_text, write_text
from ..store.seal import sealed
from ..store.target import check_target, is_stream, output_file
from ..workers.job import PageJob
from ..workers.machine import share
from ..workers.page_text import read_page
from .outputs.standing import check_is_ours


def recognize_file(
    scan: PathLike,
    output: PathLike,
    load: LoadOptions,
    ocr: OcrOptions,
    engine: EngineChoice,
    *,
    page: int | None = None,
    force: bool = False,
) -> str:
    """Writes the text of one page as JSON.

    Args:
        scan: The file.
        output: Where the JSON goes.
        load: How the scan is opened.
        ocr: How it is recognized.
        engine: Who recognizes it.
        page: Which page of the scan, from 1; None for its only one.
        force: Overwrite a text that a person has corrected, and any other file.

    Returns:
        What is missing of a scan that is cut off, with its name; empty of one that is whole.

    Raises:
        OcrError: The scan cannot be decoded, or not recognized.
        OutputError: Something is in the place of `output`, or it cannot be written.
        UsageError: The scan has several pages and none is named, or not this one.
    """
    scan, output = Path(scan), Path(output)
    check_target(output, [scan])
    if not force and not is_stream(output):
        check_is_untouched(output)
    source = _source(scan, page)
    resolved = choose_engine(engine, ocr)
    resolved = replace(resolved, threads=share(resolved, jobs=1).threads)
    result = read_page(PageJob(source, load, engine=resolved))
    write_text(output, result.text, scans=[scan])
    return _remark(source, result.damage)


def render_file(
    scan: PathLike,
    text_file: PathLike | None,
    output: PathLike,
    load: LoadOptions,
    images: ImageOptions,
    *,
    page: int | None = None,
    force: bool = False,
) -> str:
    """Writes a PDF of one page from its scan and its text.

    Args:
        scan: The file.
        text_file: The page's text as JSON; None for a page without text.
        output: Where the PDF goes.
        load: How the scan is opened.
        images: How it stands in the PDF.
        page: Which page of the scan, from 1; None for its only one.
        force: Overwrite a PDF of another program.

    Returns:
        What is missing of a scan that is cut off, with its name; empty of one that is whole.

    Raises:
        CorrectionError: The text is none of a page.
        OutputError: Something is in the place of `output`, or it cannot be written.
        ScanError: The scan cannot be decoded.
        UsageError: There is no such text; or the scan has several pages and none is named, or
            not this one.
    """
    scan, output = Path(scan), Path(output)
    sources = [scan] if text_file is None else [scan, Path(text_file)]
    check_target(output, sources)
    if not force and not is_stream(output):
        check_is_ours(output)
    source = _source(scan, page)
    text = None
    if text_file is not None:
        try:
            text = load_text(Path(text_file)).text
        except FileNotFoundError:
            raise UsageError(
                f"{printable(str(text_file))}: no such file (make it with ocr);"
                f" {missing_remedy(Path(text_file))}"
            ) from None
    with load_page(source, load) as opened, scan_errors(source):
        decoded = opened.decoded()
        pdf = render_page(decoded, text, images)
    with output_file(output, sources) as file:
        file.write(sealed(pdf))
    return _remark(source, decoded.damage)


def merge_files(pages: Paths, output: PathLike, metadata: Metadata, *, force: bool = False) -> None:
    """Writes one PDF of several, with an outline of their names.

    Args:
        pages: The PDFs, one or several, in order.
        output: Where the PDF goes.
        metadata: What it says of itself.
        force: Overwrite a PDF of another program.

    Raises:
        NoScansError: One cannot be opened as a PDF.
        OutputError: Something is in the place of `output`, or it cannot be written.
    """
    pages, output = as_paths(pages), Path(output)
    check_target(output, pages)
    if not force and not is_stream(output):
        check_is_ours(output)
    bookmarks = []
    count = 0
    for path in pages:
        if not path.exists():
            raise NoScansError(f"{printable(str(path))}: no such file; {missing_remedy(path)}")
        bookmarks.append(Bookmark(printable(path.stem), count))
        count += page_count(path)
    merge_pages(pages, output, metadata, bookmarks)


def _source(scan: Path, page: int | None) -> PageSource:
    """The page that is meant.

    Raises:
        UsageError: The scan has several pages and none is named, or not this one.
    """
    sources = list(page_sources(scan))
    name = printable(str(scan))
    if page is None and len(sources) > 1:
        raise UsageError(f"{name} has {len(sources)} pages; choose one with --page")
    if page is not None and page > len(sources):
        raise UsageError(f"{name} has {len(sources)} pages, and no page {page}")
    return sources[(page or 1) - 1]


def _remark(source: PageSource, damage: str) -> str:
    return f"{source}: {damage}" if damage else ""

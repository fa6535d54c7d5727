from .engines.protocol import Engine
from .engines.status import EngineStatus
from .errors import (
    ClusterError,
    EngineError,
    LanguageError,
    NoScansError,
    OcrError,
    OutputError,
    RecognitionError,
    ScanError,
    ScanWarning,
    SearchablePdfError,
    UsageError,
)
from .find import find_documents
from .geometry import Baseline, Box
from .load import downscale, load_page, page_sources
from .merge import Bookmark, merge_pages
from .model import (
    Document,
    Line,
    PageImage,
    PageSource,
    PageText,
    Word,
)
from .ocr import recognize
from .options import (
    ClusterOptions,
    ConvertOptions,
    EngineOptions,
    ImageOptions,
    LoadOptions,
    Metadata,
    OcrOptions,
    StoreOptions,
)
from .outcomes import PageFailure, PageResult, PageStats
from .page import PageJob, process_page
from .render import render_page
from .report import Report
from .run import convert, convert_blocking
from .text import async_ocr, batch_ocr
from .version import __version__

__all__ = [
    "Baseline",
    "Bookmark",
    "Box",
    "ClusterError",
    "ClusterOptions",
    "ConvertOptions",
    "Document",
    "Engine",
    "EngineError",
    "EngineOptions",
    "EngineStatus",
    "ImageOptions",
    "LanguageError",
    "Line",
    "LoadOptions",
    "Metadata",
    "NoScansError",
    "OcrError",
    "OcrOptions",
    "OutputError",
    "PageFailure",
    "PageImage",
    "PageJob",
    "PageResult",
    "PageSource",
    "PageStats",
    "PageText",
    "RecognitionError",
    "Report",
    "ScanError",
    "ScanWarning",
    "SearchablePdfError",
    "StoreOptions",
    "UsageError",
    "Word",
    "__version__",
    "async_ocr",
    "batch_ocr",
    "convert",
    "convert_blocking",
    "downscale",
    "find_documents",
    "load_page",
    "merge_pages",
    "page_sources",
    "process_page",
    "recognize",
    "render_page",
]

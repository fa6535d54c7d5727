from .load.downscale import downscale
from .load.find import find_documents
from .load.page import load_page
from .load.scan import page_sources
from .merge import Bookmark, merge_pages
from .model.errors import (
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
from .model.events import (
    DocumentDone,
    EngineChosen,
    PageDone,
    PageFailed,
    PageStarted,
    PassedOver,
    Remark,
    RunPlanned,
)
from .model.geometry import Baseline, Box
from .model.options import (
    ClusterOptions,
    ConvertOptions,
    EngineOptions,
    ImageOptions,
    LoadOptions,
    Metadata,
    OcrOptions,
    StoreOptions,
)
from .model.outcomes import PageFailure, PageResult, PageStats
from .model.page import Document, PageImage, PageSource
from .model.text import Line, PageText, Word
from .model.version import __version__
from .ocr.engine import Engine, EngineStatus
from .ocr.recognize import recognize
from .render import render_page
from .run.convert import convert, convert_blocking
from .run.report import Report
from .run.texts import async_ocr, batch_ocr
from .workers.job import PageJob
from .workers.page import process_page

__all__ = [
    "Baseline",
    "Bookmark",
    "Box",
    "ClusterError",
    "ClusterOptions",
    "ConvertOptions",
    "Document",
    "DocumentDone",
    "Engine",
    "EngineChosen",
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
    "PageDone",
    "PageFailed",
    "PageFailure",
    "PageImage",
    "PageJob",
    "PageResult",
    "PageSource",
    "PageStarted",
    "PageStats",
    "PageText",
    "PassedOver",
    "RecognitionError",
    "Remark",
    "Report",
    "RunPlanned",
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

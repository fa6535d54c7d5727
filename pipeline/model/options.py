"""What a user can choose: one small frozen class for each stage, and `ConvertOptions` over them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Literal, Self

from platformdirs import user_cache_path

from .errors import UsageError
from .languages import parse_languages
from .paths import as_paths, hold_paths

DEFAULT_ENGINE = "auto"
"""Which engine that is, is settled at the start of a run (`ocr.registry.choose_engine`)."""
CACHE_VARIABLE = "SEARCHABLE_PDF_CACHE_DIR"
NO_HOME = Path(os.devnull, "searchable-pdf")
"""A folder that cannot be: nothing is kept."""
Workers = Literal["threads", "processes"]
OutputType = Literal["auto", "pdf", "pdfa"]
Existing = Literal["replace", "keep", "update", "force"]
Optimize = Literal["lossless", "lossy", "none"]


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How scans are opened.

    Attributes:
        image_dpi: Resolution of every scan, instead of what the files say.
        max_image_mpixels: Larger scans are refused, in millions of pixels. The default
            is that of OCRmyPDF (A2 at 600 dpi has 139), and keeps a file of a few bytes from
            filling the memory.
    """

    image_dpi: float | None = None
    max_image_mpixels: float = 250.0

    @property
    def cache_key(self) -> str:
        """All of it that changes the text of a page that can be opened."""
        return f"dpi={self.image_dpi}"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What a user can choose of one engine.

    This base class has no fields: it is for engines that leave nothing to choose. An engine with
    options has a subclass of its own, frozen and slotted too, whose fields all have defaults.
    """

    def __post_init__(self) -> None:
        hold_paths(self)

    @property
    def cache_key(self) -> str:
        """All of it that changes what is recognized, beside the data that the engine names."""
        return ""

    @property
    def fingerprint_parts(self) -> tuple[str, ...]:
        """What else makes another PDF of the same scans, beside `cache_key`."""
        return ()

    def with_paths(self, translate: Callable[[Path], Path]) -> Self:
        """The same options for another machine.

        Args:
            translate: Gives the place of a file or folder on that machine.

        Returns:
            A copy in which every field that holds a `Path` is translated.
        """
        values = {part.name: getattr(self, part.name) for part in fields(self)}
        paths = {name: value for name, value in values.items() if isinstance(value, Path)}
        return replace(self, **{name: translate(path) for name, path in paths.items()})


@dataclass(frozen=True, slots=True)
class OcrOptions:
    """How pages are recognized.

    Attributes:
        languages: ISO 639-2/3 codes, as a tuple or as `eng+swe`; empty for what the engine reads
            without being told.
        max_side_px: Longest side of the copy that is recognized; None for the engine's best.
        engines: Options of engines, at most one of each class. The engine that is used takes the
            one of its class, or its defaults where there is none.
    """

    languages: tuple[str, ...] = ()
    max_side_px: int | None = None
    engines: tuple[EngineOptions, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "languages", parse_languages(self.languages))
        classes = [type(options).__name__ for options in self.engines]
        if len(set(classes)) < len(classes):
            raise UsageError(f"options of one engine twice ({', '.join(classes)}); leave one out")

    @property
    def cache_key(self) -> str:
        """All of it that changes the text of a page.

        The options of all engines follow `areas=`, which was once the only one there was: texts
        that were stored then are still known.
        """
        languages = "+".join(self.languages)
        engines = " ".join(sorted(filter(None, (options.cache_key for options in self.engines))))
        return f"languages={languages} side={self.max_side_px} areas={engines}"


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """How scans stand in the PDF: with the pixels that they have, unless an option allows others.

    Attributes:
        optimize: `lossless`: packed anew where that makes them smaller and changes no pixel, nor
            a byte of a JPEG. `none`: as they are stored, wherever PDF can hold that. `lossy`: as
            `lossless`, and pictures in color and gray as JPEG or in 16 colors that look the same,
            where that makes them smaller by a tenth.
        rotate_pages: Show pages upright that the engine found upside down or sideways; without
            it, they stand as scanned.
        max_dpi: Pictures in color and gray with a higher resolution are brought down to this,
            in pixels per inch, where that makes them smaller by a tenth; None for no limit.
    """

    optimize: Optimize = "lossless"
    rotate_pages: bool = False
    max_dpi: float | None = None

    @property
    def changes_pixels(self) -> bool:
        """Whether the pixels of pictures may become others than those of the scans."""
        return self.optimize == "lossy" or self.max_dpi is not None

    @property
    def cache_key(self) -> str:
        """All of it that changes the page.

        `pdfa=False` stands there for an option that is no more: PDFs made with it are known by
        a fingerprint of these bytes. PDF/A is asked for by `ConvertOptions.output_type`.
        """
        rotate = " rotate" if self.rotate_pages else ""
        limit = f" max_dpi={self.max_dpi}" if self.max_dpi is not None else ""
        return f"optimize={self.optimize} pdfa=False{rotate}{limit}"


@dataclass(frozen=True, slots=True)
class Metadata:
    """The document information of a PDF; empty values are left out.

    Attributes:
        title: Default in `convert`: the name of the document.
        author: Who wrote the document.
        subject: What it is about.
        keywords: Separated by commas.
        language: Of the text, a tag as of BCP 47; default in `convert`: the first language that
            it is told to read.
    """

    title: str = ""
    author: str = ""
    subject: str = ""
    keywords: str = ""
    language: str = ""


def default_cache_folder() -> Path:
    """Where texts are kept: as the environment says, or in the cache folder of the user.

    `NO_HOME` where the user has none: containers run as numbers without an entry in passwd(5).
    """
    folder = os.environ.get(CACHE_VARIABLE)
    if folder:
        return Path(folder)
    try:
        return user_cache_path("searchable-pdf", appauthor=False)
    except (RuntimeError, KeyError):
        return NO_HOME


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """Where the texts of finished pages are kept, so that no page is recognized twice.

    Attributes:
        folder: Their folder.
        max_bytes: Of all together; beyond it, those used longest ago are dropped. A page
            of 200 words takes 4 to 9 kB, so that the default holds 200,000 of them and more.
    """

    folder: Path = field(default_factory=default_cache_folder)
    max_bytes: int = 2_000_000_000

    def __post_init__(self) -> None:
        hold_paths(self)


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """A Dask cluster on which pages are made.

    Attributes:
        address: Of its scheduler (`tcp://host:8786`, `tls://host:8786`), or `local:N` for N
            worker processes on this machine, which end with the run.
        cert: Certificate of this client, a PEM file; None for what Dask is configured to use.
        key: Its key.
        ca: Certificate of who signed those of the cluster.
        shared_roots: Folders that the workers see, too: where they are here, and there.
        ship_scans: Send the scans with the pages.
        wait_s: How long to wait for a scheduler or workers that are gone, in seconds; then they
            are gone for good.
    """

    address: str
    cert: Path | None = None
    key: Path | None = None
    ca: Path | None = None
    shared_roots: tuple[tuple[Path, Path], ...] = ()
    ship_scans: bool = False
    wait_s: float = 60.0

    def __post_init__(self) -> None:
        roots = tuple((Path(here), Path(there)) for here, there in self.shared_roots)
        object.__setattr__(self, "shared_roots", roots)
        hold_paths(self)


@dataclass(frozen=True, slots=True)
class ConvertOptions:
    """A whole conversion.

    Attributes:
        load: How scans are opened.
        ocr: How pages are recognized.
        images: How scans stand in the PDF.
        metadata: Title, author and so on of every PDF.
        per_file: Each file is a document, not each folder.
        existing: What to do where the PDF exists: `replace` it if this program made it and
            its scans or options have changed, `keep` it, `update` it if it is older than its
            scans, or `force`: make it anew in any case, and replace any.
        output_type: `auto`: PDF/A-2u where no picture must be converted for it; `pdfa`: such are
            converted (CMYK without a profile, a damaged profile); `pdf`: plain PDF.
        verify: Open each PDF again before it is put in its place, and compare.
        sidecar: Write the text beside the PDF, too.
        strict: Do not write a document with a failed page.
        placeholders: Write a document also where all its pages only say that they failed.
        accept_failed: Accept the pages that fail or are damaged: they are no fault of this run,
            nor of later ones, as long as the scan and what is wrong with it stay the same.
        jobs: Pages at a time; None for the cores, or fewer where memory is short.
        workers: Where pages are made: in threads, or in processes, which can crash, and be stopped
            after `timeout_s`.
        timeout_s: Longest time for one page in a process; None for no limit.
        sandbox: Where the system can, let processes write to their own folders only, and keep them
            from the network; not on a cluster.
        cluster: Where pages are made instead, on other machines; None for this one.
        store: Where texts are kept; None to keep none.
        text_dir: Folder for the text of each page as JSON; what a person corrects there is taken
            instead of recognizing, now and in every later run.
        corrections: Folder for them; None for `.searchable-pdf/corrections` beside the PDFs.
        retry: PDFs to make again because of their failed pages, and no others; None for all.
        prune: Remove the PDFs of this program in the output folder whose scans are gone.
        verbose: Let through what libraries and engines in worker processes print.
        details: Also tell of the pages of PDFs that stay as they are; their scans are hashed.
    """

    load: LoadOptions = field(default_factory=LoadOptions)
    ocr: OcrOptions = field(default_factory=OcrOptions)
    images: ImageOptions = field(default_factory=ImageOptions)
    metadata: Metadata = field(default_factory=Metadata)
    per_file: bool = False
    existing: Existing = "replace"
    output_type: OutputType = "auto"
    verify: bool = True
    sidecar: bool = False
    strict: bool = False
    placeholders: bool = False
    accept_failed: bool = False
    jobs: int | None = None
    workers: Workers = "threads"
    timeout_s: float | None = 300.0
    sandbox: bool = True
    cluster: ClusterOptions | None = None
    store: StoreOptions | None = field(default_factory=StoreOptions)
    text_dir: Path | None = None
    corrections: Path | None = None
    retry: frozenset[Path] | None = None
    prune: bool = False
    verbose: bool = False
    details: bool = False

    def __post_init__(self) -> None:
        if self.retry is not None:
            object.__setattr__(self, "retry", frozenset(as_paths(self.retry)))
        hold_paths(self)

"""A page of a scan before it is recognized, and the document that it is a page of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from PIL import Image

from .characters import printable
from .paths import as_paths, hold_paths
from .points import pixels, points


@dataclass(frozen=True, slots=True, order=True)
class PageSource:
    """Names one page: a file, and the frame in it (0 for the first).

    Attributes:
        path: The file, as users know it.
        frame: The page in it.
        offset: Where the frame begins in the file, in bytes, if that is known: then it need not be
            looked for; 0 where it is not.
        decoded_bytes: What its pixels take in memory, as its header says; 0 where that is not
            known.
        copy: A file with the same bytes, on a machine that does not see `path`; None where it
            does.
    """

    path: Path
    frame: int = 0
    copy: Path | None = field(default=None, compare=False)
    offset: int = field(default=0, compare=False)
    decoded_bytes: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        hold_paths(self)

    @property
    def file(self) -> Path:
        """The file to open: the copy where there is one."""
        return self.copy or self.path

    def __str__(self) -> str:
        name = printable(str(self.path))
        return f"{name} (frame {self.frame + 1})" if self.frame else name


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page of a scan, opened.

    Attributes:
        source: Which page.
        image: The opened frame; Pillow decodes its pixels when they are first used.
        orientation: EXIF or TIFF orientation, 1 to 8: how the stored pixels must be turned and
            mirrored to be shown.
        stored_size_px: Width and height as stored.
        dpi: Pixels per inch along the stored x and y.
        notes: What was guessed because the file does not tell, or what of it cannot be kept.
        damage: What is missing of the picture, in words; empty for nothing, as far as is known.
        missing: The share of it that is missing, 0 to 1.
        decode: Gives the page with its pixels decoded; None where there is nothing to be done.
    """

    source: PageSource
    image: Image.Image
    orientation: int
    stored_size_px: tuple[int, int]
    dpi: tuple[float, float]
    notes: tuple[str, ...] = ()
    damage: str = ""
    missing: float = 0.0
    decode: Callable[[PageImage], PageImage] | None = field(default=None, compare=False, repr=False)

    def decoded(self) -> PageImage:
        """This page, its scan looked through for damage, which takes as long as decoding it.

        Of a scan that is cut off, the picture is what can be decoded, on white, and `damage` says
        what is missing. A JPEG that is whole stays undecoded until its pixels are asked for.

        Raises:
            ScanError: Nothing of the picture can be decoded.
        """
        return self if self.decode is None else self.decode(self)

    @property
    def size_pt(self) -> tuple[float, float]:
        """Width and height of the page as shown, in points; each axis has its own resolution."""
        width, height = map(points, self.stored_size_px, self.dpi)
        return (height, width) if self.orientation >= 5 else (width, height)

    @property
    def square_size_px(self) -> tuple[int, int]:
        """Width and height as shown, with square pixels at the finer of the two resolutions."""
        finest = max(self.dpi)
        width, height = (pixels(side, finest) for side in self.size_pt)
        return max(1, round(width)), max(1, round(height))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.image.close()


@dataclass(frozen=True, slots=True)
class Document:
    """One PDF to be made.

    Attributes:
        name: What the document is called: its folder's or file's name.
        output: Where the PDF goes.
        scans: The files, in page order; a file may hold several pages.
        folders: The folders whose content it is; none where files were given by name.
        unseen: Files and folders that cannot be opened, or hold no scan (any more): there may have
            been pages of it in them.
    """

    name: str
    output: Path
    scans: tuple[Path, ...]
    folders: tuple[Path, ...] = ()
    unseen: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        hold_paths(self)
        for name in ("scans", "folders", "unseen"):
            object.__setattr__(self, name, as_paths(getattr(self, name)))

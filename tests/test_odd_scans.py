"""Odd scans look in the PDF as Pillow shows them: `make test-scans REAL_SCANS=path`."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageCms, ImageOps

from pipeline import PageJob, PageResult, PageSource, page_sources, process_page

ROOT = Path(os.environ.get("REAL_SCANS", ""), "odd")
FILES = [path for path in sorted(ROOT.rglob("*")) if path.is_file() and path.parent != ROOT]
ALLOWED_GRAY_LEVELS = 2

pytestmark = [
    pytest.mark.scans,
    pytest.mark.skipif(
        not os.environ.get("REAL_SCANS") or not ROOT.is_dir(), reason="REAL_SCANS names no folder"
    ),
]


def by_pillow(source: PageSource) -> Image.Image | None:
    """The page over white, upright, in sRGB; None where Pillow does not decode it."""
    try:
        with Image.open(source.path) as image:
            image.seek(source.frame)
            image.load()
            upright = image.copy()
            with suppress(OSError):  # of what stands after the pixels of a damaged PNG
                upright = ImageOps.exif_transpose(image)
            profile = image.info.get("icc_profile")
            if profile and upright.mode in ("L", "RGB", "CMYK"):
                with suppress(ImageCms.PyCMSError):  # it does not fit the pixels
                    upright = ImageCms.profileToProfile(
                        upright, ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                        ImageCms.createProfile("sRGB"), outputMode="RGB",
                    ) or upright  # fmt: skip
    except Exception:
        return None
    if upright.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(upright) >> 8).astype(np.uint8)).convert("RGB")
    rgba = upright.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")


def by_pdfium(pdf: bytes, size: tuple[int, int]) -> Image.Image:
    """The page at the scan's resolution."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    bitmap = pypdfium2.PdfBitmap.new_native(*size, pypdfium2.raw.FPDFBitmap_BGR)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, *size)
    pypdfium2.raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, *size, 0, 0)
    shown: Image.Image = bitmap.to_pil().convert("RGB")
    document.close()
    return shown


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
@pytest.mark.filterwarnings("ignore")
def test_the_page_is_what_pillow_shows(path: Path) -> None:
    for source in page_sources(path):
        expected = by_pillow(source)
        outcome = process_page(PageJob(source, engine="none"))
        if expected is None:
            assert not isinstance(outcome, PageResult) or outcome.damage
            continue
        assert isinstance(outcome, PageResult), outcome.message
        assert isinstance(outcome.pdf, bytes)
        shown = np.asarray(by_pdfium(outcome.pdf, expected.size)).astype(int)
        difference = np.abs(shown - np.asarray(expected)).mean()
        assert difference <= ALLOWED_GRAY_LEVELS

"""Compares the sizes of PDFs with those of img2pdf and OCRmyPDF: `make sizes REAL_SCANS=path`.

No text is read. OCRmyPDF is given the scans as a PDF that img2pdf makes; both refuse alpha, which
is laid on white for them. How alike a lossy page is: structural similarity and PSNR of what PDFium
shows at the scan's own pixels, in gray, mean over the pages.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image
from test_odd_scans import by_pdfium
from test_real_scans import IMAGES

from pipeline import PageSource, load_page
from pipeline.images.pixels import has_alpha, on_white, plain
from pipeline.images.similarity import ssim

SETS = (
    "funsd_forms_eng,sroie_receipts_eng,mltart_deu_fra,ehri_typed_multi,oldbooks_eng,unlv_doe_eng"
)
OURS = {
    "none": ["--optimize", "none"],
    "lossless": ["--optimize", "lossless"],
    "lossy": ["--optimize", "lossy"],
    "lossy, 150 dpi": ["--optimize", "lossy", "--image-max-dpi", "150"],
}
THEIRS = ("-O1", "-O2", "-O3")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path, help="folder of sets of scans")
    parser.add_argument("--sets", default=SETS)
    parser.add_argument("--every", type=int, default=1, help="only every n-th scan of a set")
    parser.add_argument("--peer", type=Path, help="folder of the commands ocrmypdf and img2pdf")
    given = parser.parse_args()
    for name in given.sets.split(","):
        scans = [path for path in sorted((given.root / name).iterdir()) if path.suffix in IMAGES]
        with tempfile.TemporaryDirectory() as folder:
            compare(name, scans[:: given.every], Path(folder), given.peer)


def compare(name: str, scans: list[Path], folder: Path, peer: Path | None) -> None:
    size = sum(path.stat().st_size for path in scans)
    print(f"\n{name}: {len(scans)} pages, {size / 1000:,.0f} kB")
    made = dict.fromkeys(OURS, folder)
    for way, options in OURS.items():
        made[way] = folder / f"{way}.pdf"
        run([sys.executable, "-m", "pipeline", "convert", *scans, "-o", made[way],
             "--engine", "none", "-q", *options])  # fmt: skip
    if peer is not None:
        made["img2pdf"] = folder / "img2pdf.pdf"
        run([peer / "img2pdf", "--output", made["img2pdf"], *(opaque(s, folder) for s in scans)])
        for level in THEIRS:
            made[f"OCRmyPDF {level}"] = pdf = folder / f"OCRmyPDF{level}.pdf"
            run([peer / "ocrmypdf", "--tesseract-timeout", 0, "--output-type", "pdf", "-q",
                 "-j", len(os.sched_getaffinity(0)), level, made["img2pdf"], pdf])  # fmt: skip
    for way, pdf in made.items():
        share = pdf.stat().st_size / size
        likeness, decibels = alike(scans, pdf)
        print(f"{way:15} {pdf.stat().st_size / 1000:8,.0f} kB  {share:5.3f} of the scans"
              f"  SSIM {likeness:.4f}  PSNR {decibels:.1f} dB")  # fmt: skip


def opaque(scan: Path, folder: Path) -> Path:
    with Image.open(scan) as image:
        if not has_alpha(image):
            return scan
        path = folder / f"{scan.stem}.png"
        on_white(image).save(path, dpi=image.info.get("dpi", (72, 72)))
    return path


def alike(scans: list[Path], pdf: Path) -> tuple[float, float]:
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for number, scan in enumerate(scans):
        with load_page(PageSource(scan)) as page:
            wanted = np.asarray(plain(page.image).convert("L"))
        single = single_page(document, number)
        shown = np.asarray(by_pdfium(single, wanted.shape[::-1]).convert("L"))
        error = np.mean((wanted.astype(float) - shown) ** 2)
        found.append((ssim(wanted[None], shown[None])[0], 10 * np.log10(255**2 / max(error, 0.01))))
    document.close()
    similarity, decibels = np.mean(found, axis=0)
    return float(similarity), float(decibels)


def single_page(document: pypdfium2.PdfDocument, number: int) -> bytes:
    one = pypdfium2.PdfDocument.new()
    one.import_pages(document, [number])
    buffer = io.BytesIO()
    one.save(buffer)
    one.close()
    return buffer.getvalue()


def run(command: list[object]) -> None:
    subprocess.run(list(map(str, command)), check=True)


if __name__ == "__main__":
    main()

"""Readers that are not ours: what poppler, pdfium, pypdf and mupdf find in a PDF."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
from pypdf import PdfReader

PACKAGES = {
    "pdftotext": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "pdfimages": "poppler-utils",
    "mutool": "mupdf-tools",
    "node": "nodejs",
}


@dataclass(frozen=True)
class Found:
    """A word and its box in points: origin top left, y down."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def need(command: str) -> str:
    """The command's path; skips the test where it is missing, or fails where it must not be."""
    path = shutil.which(command)
    if path:
        return path
    reason = f"{command} is missing: apt install {PACKAGES.get(command, command)}"
    if os.environ.get("REQUIRE_TOOLS"):
        pytest.fail(reason)
    pytest.skip(reason)


def run(command: str, *arguments: object) -> bytes:
    return subprocess.run(
        [need(command), *map(str, arguments)], capture_output=True, check=True
    ).stdout


def poppler_text(pdf: Path, page: int) -> str:
    return run("pdftotext", "-enc", "UTF-8", "-f", page + 1, "-l", page + 1, pdf, "-").decode()


def poppler_words(pdf: Path, page: int) -> list[Found]:
    written = run("pdftotext", "-bbox", "-f", page + 1, "-l", page + 1, pdf, "-").decode()
    pattern = (
        r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
    )
    return [
        Found(html.unescape(match[5]), *(float(match[index]) for index in range(1, 5)))
        for match in re.finditer(pattern, written)
    ]


def pdfium_text(pdf: Path, page: int) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        text: str = document[page].get_textpage().get_text_range()
    return text


def pypdf_text(pdf: Path, page: int) -> str:
    return PdfReader(pdf).pages[page].extract_text()


def mupdf_text(pdf: Path, page: int) -> str:
    return run("mutool", "draw", "-q", "-F", "text", pdf, page + 1).decode()


def pdfium_words(pdf: Path, page: int) -> list[Found]:
    """Runs of characters without a space, with the box around their characters."""
    with pypdfium2.PdfDocument(pdf) as document:
        height = document[page].get_height()
        text = document[page].get_textpage()
        words: list[Found] = []
        letters: list[tuple[str, tuple[float, float, float, float]]] = []
        for index in range(text.count_chars() + 1):
            letter = text.get_text_range(index, 1) if index < text.count_chars() else " "
            if letter.strip():
                letters.append((letter, text.get_charbox(index, loose=True)))
            elif letters:
                boxes = [box for _, box in letters]
                words.append(
                    Found(
                        "".join(each for each, _ in letters),
                        min(box[0] for box in boxes),
                        height - max(box[3] for box in boxes),
                        max(box[2] for box in boxes),
                        height - min(box[1] for box in boxes),
                    )
                )
                letters = []
        return words


READERS = {
    "poppler": (poppler_text, poppler_words),
    "pdfium": (pdfium_text, pdfium_words),
}


def page_sizes(pdf: Path) -> list[tuple[float, float]]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_size() for page in document]

"""Aspose.OCR without a license: 300 characters of a page, and a process that ends."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.command import Command
from support.engines import need_engine
from support.readers import page_sizes, pdfium_text, pdfium_words, poppler_text
from support.truth import PAGES, SCANS, bare_words, share_in_place

from pipeline.model.events import EngineChosen, Event, PageDone
from pipeline.ocr.engines.aspose.engine import BANNER

HARDWARE = SCANS / "receipts/hardware.jpg"


@pytest.fixture(scope="module")
def by_aspose(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """The letters, read by Aspose without a license, and what was said meanwhile."""
    need_engine("aspose")
    out = tmp_path_factory.mktemp("aspose")
    code = f"""
import asyncio, pickle, sys
from pipeline import convert
events = []
asyncio.run(convert(
    [{str(SCANS / "letters")!r}], {str(out)!r}, engine="aspose", notify=events.append
))
sys.stdout.buffer.write(pickle.dumps(events))
sys.stdout.flush()
"""
    # Java has a process of its own: it cannot be started twice, nor forgotten.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b"", "Java's warnings are kept off the terminal"
    import pickle

    return out / "letters.pdf", pickle.loads(done.stdout)


@pytest.mark.slow
def test_aspose_reads_its_three_hundred_characters(by_aspose: tuple[Path, list[Event]]) -> None:
    pdf, events = by_aspose
    for page in PAGES[:3]:
        for text in (pdfium_text(pdf, page.page), poppler_text(pdf, page.page)):
            found = bare_words(text)
            assert len(found) > 30
            assert BANNER not in text
            assert "****" not in text
            if page.name == "2":  # it reads the tilted page badly
                continue
            first = bare_words(" ".join(word["text"] for word in page.words))[: len(found)]
            assert len(set(first) & set(found)) >= 0.85 * len(set(first))
        if page.name == "2":
            continue
        places = pdfium_words(pdf, page.page)
        read = replace(page, lines=[page.words[: len(places)]])
        share, count = share_in_place(read, places, page_sizes(pdf)[page.page])
        assert count > 20
        assert share >= 0.97
    (chosen,) = [event for event in events if isinstance(event, EngineChosen)]
    assert len([note for note in chosen.notes if "300 characters a page" in note]) == 1
    pages = [event for event in events if isinstance(event, PageDone)]
    assert [page.truncated for page in pages] == [True] * 3


@pytest.mark.slow
def test_a_process_that_used_java_ends() -> None:
    need_engine("aspose")
    code = """
from concurrent.futures import ThreadPoolExecutor
from PIL import Image
from pipeline import recognize
page = Image.new("L", (200, 80), 255)
with ThreadPoolExecutor(2) as threads:  # they end before Java does
    found = threads.map(lambda _: recognize(page, "eng", "aspose"), "ab")
    print([each.word_count for each in found])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[0, 0]\n", "")


@pytest.mark.slow
def test_aspose_in_the_command(tmp_path: Path, command: Command) -> None:
    need_engine("aspose")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    done = command(
        "text", HARDWARE, HARDWARE, "--engine", "aspose", "-l", "eng",
        "--aspose-areas", "universal", env={"TMPDIR": str(temporary)},
    )  # fmt: skip
    assert done.returncode == 0
    assert "MILLER HARDWARE" in done.stdout
    assert BANNER not in done.stdout
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Aspose.OCR has no license" in done.stderr
    assert list(temporary.iterdir()) == [], "Java's temporary files go with it"


@pytest.mark.parametrize("how", ("option", "environment"))
def test_a_license_that_is_not_there(tmp_path: Path, command: Command, how: str) -> None:
    need_engine("aspose")
    path = tmp_path / "no.lic"
    option = ("--aspose-license", path) if how == "option" else ()
    done = command("text", HARDWARE, *option, env={"ASPOSE_OCR_LICENSE": str(path)})
    assert done.returncode == 4
    assert "no.lic is not there" in done.stderr


@pytest.mark.slow
def test_a_license_that_is_none(tmp_path: Path, command: Command) -> None:
    need_engine("aspose")
    (tmp_path / "bad.lic").write_text("<x/>")
    done = command("text", HARDWARE, "--aspose-license", tmp_path / "bad.lic")
    assert done.returncode == 4
    assert "bad.lic is not accepted" in done.stderr

"""What an engine changes of its process is put back: the page after it is made in the same one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.faults.misbehaving import (
    FIRST,
    WAYS,
    hear_signals,
    hide_files,
    limit_files,
    move_away,
    return_twice,
    speak_turkish,
)
from support.readers import pdfium_text
from support.survival import GOOD, arguments, environment, leftovers, page

pytestmark = pytest.mark.usefixtures("own_cache")

WIDTHS = [
    width
    for way in (move_away, hide_files, hear_signals, speak_turkish, return_twice, limit_files)
    for width in (FIRST + WAYS.index(way), GOOD)
]


@pytest.mark.slow
def test_the_next_page_finds_what_was_there(tmp_path: Path) -> None:
    for number, width in enumerate(WIDTHS):
        page(tmp_path / f"in/{number}.png", width, 100 + number)
    done = subprocess.run(
        arguments("convert", "in", "-o", "out", "--engine", "misbehaving", "-j", 1),
        env=environment(), cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    # A limit that only root can lift costs the page, and its process.
    assert done.returncode in (0, 10), done.stderr
    for number, width in enumerate(WIDTHS):
        seen = pdfium_text(tmp_path / "out/in.pdf", number).strip()
        limited = width == FIRST + WAYS.index(limit_files)
        assert seen == f"seen{100 + number}" or (limited and not seen)
    assert leftovers(tmp_path / "out") == []


USERS_OWN = """
import multiprocessing, os
from PIL import Image
from pipeline import PageText, recognize

class Closing:
    name = "closing"
    def recognize(self, image, languages=()):
        os.closerange(3, 1000)
        return PageText(image.width, image.height)

def child():
    recognize(Image.new("L", (50, 50)), engine=Closing())
    os._exit(7)

process = multiprocessing.get_context("fork").Process(target=child)
process.start()
process.join()
print(process.exitcode)
"""


def test_a_process_of_the_users_own_is_not_ended() -> None:
    """Its surroundings cannot be put back, but it may be at more than this page."""
    done = subprocess.run([sys.executable, "-c", USERS_OWN], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("7\n", "")

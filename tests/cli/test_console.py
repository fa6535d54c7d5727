"""What a person sees of a run, on stderr."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image
from support.command import Command


def test_quiet_and_verbose(folder: Path, tmp_path: Path, command: Command) -> None:
    assert command("convert", folder, "-o", tmp_path, "-q").stderr == ""
    said = command("convert", folder, "-o", tmp_path, "-v", "--force").stderr
    assert "1.jpg: the file gives 72 dpi on a page-sized image: shown at" in said
    assert re.search(r"1\.jpg: \d+ words", said)


def test_what_is_larger_is_explained(tmp_path: Path, command: Command) -> None:
    noise = Image.effect_noise((700, 700), 90)
    noise.save(tmp_path / "noise.webp", quality=10)
    done = command("convert", "--engine", "none", tmp_path / "noise.webp", "-o", tmp_path)
    assert re.search(r"noise\.pdf: [\d.]+ times the size of its scans.*\.webp", done.stderr)

"""The inputs are looked through once, before anything is written."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from pipeline import ConvertOptions
from pipeline.run.plan import plan

COUNTED = """
import json, sys
from pathlib import Path

log = Path(sys.argv.pop(1)).open("a", buffering=1)  # the command may end without a flush
FOLDERS = {"os.listdir", "os.scandir"}

def note(event, arguments):
    if event in FOLDERS or event == "open":
        log.write(json.dumps([event in FOLDERS, str(arguments[0])]) + "\\n")

sys.addaudithook(note)
from pipeline.cli.entry import main
main()
"""
"""The command, which notes each folder that it lists and each file that it opens."""


def box(folder: Path) -> Path:
    for name in ("1.png", "sub/2.png", "sub/deep/3.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (30, 40), 255).save(folder / name, dpi=(72, 72))
    (folder / "notes").write_text("no image, and no ending that says so")
    return folder


@pytest.mark.parametrize("more", ((), ("--dry-run",), ("-j", "9")), ids=("convert", "dry", "jobs"))
def test_a_folder_is_listed_once(tmp_path: Path, more: tuple[str, ...]) -> None:
    folder = box(tmp_path / "box")
    log = tmp_path / "log"
    arguments = ("convert", folder, "-o", tmp_path / "out", "--engine", "none", "--no-cache")
    subprocess.run([sys.executable, "-c", COUNTED, *map(str, (log, *arguments, *more))], check=True)
    seen = [json.loads(row) for row in log.read_text().splitlines()]
    listed = Counter(path for is_folder, path in seen if is_folder and str(folder) in path)
    assert listed == {str(folder / name): 1 for name in ("", "sub", "sub/deep")}
    opened = [path for is_folder, path in seen if not is_folder and path.startswith(str(folder))]
    assert opened.count(str(folder / "notes")) == 1


def test_a_plan_gives_what_was_found_as_often_as_it_is_asked(tmp_path: Path) -> None:
    folder = box(tmp_path / "box")
    with plan([folder], tmp_path / "out", ConvertOptions()) as planned:
        assert (planned.documents, planned.scans, planned.passed_over) == (3, 3, 1)
        for path in folder.rglob("*.png"):
            path.unlink()
        documents = list(planned)
        assert list(planned) == documents
    assert [(document.name, document.scans, document.folders) for document in documents] == [
        ("box", (folder / "1.png",), (folder,)),
        ("sub", (folder / "sub/2.png",), (folder / "sub",)),
        ("deep", (folder / "sub/deep/3.png",), (folder / "sub/deep",)),
    ]
    assert documents[2].output == tmp_path / "out/sub/deep.pdf"

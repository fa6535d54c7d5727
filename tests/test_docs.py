"""What the README and the pages in docs/ show is run as it stands, and what they link to is there.

Each fenced block of `sh` is run as a reader would run it: all blocks of a page one after the other,
in one folder of scans. Each block of `python` is run by itself, and prints what is said here. A
block of `make` is a Makefile whose targets are named before it. A block that cannot be run has the
reason before it: `<!-- not run: why -->`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))
}
FENCE = re.compile(
    r"(?:^<!-- (?P<remark>[^\n]*?) -->\n)?^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.M | re.S
)
HARDWARE = "fixtures/scans/receipts/hardware.jpg"
PRINTED = {
    "=== OCR RESULT ===": "=== OCR RESULT ===\nMILLER HARDWARE\n",
    "--- Result for": "--- Result for no/such/doc2.tif ---\n\n",
    "except EngineError": "this scan: no/such/scan.png: there is no such file; check the path",
    "fra+eng": "élève de l'école royale",
    "max_side_px=1500": "(1061, 1500)\nProtokoll från hyresgästföreningens årsmöte",
    "convert_blocking": "0 ['bakery.pdf', 'hardware.pdf']\n",
    "page_sources": "message.tif (frame 3) ",
    'async_ocr("fixtures/scans/letters/1.png"': "Harbour & Lane Book Restorers\n",
}
"""What stands in a python example and in no other one, and a part of what it prints."""
SERVICE = "FastAPI"
LEFT = {
    "README.md": ("pdfs/letters.pdf", "book.pdf"),
    "docs/batches.md": ("pdfs/letters.pdf", "run.json", "texts", "letter.json", "all.pdf"),
    "docs/command.md": ("pdfs/letters.pdf", "book.pdf", "letter.json", "letter.pdf", "all.pdf"),
    "docs/document.md": ("pdfs/letters.pdf",),
    "docs/engines.md": ("pdfs/letters.pdf",),
    "docs/images.md": ("pdfs/letters.pdf", "small/letters.pdf", "smaller/letters.pdf"),
}
"""The pages with blocks of `sh` that are run, and what lies in the folder after them."""


@dataclass(frozen=True)
class Block:
    """A fenced block, and the comment before it."""

    page: str
    line: int
    language: str
    code: str
    remark: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def is_run(self) -> bool:
        return not self.remark.startswith("not run: ")


def blocks_of(page: str) -> Iterator[Block]:
    text = PAGES[page]
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start("code"))
        yield Block(page, line, match["language"], match["code"], match["remark"] or "")


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
PYTHON = [b for b in BLOCKS if b.language == "python" and b.is_run and b.remark != "engine"]
SHELL = [block for block in BLOCKS if block.language == "sh" and block.is_run]


def python_block(mark: str) -> Block:
    (block,) = [block for block in PYTHON if mark in block.code]
    return block


def run_python(code: str, folder: Path) -> str:
    (folder / "fixtures").symlink_to(ROOT / "fixtures")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder_of_scans(tmp_path: Path) -> Path:
    """A folder with what the examples name, where the command reads with the engine `none`.

    Which engine reads does not matter to what the shell examples show, and `none` is quick.
    """
    folder = tmp_path / "reader"
    for name in (
        "letter.png", "cover.png", "page1.png", "page2.png", "doc1.tif", "doc2.tif",
        "scans/letters/1.png", "scans/letters/2.png", "scans/1987/may/1.tif",
        "chapter1/1.png", "chapter2/1.png",
    ):  # fmt: skip
        scan = folder / name
        scan.parent.mkdir(parents=True, exist_ok=True)
        Image.linear_gradient("L").save(scan, dpi=(100, 100))
    program = tmp_path / "bin/searchable-pdf"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        'case "$1" in convert | text) set -- "$@" --jobs 1 ;; esac\n'
        'case "$1" in convert | text | ocr) set -- "$@" --engine none ;; esac\n'
        f'"{sys.executable}" -m pipeline "$@"\n'
        # `check` answers no (1), as `none` has read nothing.
        'code=$?; if [ "$1" = check ] && [ $code = 1 ]; then code=0; fi; exit $code\n'
    )
    program.chmod(0o755)
    return folder


def run_in(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    path = f"{folder.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("page", LEFT)
def test_shell_examples_run(folder_of_scans: Path, page: str) -> None:
    for block in SHELL:
        if block.page == page:
            done = run_in(folder_of_scans, "bash", "-euo", "pipefail", "-c", block.code)
            assert done.returncode == 0, f"{block}: {done.stderr}"
    for name in LEFT[page]:
        left = folder_of_scans / name
        assert left.exists(), f"{page}: nothing makes {name}"
        if left.suffix == ".pdf":
            with pypdfium2.PdfDocument(left) as pdf:
                assert len(pdf) >= 1


def test_no_shell_example_is_left_out() -> None:
    assert {block.page for block in SHELL} == set(LEFT)
    for block in BLOCKS:
        assert block.language in ("sh", "python", "make", "toml"), f"{block}: which language?"
        if not block.is_run:
            assert len(block.remark.removeprefix("not run: ")) > 5, f"{block}: why is it not run?"


@pytest.mark.slow
def test_the_makefile_of_ones_own_makes_its_targets(folder_of_scans: Path) -> None:
    (block,) = [block for block in BLOCKS if block.language == "make"]
    targets = re.fullmatch(r"make: (.*)", block.remark)
    assert targets, f"{block}: <!-- make: targets --> is missing"
    (folder_of_scans / "Makefile").write_text(re.sub(r"^( +)", "\t", block.code, flags=re.M))
    done = run_in(folder_of_scans, "make", *targets[1].split())
    assert done.returncode == 0, done.stderr
    with pypdfium2.PdfDocument(folder_of_scans / "book.pdf") as pdf:
        assert len(pdf) == 2
    assert (folder_of_scans / "pdfs/1987/may.pdf").exists()
    for page in ("page1", "page2"):
        assert (folder_of_scans / f"{page}.json").exists(), "make has deleted what may be corrected"


@pytest.mark.slow
@pytest.mark.parametrize("mark", PRINTED)
def test_python_examples_print_what_they_should(mark: str, tmp_path: Path) -> None:
    assert PRINTED[mark] in run_python(python_block(mark).code, tmp_path)


@pytest.mark.slow
def test_the_web_service_answers(tmp_path: Path) -> None:
    code = python_block(SERVICE).code
    code += f"""
from fastapi.testclient import TestClient
client = TestClient(app)
scan = Path("{HARDWARE}").read_bytes()
print(client.post("/ocr", content=scan, params={{"language": "eng"}}).json()["text"])
answer = client.post("/ocr", content=b"garbage")
print(answer.status_code, answer.json())
"""
    shown = run_python(code.replace("import tempfile", "import tempfile, warnings\n"
        "warnings.simplefilter('ignore')"), tmp_path)  # fmt: skip
    assert "MILLER HARDWARE" in shown
    assert "422 {'detail': '/scan: this is not an image" in shown


def test_no_python_example_is_left_out() -> None:
    marks = (*PRINTED, SERVICE)
    assert sorted(map(str, PYTHON)) == sorted(str(python_block(mark)) for mark in marks)


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    made: set[str] = set()
    for title in re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.M):
        bare = re.sub(r"[^\w\- ]", "", unicodedata.normalize("NFC", title).lower())
        made.add(bare.strip().replace(" ", "-"))
    return made


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = FENCE.sub("", PAGES[page])
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://", target):
            continue
        name, _, anchor = target.partition("#")
        path = (ROOT / page).parent / name if name else ROOT / page
        assert path.is_file(), f"{page}: {target} is not there"
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), f"{page}: no {target}"


def test_the_readme_is_short_and_leads_to_every_page() -> None:
    text = PAGES["README.md"]
    assert text.count("\n") < 250
    for page in PAGES:
        assert page == "README.md" or f"]({page})" in text, page
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert len(pictures) == 2
    for picture in pictures:
        assert (ROOT / picture).stat().st_size < 300_000, picture


def test_every_module_is_in_the_table_of_modules() -> None:
    table = PAGES["docs/architecture.md"].partition("<!-- modules -->")[2]
    rooms = dict(re.findall(r"^\| \*\*(\w+)/\*\* \| \|\n((?:\| `.*\n)*)", table, re.M))
    for path in sorted((ROOT / "pipeline").glob("*/*")):
        if path.stem.startswith("__") or path.suffix not in ("", ".py"):
            continue
        name = f"{path.name}/" if path.is_dir() else path.stem
        assert f"`{name}`" in rooms[path.parent.name], f"docs/architecture.md: {path}"
    for room, rows in rooms.items():
        first_cells = "".join(row.split("|")[1] for row in rows.splitlines())
        for name in re.findall(r"`([\w/]+)`", first_cells):
            path = ROOT / "pipeline" / room / name
            assert path.is_dir() or path.with_suffix(".py").is_file(), f"{room}/{name} is gone"


def test_tests_that_the_pages_name_are_there() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    for page, text in PAGES.items():
        for name in re.findall(r"`(test_\w+)`", text):
            assert re.search(rf"^def {name}\(", tests, re.M), f"{page}: {name} is no test"
        for name in re.findall(r"`((?:tests|pipeline)/[\w/.]+)`", text):
            assert (ROOT / name).exists(), f"{page}: {name} is not there"


@pytest.mark.parametrize("code", (0, 10))
def test_make_run_says_what_it_does_and_what_comes_next(tmp_path: Path, code: int) -> None:
    """What takes its time is announced before; at the end it is said where the PDFs are."""
    (tmp_path / "bin").mkdir()
    for name, said, ending in (("pip", "pip works", 0), ("searchable-pdf", "pages", code)):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\necho {said} >&2\nexit {ending}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    done = subprocess.run(
        ["make", "--silent", "run", f"VENV={tmp_path}", "OUT=there"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode == 0) == (code == 0)
    assert done.stdout == ""
    installing, pip, pages, *then = done.stderr.splitlines()
    assert installing.startswith(f"Installing into {tmp_path}, once: 550 MB")
    assert (pip, pages) == ("pip works", "pages")
    if code == 0:
        assert then[0].startswith("The PDFs: there.")
        assert then[1].strip() == f"{tmp_path}/bin/searchable-pdf convert SCANS -o PDFS"


def test_every_target_of_the_makefile_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    for target in phony[1].split():
        assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE), target

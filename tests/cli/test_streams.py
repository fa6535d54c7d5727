"""`-` for stdin and stdout: what comes out, what is refused, and what is left behind."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader
from support.readers import page_sizes
from support.survival import GOOD, hear_ctrl_c, page
from support.truth import HARDWARE

PROGRAM = (sys.executable, "-m", "pipeline")
CONVERT = ("convert", "--engine", "none")


@pytest.fixture
def temp(tmp_path: Path) -> Path:
    """The folder of temporary files of the command."""
    (tmp_path / "temp").mkdir()
    return tmp_path / "temp"


def run(
    temp: Path, *given: object, stdin: bytes | int | None = None, **settings: object
) -> subprocess.CompletedProcess[bytes]:
    """The command with bytes, or a descriptor, for stdin."""
    source = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin}
    out = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | settings
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        [*PROGRAM, *map(str, given)],
        env={**os.environ, "TMPDIR": str(temp), "COLUMNS": "100"},
        **source, **out,
    )  # type: ignore[call-overload]  # fmt: skip
    assert list(temp.iterdir()) == [], "nothing is left"
    return done


def title(pdf: Path) -> str | None:
    information = PdfReader(pdf).metadata
    return information.title if information else None


@contextmanager
def terminal() -> Iterator[int]:
    """The descriptor of a terminal."""
    ours, theirs = pty.openpty()
    try:
        yield theirs
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_scan_from_stdin_is_a_pdf_on_stdout(temp: Path, tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    given = ("-", "-o", "-", "-v", "--report", report)
    done = run(temp, *CONVERT, *given, stdin=HARDWARE.read_bytes())
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"%PDF-")
    assert done.stdout.rstrip().endswith(b"%%EOF")
    (tmp_path / "got.pdf").write_bytes(done.stdout)
    assert len(page_sizes(tmp_path / "got.pdf")) == 1
    assert b"1 PDF: stdout" in done.stderr
    assert b"told apart" not in done.stderr
    found = json.loads(report.read_text())
    assert (found["run"]["inputs"], found["run"]["output"]) == (["stdin"], "stdout")
    assert str(temp).encode() not in done.stderr


def test_all_frames_come_from_stdin_and_the_pdf_has_the_name_it_is_given(
    temp: Path, tmp_path: Path
) -> None:
    first = Image.new("1", (400, 500), 1)
    first.save(tmp_path / "two.tif", save_all=True, append_images=[first])
    done = run(temp, *CONVERT, "-", "-o", tmp_path / "X.pdf",
               stdin=(tmp_path / "two.tif").read_bytes())  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == b""
    assert len(page_sizes(tmp_path / "X.pdf")) == 2
    assert title(tmp_path / "X.pdf") == "X"


@pytest.mark.slow
def test_the_same_scan_from_stdin_is_not_converted_twice(temp: Path, tmp_path: Path) -> None:
    convert = (*CONVERT, "-", "-o", tmp_path / "X.pdf")
    run(temp, *convert, stdin=HARDWARE.read_bytes())
    done = run(temp, *convert, stdin=HARDWARE.read_bytes())
    assert b"1 skipped (nothing to do)" in done.stderr


def test_files_and_folders_to_stdout(temp: Path, tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    page(tmp_path / "box/1.png", GOOD)
    page(tmp_path / "box/2.png", GOOD)
    done = run(temp, *CONVERT, tmp_path / "box", "-o", "-")
    (tmp_path / "got.pdf").write_bytes(done.stdout)
    assert len(page_sizes(tmp_path / "got.pdf")) == 2
    assert title(tmp_path / "got.pdf") == "box"


@pytest.mark.slow
def test_stdin_among_others(temp: Path, tmp_path: Path) -> None:
    page(tmp_path / "1.png", GOOD)
    given = (tmp_path / "1.png", "-", tmp_path / "1.png")
    done = run(temp, *CONVERT, *given, "-o", "-", stdin=HARDWARE.read_bytes())
    (tmp_path / "got.pdf").write_bytes(done.stdout)
    assert len(page_sizes(tmp_path / "got.pdf")) == 3


def test_a_pipe_is_written_to_as_stdout_is(temp: Path, tmp_path: Path) -> None:
    done = run(temp, *CONVERT, HARDWARE, "-o", "/dev/stdout")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"%PDF-")


def test_what_is_no_scan_gives_no_pdf(temp: Path) -> None:
    done = run(temp, *CONVERT, "-", "-o", "-", stdin=b"nothing of an image")
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"stdin: this is not an image" in done.stderr
    assert b"stdout: not written, as its only page cannot be shown" in done.stderr
    assert str(temp).encode() not in done.stderr


@pytest.mark.slow
def test_a_page_that_fails_among_others(temp: Path, tmp_path: Path) -> None:
    page(tmp_path / "1.png", GOOD)
    done = run(temp, *CONVERT, tmp_path / "1.png", "-", "-o", "-", stdin=b"nothing of an image")
    assert done.returncode == 10
    assert done.stdout.startswith(b"%PDF-")
    strict = run(temp, *CONVERT, tmp_path / "1.png", "-", "-o", "-", "--strict", stdin=b"nothing")
    assert (strict.returncode, strict.stdout) == (3, b"")


@pytest.mark.slow
def test_placeholders_where_they_are_asked_for(temp: Path) -> None:
    wanted = run(temp, *CONVERT, "-", "-o", "-", "--placeholders", stdin=b"nothing of an image")
    assert wanted.returncode == 10
    assert wanted.stdout.startswith(b"%PDF-")


def test_empty_stdin(temp: Path) -> None:
    done = run(temp, *CONVERT, "-", "-o", "-", stdin=b"")
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr == b"stdin: nothing came from it; see what the program before it says\n"


@pytest.mark.parametrize("command", (CONVERT, ("merge",)))
def test_no_pdf_is_shown_on_a_terminal(temp: Path, command: tuple[str, ...]) -> None:
    with terminal() as stdout:
        done = run(temp, *command, HARDWARE, "-o", "-", stdout=stdout)
    assert done.returncode == 2
    assert b"stdout is a terminal, which cannot show a PDF; write it to a file" in done.stderr


@pytest.mark.parametrize("command", (("text", "-"),))
def test_nobody_types_a_scan(temp: Path, command: tuple[str, ...]) -> None:
    with terminal() as stdin:
        done = run(temp, *command, stdin=stdin)
    assert done.returncode == 2
    assert b"stdin (-) is a terminal; give a scan to it" in done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    (
        (("-", "-o", "out"), "name its PDF with -o X.pdf"),
        (("-", "-o", "-", "--sidecar"), "--sidecar"),
        (("-", "-o", "-", "--accept-failed"), "--accept-failed is remembered with the PDF"),
        pytest.param(
            ("-", "-", "-o", "-"), "stdin (-) can be taken once only", marks=[pytest.mark.slow]
        ),
        pytest.param(("-", "-o", "-", "--dry-run"), "--dry-run", marks=[pytest.mark.slow]),
        pytest.param(
            ("-", "-o", "-", "--report", "/dev/stdout"), "--report", marks=[pytest.mark.slow]
        ),
    ),
)
def test_what_has_no_meaning(temp: Path, given: tuple[str, ...], said: str) -> None:
    done = run(temp, *CONVERT, *given, stdin=HARDWARE.read_bytes(), cwd=temp.parent)
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()
    assert sorted(temp.parent.iterdir()) == [temp]


def test_a_scan_is_no_output(temp: Path, tmp_path: Path) -> None:
    scan = page(tmp_path / "1.png", GOOD)
    before = scan.read_bytes()
    with scan.open("ab") as appending:
        done = run(temp, *CONVERT, scan, "-o", "-", stdout=appending)
    assert done.returncode == 5
    assert b"1.png: is input and stdout at once" in done.stderr
    assert scan.read_bytes() == before


def test_a_reader_that_goes_away(temp: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as stdout:
        done = run(temp, *CONVERT, HARDWARE, "-o", "-", stdout=stdout)
    assert done.returncode == 5
    assert done.stderr.startswith(b"stdout: the PDF is not complete (Broken pipe)")
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("sent", "code"),
    ((signal.SIGTERM, 143), pytest.param(signal.SIGKILL, -9, marks=[pytest.mark.slow])),
)
def test_nothing_is_left_of_stdin(temp: Path, sent: signal.Signals, code: int) -> None:
    """After an interruption at once, after a kill by the next run."""
    with subprocess.Popen(
        [*PROGRAM, *CONVERT, "-", "-o", "-"], bufsize=0, stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=hear_ctrl_c,
        env={**os.environ, "TMPDIR": str(temp)},
    ) as running:  # fmt: skip
        assert running.stdin is not None
        # More than a pipe holds: when all is written, it is being copied.
        running.stdin.write(bytes(1_000_000))
        assert list(temp.iterdir()) != []
        running.send_signal(sent)
        assert running.wait() == code
    if sent == signal.SIGKILL:
        assert list(temp.iterdir()) != []
        assert run(temp, *CONVERT, "-", "-o", "-", stdin=HARDWARE.read_bytes()).returncode == 0
    assert list(temp.iterdir()) == []


@pytest.mark.slow
def test_text_and_its_json(temp: Path) -> None:
    scan = HARDWARE.read_bytes()
    assert run(temp, "text", "--engine", "none", "-", stdin=scan).returncode == 0
    failed = run(temp, "text", "--engine", "none", "-", stdin=b"nothing of an image")
    assert failed.returncode == 3
    assert failed.stderr.startswith(b"stdin: this is not an image")
    read = run(temp, "ocr", "--engine", "none", "-", "-o", "-", stdin=scan)
    assert json.loads(read.stdout)["engine"] == "none"


@pytest.mark.slow
def test_render_and_merge(temp: Path, tmp_path: Path) -> None:
    scan = HARDWARE.read_bytes()
    read = run(temp, "ocr", "--engine", "none", HARDWARE, "-o", "-")
    (tmp_path / "page.json").write_bytes(read.stdout)
    made = run(temp, "render", "-", tmp_path / "page.json", "-o", "-", stdin=scan)
    assert made.stdout.startswith(b"%PDF-"), made.stderr
    (tmp_path / "page.pdf").write_bytes(made.stdout)
    joined = run(temp, "merge", tmp_path / "page.pdf", tmp_path / "page.pdf", "-o", "-")
    (tmp_path / "two.pdf").write_bytes(joined.stdout)
    assert len(page_sizes(tmp_path / "two.pdf")) == 2


@pytest.mark.slow
def test_a_file_called_so(temp: Path, tmp_path: Path) -> None:
    page(tmp_path / "1.png", GOOD).rename(tmp_path / "-")
    done = run(temp, *CONVERT, "./-", "-o", "./-.pdf", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(page_sizes(tmp_path / "-.pdf")) == 1

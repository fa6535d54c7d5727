"""Outputs at places where something else is: foreign files, inputs, pipes, devices, links."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.command import Command, one_line
from support.survival import GOOD, page

from pipeline.model.errors import OutputError
from pipeline.store.target import check_target, output_file

NEEDS_PIPES = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
LIMIT_S = 60
"""A command that waits for a pipe is stopped, so that its test fails and does not hang."""


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    return page(tmp_path / "in/1.png", GOOD)


@pytest.mark.parametrize("name", ("notes.txt", "in/1.png", "other.pdf", "other.json"))
def test_a_report_takes_the_place_of_reports_only(
    name: str, scan: Path, tmp_path: Path, command: Command
) -> None:
    place = tmp_path / name
    if not place.exists():
        place.write_text('{"version": 1, "mine": "kept"}')
    before = place.read_bytes()
    done = command("convert", scan.parent, "-o", tmp_path / "out", "--engine", "none",
                   "--no-cache", "--report", place, "--force")  # fmt: skip
    assert done.returncode == 5
    assert f"{place} exists and is no report of this program" in one_line(done.stderr)
    assert place.read_bytes() == before
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_report_takes_the_place_of_an_earlier_one_or_of_nothing(
    scan: Path, tmp_path: Path, command: Command
) -> None:
    report, link = tmp_path / "r.json", tmp_path / "link.json"
    report.touch()  # as mktemp does
    link.symlink_to(report)
    for place in (report, report, link):
        done = command("convert", scan.parent, "-o", tmp_path / "out", "--engine", "none",
                       "--no-cache", "--report", place, "--force")  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert json.loads(report.read_text("utf-8"))["exit_code"] == 0
    assert link.is_symlink()


@pytest.mark.parametrize(
    ("report", "options"),
    (
        ("out/in.pdf", ()),
        ("out/IN.PDF", ()),
        ("sub/../out/in.pdf", ()),
        ("link/in.pdf", ()),
        ("out/in.txt", ("--sidecar",)),
        ("texts/in/1.png.json", ("--text-dir", "texts")),
    ),
)
def test_two_outputs_with_one_path(
    report: str, options: tuple[str, ...], scan: Path, tmp_path: Path, command: Command
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "out")
    done = command("convert", "in", "-o", "out", "--engine", "none", "--no-cache",
                   "--report", report, *options, cwd=tmp_path)  # fmt: skip
    assert done.returncode == 2
    assert "would be one file; give one of them another name" in one_line(done.stderr)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [scan]


@pytest.mark.slow
@pytest.mark.parametrize("by", ("name", "link", "hard link"))
def test_an_input_of_a_stage_is_no_output(
    by: str, scan: Path, tmp_path: Path, command: Command
) -> None:
    text, pdf = tmp_path / "1.json", tmp_path / "1.pdf"
    assert command("ocr", scan, "-o", text, "--engine", "none").returncode == 0
    assert command("render", scan, text, "-o", pdf).returncode == 0
    for first, arguments in (
        (scan, ("ocr", scan, "--engine", "none")),
        (scan, ("render", scan, text)),
        (text, ("render", scan, text)),
        (pdf, ("merge", pdf, pdf)),
    ):
        place = first if by == "name" else tmp_path / "place"
        if place != first:
            place.unlink(missing_ok=True)
        if by == "link":
            place.symlink_to(first)
        elif by == "hard link":
            place.hardlink_to(first)
        before = first.read_bytes()
        done = command(*arguments, "-o", place, "--force")
        assert done.returncode == 5
        assert "is the input" in one_line(done.stderr)
        assert first.read_bytes() == before


@pytest.mark.slow
@NEEDS_PIPES
def test_what_is_no_file_is_written_to(scan: Path, tmp_path: Path, command: Command) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    text, pdf = tmp_path / "1.json", tmp_path / "1.pdf"
    assert command("ocr", scan, "-o", text, "--engine", "none").returncode == 0
    assert command("render", scan, "-o", pdf).returncode == 0
    report = ("convert", scan, "-o", tmp_path / "out", "--engine", "none", "--no-cache", "--report")
    for arguments, expected in (
        (("ocr", scan, "--engine", "none", "-o"), text.read_bytes()),
        (("render", scan, "-o"), pdf.read_bytes()),
        (("merge", pdf, "-o"), b"%PDF-"),
        (report, b'{"version": 2, '),
    ):
        got: list[bytes] = []
        # Opened for both ways, so that neither side waits for the other.
        keep = os.open(pipe, os.O_RDWR)
        reader = threading.Thread(target=lambda into=got: into.append(pipe.read_bytes()))
        reader.start()
        done = command(*arguments, pipe, timeout=LIMIT_S)
        os.close(keep)
        reader.join()
        assert done.returncode == 0, done.stderr
        assert got[0].startswith(expected)
        assert stat.S_ISFIFO(pipe.stat().st_mode)


@NEEDS_PIPES
def test_standard_output_by_its_name(scan: Path, tmp_path: Path, command: Command) -> None:
    """Also as the command is often used: `ocr scan.png -o /dev/stdout | jq`, and `>> file`."""
    text = tmp_path / "1.json"
    assert command("ocr", scan, "-o", text, "--engine", "none").returncode == 0
    again = ("ocr", scan, "--engine", "none", "-o", "/dev/stdout")
    assert command(*again, timeout=LIMIT_S).stdout == text.read_text("utf-8")
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("ab") as file:
        done = subprocess.run([sys.executable, "-m", "pipeline", *map(str, again)], stdout=file)
    assert done.returncode == 0
    assert log.read_text("utf-8") == "before\n" + text.read_text("utf-8")


@NEEDS_PIPES
def test_a_pipe_that_nobody_reads_is_refused(scan: Path, tmp_path: Path, command: Command) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = command("ocr", scan, "--engine", "none", "-o", pipe, timeout=LIMIT_S)
    assert done.returncode == 5
    assert "nobody reads this pipe" in one_line(done.stderr)


@pytest.mark.slow
@NEEDS_PIPES
def test_no_pdf_or_text_takes_the_place_of_a_pipe(
    scan: Path, tmp_path: Path, command: Command
) -> None:
    for name in ("out/in.pdf", "out/in.txt"):
        place = tmp_path / name
        place.parent.mkdir(exist_ok=True)
        os.mkfifo(place)
        done = command("convert", scan.parent, "-o", tmp_path / "out", "--engine", "none",
                       "--no-cache", "--sidecar", "--force", timeout=LIMIT_S)  # fmt: skip
        assert done.returncode == 5
        assert f"{place}: is a device, a pipe or a socket, not a file" in done.stderr
        assert stat.S_ISFIFO(place.stat().st_mode)
        place.unlink()
    place = tmp_path / "texts/in/1.png.json"
    place.parent.mkdir(parents=True)
    os.mkfifo(place)
    done = command("convert", scan.parent, "-o", tmp_path / "out", "--engine", "none",
                   "--no-cache", "--text-dir", tmp_path / "texts", timeout=LIMIT_S)  # fmt: skip
    assert done.returncode == 10
    assert stat.S_ISFIFO(place.stat().st_mode)


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="there is no /dev/null here")
def test_a_device_gets_the_bytes(tmp_path: Path) -> None:
    link = tmp_path / "nowhere"
    link.symlink_to("/dev/null")
    for place in (Path("/dev/null"), link):
        with output_file(place) as file:
            file.write(b"x" * 100_000)
    assert Path("/dev/null").is_char_device()
    assert link.is_symlink()


def test_a_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder, not a file"):
        check_target(tmp_path)

"""The commands that need no module of their own, and the list of all."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.command import Command, one_line
from support.truth import HARDWARE

from pipeline.cli.main import cli
from pipeline.model.version import __version__


def test_version(command: Command) -> None:
    assert command("--version").stdout == f"searchable-pdf, version {__version__}\n"


def test_every_command_is_listed_with_a_line() -> None:
    shown = CliRunner().invoke(cli, ["--help"], terminal_width=80).output
    listed = re.findall(r"^  ([a-z]+) +[A-Z].*\.$", shown, re.MULTILINE)
    assert listed == ["convert", "text", "check", "engines", "cache", "ocr", "render", "merge"]


def test_check_names_what_is_no_pdf(command: Command) -> None:
    done = command("check", HARDWARE)
    assert done.returncode == 3
    assert "hardware.jpg: cannot be read as a PDF" in one_line(done.stderr)


def test_engines_as_json() -> None:
    engines = json.loads(CliRunner().invoke(cli, ["engines", "--json"]).output)
    names = {engine["name"]: engine for engine in engines}
    assert names["none"]["available"]
    assert "eng" in names["rapid"]["languages"]


@pytest.mark.slow
def test_the_store_of_texts(tmp_path: Path, command: Command) -> None:
    folder = tmp_path / "kept"
    page = ("convert", HARDWARE, "-o", tmp_path / "out", "--cache-dir", folder)
    assert command(*page).returncode == 0
    runner = CliRunner()
    shown = runner.invoke(cli, ["cache", "--cache-dir", str(folder)]).output
    assert shown.startswith(f"{folder}: 1 pages, ")
    done = runner.invoke(cli, ["cache", "--cache-dir", str(folder), "prune", "--max-size", "0"])
    assert re.match(r"1 pages dropped, .*; 0 left, 0 B$", done.output)
    wrong = command("cache", "prune", "--max-size", "much")
    assert wrong.returncode == 2
    assert "'much' is no size; write it like 500MB or 2GB" in one_line(wrong.stderr)

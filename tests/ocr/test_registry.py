"""Which engines there are, which one is taken, and an engine of somebody else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from support.command import Command
from support.engines import need_engine
from support.readers import pdfium_text
from support.truth import SCANS

from pipeline import EngineError, LanguageError, OcrOptions
from pipeline.model.errors import UnknownLanguageError
from pipeline.ocr.engines.rapid.engine import REVISION
from pipeline.ocr.install import install_elsewhere, install_extra
from pipeline.ocr.registry import choose_engine, how_to_install

HARDWARE = SCANS / "receipts/hardware.jpg"
HELP = "--help"


def test_auto_takes_rapid_where_it_can(tmp_path: Path) -> None:
    assert choose_engine("auto", OcrOptions()).engine == "rapid"
    assert choose_engine("auto", OcrOptions(("eng", "jpn"))).engine == "rapid"


@pytest.mark.slow
def test_auto_takes_tesseract_where_it_must(command: Command) -> None:
    need_engine("tesseract", "rus", "eng")
    chosen = choose_engine("auto", OcrOptions(("rus", "eng")))
    assert chosen.engine == "tesseract"
    assert chosen.notes == ("engine rapid does not read Russian (rus): tesseract does it",)
    done = command("text", "-l", "eng+rus", HARDWARE)
    assert done.returncode == 0
    assert done.stderr.splitlines() == list(chosen.notes)


def test_a_language_that_nobody_reads(command: Command) -> None:
    done = command("text", "-l", "chr", HARDWARE)
    assert done.returncode == 4
    missing = "its data is there: apt" if find_spec("tesserocr") else "tesserocr and its data are"
    assert f"Cherokee (chr); Tesseract can, once {missing}" in done.stderr
    assert "apt install tesseract-ocr-chr" in done.stderr


def test_the_engines_that_are_there(command: Command) -> None:
    shown = json.loads(command("engines", "--json").stdout)
    assert [each["name"] for each in shown[:4]] == ["rapid", "tesseract", "aspose", "none"]
    assert set(shown[0]) == {
        "name", "available", "reason", "remedy", "version", "license", "languages", "warning",
    }  # fmt: skip
    assert shown[0]["available"] and "swe" in shown[0]["languages"]
    for each in shown:
        assert each["available"] or (each["reason"] and each["remedy"])
    table = command("engines").stdout
    for name in ("rapid", "tesseract", "aspose", "none", "license: none"):
        assert name in table


def test_engines_that_are_not_installed_say_how_to_get_them() -> None:
    code = """
import sys
sys.modules["tesserocr"] = None
import importlib.metadata
real = importlib.metadata.version
def version(name):
    if name.startswith("aspose"):
        raise importlib.metadata.PackageNotFoundError(name)
    return real(name)
importlib.metadata.version = version
sys.argv = ["searchable-pdf", "engines", "--json"]
from pipeline.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    by_name = {each["name"]: each for each in json.loads(done.stdout)}
    assert by_name["tesseract"]["reason"] == "tesserocr is not installed"
    assert by_name["tesseract"]["remedy"] == install_extra("tesseract")
    assert not by_name["tesseract"]["available"]
    assert not by_name["aspose"]["available"]
    if sys.version_info < (3, 12):
        assert by_name["aspose"]["remedy"] == install_extra("aspose")
    else:
        assert "needs Python below 3.12" in by_name["aspose"]["reason"]


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment with the engine of docs/engines.md, in a package of its own."""
    folder = tmp_path_factory.mktemp("blocks")
    page = (Path(__file__).parents[2] / "docs/engines.md").read_text(encoding="utf-8")
    pattern = r"<!-- engine -->\n```(?:python|toml)\n(.*?)```"
    engine, project = re.findall(pattern, page, re.DOTALL)
    (folder / "package").mkdir()
    (folder / "package/blocks_engine.py").write_text(engine)
    (folder / "package/pyproject.toml").write_text(project)
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation",
         "--disable-pip-version-check", "--target", folder / "site", folder / "package"],
        check=True, capture_output=True,
    )  # fmt: skip
    return {"PYTHONPATH": str(folder / "site")}


@pytest.mark.slow
def test_an_engine_of_others(tmp_path: Path, command: Command, blocks: dict[str, str]) -> None:
    convert = ("convert", HARDWARE, "-o", tmp_path, "--engine", "blocks", "--sidecar")
    done = command(*convert, env=blocks)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "hardware.txt").read_text(encoding="utf-8").split() == ["█"] * 39
    assert "█" in pdfium_text(tmp_path / "hardware.pdf", 0)
    shown = json.loads(command("engines", "--json", env=blocks).stdout)
    (status,) = [each for each in shown if each["name"] == "blocks"]
    assert (status["available"], status["version"], status["languages"]) == (True, "1.0", ["eng"])


@pytest.mark.slow
def test_an_option_of_an_engine_of_others(
    tmp_path: Path, command: Command, blocks: dict[str, str], own_cache: None
) -> None:
    convert = ("convert", HARDWARE, "-o", tmp_path, "--engine", "blocks", "--sidecar")
    texts, skipped = [], []
    for option in ((), ("--blocks-sign", "░"), ("--blocks-sign", "░"), ()):
        done = command(*convert, *option, env=blocks)
        assert done.returncode == 0, done.stderr
        texts.append(set((tmp_path / "hardware.txt").read_text(encoding="utf-8").split()))
        skipped.append("skipped" in done.stderr)
    assert texts == [{"█"}, {"░"}, {"░"}, {"█"}], "each sign is a text of its own"
    assert skipped == [False, False, True, False], "and a PDF of its own"
    for name in ("convert", "text", "ocr", "engines"):
        every_option = HELP if name == "engines" else f"{HELP}-all"
        assert "--blocks-sign SIGN" in command(name, every_option, env=blocks).stdout, name
        assert "--blocks-sign" not in command(name, every_option).stdout


def test_an_engine_that_cannot_be_imported_stops_no_other(tmp_path: Path, command: Command) -> None:
    package = tmp_path / "broken-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[pipeline.engines]\nbroken = broken:Engine\n")
    environment = {"PYTHONPATH": str(tmp_path)}
    assert command("convert", HELP, env=environment).returncode == 0
    shown = json.loads(command("engines", "--json", env=environment).stdout)
    assert shown[-1]["name"] == "broken"
    assert "No module named 'broken'" in shown[-1]["reason"]
    assert next(each["name"] for each in shown if each["available"]) == "rapid"
    done = command("text", HARDWARE, "--engine", "broken", env=environment)
    assert done.returncode == 4
    assert "engine broken cannot be loaded" in done.stderr


def test_identities_are_those_of_before() -> None:
    """Texts in stores of earlier versions are known by them."""
    packages = f"{version('rapidocr')} on OpenVINO {version('openvino')}"
    rapid = choose_engine("rapid", OcrOptions())
    assert rapid.identity == f"rapid {packages}   {REVISION}"
    assert choose_engine("none", OcrOptions()).identity == ""


def test_an_engine_says_how_it_is_installed_elsewhere() -> None:
    assert re.fullmatch(
        r"pip install 'rapidocr==[\d.]+' 'openvino==[\d.]+'", how_to_install("rapid")
    )
    assert how_to_install("none") == install_elsewhere()


@pytest.mark.parametrize(
    ("written", "said"),
    (
        ("deu,eng", r"the code 'deu,eng'; did you mean -l deu\+eng\?"),
        (("de", "eng"), r"the code 'de'; did you mean -l deu\+eng\?"),
        ("xyz", r"the code 'xyz'; codes are those of ISO 639-2/3"),
    ),
)
def test_a_language_that_nobody_knows(written: Any, said: str) -> None:
    """Also for the engine that takes any language."""
    with pytest.raises(UnknownLanguageError, match=said) as raised:
        choose_engine("none", OcrOptions(written))
    assert raised.value.exit_code == 2


def test_an_engine_that_is_named_is_never_replaced() -> None:
    with pytest.raises(LanguageError, match=r"engine rapid does not read Russian \(rus\); "):
        choose_engine("rapid", OcrOptions(("rus",)))
    with pytest.raises(EngineError, match="no engine is called nobody; there are: auto, rapid, "):
        choose_engine("nobody", OcrOptions())

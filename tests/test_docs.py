"""What the README shows is run as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from pipeline.model.exit_code import ExitCode

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"(?<!<!-- engine -->\n)```python\n(.*?)```", README, re.DOTALL)
HARDWARE = "fixtures/scans/receipts/hardware.jpg"
SHOWN = {
    "=== OCR RESULT ===": "=== OCR RESULT ===\nMILLER HARDWARE\n",
    "--- Result for": "--- Result for no/such/doc2.tif ---\n\n",
    "except EngineError": "this scan: no/such/scan.png: there is no such file; check the path",
    "fra+eng": "élève de l'école royale",
    "max_side_px=1500": "(1061, 1500)\nProtokoll från hyresgästföreningens årsmöte",
    "ConvertOptions": "0 ['bakery.pdf', 'hardware.pdf']\n",
    "page_sources": "message.tif (frame 3) ",
}
"""What stands in an example, and a part of what it prints."""


def run_example(code: str, folder: Path) -> str:
    (folder / "fixtures").symlink_to(ROOT / "fixtures")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("mark", SHOWN)
def test_examples_run(mark: str, tmp_path: Path) -> None:
    (code,) = [each for each in EXAMPLES if mark in each]
    assert SHOWN[mark] in run_example(code, tmp_path)


def test_the_web_service_runs(tmp_path: Path) -> None:
    (code,) = [each for each in EXAMPLES if "FastAPI" in each]
    code += f"""
from fastapi.testclient import TestClient
client = TestClient(app)
scan = Path("{HARDWARE}").read_bytes()
print(client.post("/ocr", content=scan, params={{"language": "eng"}}).json()["text"])
answer = client.post("/ocr", content=b"garbage")
print(answer.status_code, answer.json())
"""
    shown = run_example(code.replace("import tempfile", "import tempfile, warnings\n"
        "warnings.simplefilter('ignore')"), tmp_path)  # fmt: skip
    assert "MILLER HARDWARE" in shown
    assert "422 {'detail': '/scan: this is not an image" in shown


def test_no_example_is_left_out() -> None:
    assert len(EXAMPLES) == len(SHOWN) + 1


def test_every_option_and_exit_code_is_in_the_readme() -> None:
    from pipeline.cli.main import cli

    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert any(
                    name in README for name in (*parameter.opts, *parameter.secondary_opts)
                ), parameter.name
    paragraph = re.search(r"^\*\*Exit codes\.\*\* (.*?)\n\n", README, re.MULTILINE | re.DOTALL)
    assert paragraph
    listed = re.findall(r"(?:^|· )(\d+) [a-z]", paragraph[1].replace("\n", " "))
    assert [int(code) for code in listed] == list(ExitCode)


def test_every_target_of_the_makefile_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    for target in phony[1].split():
        assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE), target

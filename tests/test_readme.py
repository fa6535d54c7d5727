"""What the README shows is run as it stands."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_run(number: int, tmp_path: Path) -> None:
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    code = EXAMPLES[number]
    functions = [each for each in ast.parse(code).body if isinstance(each, ast.AsyncFunctionDef)]
    if functions:  # an example for a loop that runs already
        argument = "fixtures/scans/receipts/hardware.jpg"
        code += f"\nimport asyncio\nprint(asyncio.run({functions[0].name}('{argument}')))\n"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown = {
        0: "=== OCR RESULT ===\nMILLER HARDWARE\n",
        1: "--- Result for no/such/doc2.tif ---\n\n",
        2: "{'text': 'MILLER HARDWARE\\n",
        3: "0 ['bakery.pdf', 'hardware.pdf']\n",
        4: "message.tif (frame 3) ",
    }[number]
    assert shown in done.stdout


def test_every_option_and_exit_code_is_in_the_readme() -> None:
    from pipeline.cli import cli

    for command in cli.commands.values():
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert any(f"{name}" in README for name in parameter.opts), parameter.name
    for code in (0, 2, 3, 4, 5, 10, 130):
        assert re.search(rf"\b{code} \w", README)


def test_every_target_of_the_makefile_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    for target in phony[1].split():
        assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE), target

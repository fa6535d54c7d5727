"""Rooms on six floors: where code and tests lie, and that each module can be imported by itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE, TESTS = ROOT / "pipeline", ROOT / "tests"
AT_THE_TOP = {"__init__.py", "__init__.pyi", "__main__.py", "render.py", "merge.py"}
MOST_LINES, MOST_FILES = 300, 16
NO_ROOMS = {"support", "bench", "tools"}
"""Folders beside the tests of the rooms: what tests share, benchmarks, tools to measure with."""

MODULES = sorted(path.relative_to(ROOT) for path in PACKAGE.rglob("*.py"))
FOLDERS = sorted(
    path.relative_to(ROOT)
    for top in (PACKAGE, TESTS)
    for path in (top, *top.rglob("*"))
    if path.is_dir() and not {"__pycache__", "node_modules"} & set(path.parts)
)
ROOM_TESTS = sorted(
    path.relative_to(TESTS)
    for path in TESTS.glob("*/**/test_*.py")
    if path.relative_to(TESTS).parts[0] not in NO_ROOMS
)


def test_code_lies_in_rooms() -> None:
    assert {path.name for path in PACKAGE.iterdir() if path.suffix in (".py", ".pyi")} == AT_THE_TOP


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_is_short(module: Path) -> None:
    lines = (ROOT / module).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MOST_LINES, f"{module} has {len(lines)} lines: it holds two ideas"


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_a_folder_is_small(folder: Path) -> None:
    files = [path.name for path in (ROOT / folder).iterdir() if path.is_file()]
    assert len(files) <= MOST_FILES, sorted(files)


@pytest.mark.parametrize("test", ROOM_TESTS, ids=str)
def test_tests_mirror_the_rooms(test: Path) -> None:
    module = PACKAGE / test.parent / f"{test.stem.removeprefix('test_')}.py"
    package = module.with_suffix("") / "__init__.py"
    assert module.is_file() or package.is_file(), (
        f"tests/{test} tests no module of its room: one of the whole program lies in tests/"
    )


def test_each_module_can_be_imported_by_itself() -> None:
    """No import is hidden in a circle that another module has broken before.

    What an extra brings (Dask, an engine) may be missing.
    """
    names = [
        ".".join(module.with_suffix("").parts)
        for module in MODULES
        if module.stem not in ("__init__", "__main__")
    ]
    code = """
import importlib, sys
failed = False
for name in sys.argv[1:]:
    for known in [each for each in sys.modules if each.partition(".")[0] == "pipeline"]:
        del sys.modules[known]
    try:
        importlib.import_module(name)
    except Exception as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing and missing.partition(".")[0] != "pipeline":
            continue
        failed = True
        print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
sys.exit(failed)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, *names], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr


ENGINES = re.compile("rapid(?!fuzz)|tess(eract|data|erocr)|aspose", re.IGNORECASE)
DEFAULT = ("pipeline/ocr/registry.py", "rapid")
"""Where the default engine is named."""
NAMES = ("id", "attr", "arg", "name", "module")
"""Where the nodes of a syntax tree have their names."""


def in_code(module: Path) -> list[str]:
    """The names and strings of a module; not its comments and docstrings."""
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    prose = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    nodes = [node for node in ast.walk(tree) if id(node) not in prose]
    strings = [node.value for node in nodes if isinstance(node, ast.Constant)]
    names = [getattr(node, name, None) for node in nodes for name in NAMES]
    return [word for word in (*strings, *names) if isinstance(word, str)]


def test_no_engine_is_named_outside_its_place_but_the_default() -> None:
    named = [
        (module.as_posix(), word)
        for module in MODULES
        if not module.is_relative_to("pipeline/ocr/engines")
        for word in in_code(module)
        if ENGINES.search(word)
    ]
    assert named == [DEFAULT]

"""Which modules of the program use private parts of a library, and which parts."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TypeGuard

PIPELINE = Path(__file__).parents[2] / "pipeline"
REF_ONLY = "__RefOnly__"
"""Of reportlab; by its look a name of Python."""


def private_parts(library: str) -> dict[str, set[str]]:
    """For each module that imports the library, the private attributes that it uses of others."""
    found: dict[str, set[str]] = {}
    for path in PIPELINE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(_imports(node, library) for node in ast.walk(tree)):
            parts = {node.attr for node in ast.walk(tree) if _is_private(node)}
            found[path.relative_to(PIPELINE).as_posix()] = parts
    return found


def _imports(node: ast.AST, library: str) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] == library and not node.level
    return isinstance(node, ast.Import) and any(
        name.name.split(".")[0] == library for name in node.names
    )


def _is_private(node: ast.AST) -> TypeGuard[ast.Attribute]:
    return (
        isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and (not node.attr.endswith("__") or node.attr == REF_ONLY)
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
    )

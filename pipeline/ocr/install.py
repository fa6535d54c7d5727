"""The commands that install what is missing, as this program itself was installed.

How that was, pip notes in `direct_url.json` (PEP 610): from a folder, a repository, a file. Where
it came from an index, there is no such note.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution, requires
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from ..model.version import PRODUCER, __version__


def install_extra(extra: str) -> str:
    """The command that installs an extra of this program here.

    Where the place that it came from is not known, or gone, the command names what the extra
    consists of.
    """
    origin = _origin()
    folder = _folder(origin)
    if folder is not None and folder.is_dir():
        place = "." if folder == _here() else str(folder)
        editable = "-e " if origin.get("dir_info", {}).get("editable") else ""
        return f"{_pip()} {editable}{shlex.quote(f'{place}[{extra}]')}"
    source = _repository(origin)
    if source:
        return f"{_pip()} {shlex.quote(f'{PRODUCER}[{extra}] @ {source}')}"
    return f"{_pip()} {' '.join(map(shlex.quote, _parts_of(extra)))}"


def install_elsewhere(extra: str = "") -> str:
    """How this version of the program gets onto another machine, with an extra."""
    origin = _origin()
    extras = f"[{extra}]" if extra else ""
    folder = _folder(origin)
    if folder is not None:
        return f"pip install {shlex.quote(f'.{extras}')} in a copy of {folder}"
    source = _repository(origin)
    if source:
        return f"pip install {shlex.quote(f'{PRODUCER}{extras} @ {source}')}"
    return f"pip install {shlex.quote(f'{PRODUCER}{extras}=={__version__}')}"


def _origin() -> dict[str, Any]:
    with suppress(PackageNotFoundError, ValueError, OSError):
        origin = json.loads(distribution(PRODUCER).read_text("direct_url.json") or "{}")
        if isinstance(origin, dict) and isinstance(origin.get("url"), str):
            return origin
    return {}


def _folder(origin: dict[str, Any]) -> Path | None:
    """The folder that it was installed from; None where that is none of this machine."""
    url = urlsplit(origin.get("url", ""))
    return Path(url2pathname(url.path)) if url.scheme == "file" and "dir_info" in origin else None


def _repository(origin: dict[str, Any]) -> str:
    """What pip takes for the repository, or the file on another machine; empty for neither."""
    url = origin.get("url", "")
    version = origin.get("vcs_info", {})
    if version:
        return f"{version.get('vcs')}+{url}@{version.get('commit_id')}"
    return url if "archive_info" in origin and not url.startswith("file:") else ""


def _parts_of(extra: str) -> list[str]:
    """What pip installs for an extra."""
    parts = []
    with suppress(PackageNotFoundError):
        for requirement in requires(PRODUCER) or []:
            part, _, marker = requirement.partition(";")
            if re.search(rf"extra\s*==\s*['\"]{re.escape(extra)}['\"]", marker):
                parts.append(part.strip())
    return parts or [f"{PRODUCER}[{extra}]"]


def _pip() -> str:
    """`pip install` of this Python: the one in the search path may be that of another."""
    own = Path(sys.executable)
    if find_spec("pip") is None:  # as in the environments of uv
        return f"uv pip install --python {shlex.quote(str(own))}"
    found = shutil.which("pip")
    if found and Path(found).parent == own.parent:
        return "pip install"
    return f"{shlex.quote(str(own))} -m pip install"


def _here() -> Path | None:
    with suppress(OSError):
        return Path.cwd()
    return None

"""The commands that install what is missing: they fit how this program was installed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.version import __version__
from pipeline.ocr.install import install_elsewhere, install_extra

METADATA = f"""Metadata-Version: 2.4
Name: searchable-pdf
Version: {__version__}
Requires-Dist: click>=8.1
Provides-Extra: tesseract
Requires-Dist: tesserocr<3,>=2.8; extra == "tesseract"
Provides-Extra: cluster
Requires-Dist: distributed>=2026.1; extra == "cluster"
"""
GIT = {"url": "https://example.org/a.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}
ARCHIVE = {"url": "https://example.org/a-1.tar.gz", "archive_info": {}}
WHEEL = {"url": "file:///a.whl", "archive_info": {}}


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, origin: dict[str, Any] | None) -> None:
    """As if pip had installed the program from there."""
    information = folder / f"searchable_pdf-{__version__}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(METADATA)
    if origin is not None:
        (information / "direct_url.json").write_text(json.dumps(origin))
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.mark.parametrize(("editable", "option"), ((True, "-e "), (False, "")))
def test_from_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, editable: bool, option: str
) -> None:
    clone = tmp_path / "a clone"
    clone.mkdir()
    origin = {"url": clone.as_uri(), "dir_info": {"editable": editable} if editable else {}}
    installed(tmp_path, monkeypatch, origin)
    pip = f"{sys.executable} -m pip install"
    assert install_extra("tesseract") == f"{pip} {option}'{clone}[tesseract]'"
    assert install_elsewhere("cluster") == (f"pip install '.[cluster]' in a copy of {clone}")
    monkeypatch.chdir(clone)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert install_extra("tesseract") == f"pip install {option}'.[tesseract]'"


@pytest.mark.parametrize(
    ("origin", "here", "elsewhere"),
    (
        (None, "'tesserocr<3,>=2.8'", f"'searchable-pdf[cluster]=={__version__}'"),
        (WHEEL, "'tesserocr<3,>=2.8'", f"'searchable-pdf[cluster]=={__version__}'"),
        (
            {"url": "file:///is/gone", "dir_info": {"editable": True}},
            "'tesserocr<3,>=2.8'",
            "'.[cluster]' in a copy of /is/gone",
        ),
        (
            GIT,
            "'searchable-pdf[tesseract] @ git+https://example.org/a.git@abc'",
            "'searchable-pdf[cluster] @ git+https://example.org/a.git@abc'",
        ),
        (
            ARCHIVE,
            "'searchable-pdf[tesseract] @ https://example.org/a-1.tar.gz'",
            "'searchable-pdf[cluster] @ https://example.org/a-1.tar.gz'",
        ),
    ),
)
def test_from_elsewhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    origin: dict[str, Any] | None,
    here: str,
    elsewhere: str,
) -> None:
    installed(tmp_path, monkeypatch, origin)
    assert install_extra("tesseract") == f"{sys.executable} -m pip install {here}"
    assert install_elsewhere("cluster") == f"pip install {elsewhere}"


@pytest.mark.parametrize("broken", ("", "[]", "{", '{"url": 1}'))
def test_a_note_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    installed(tmp_path, monkeypatch, None)
    (next(tmp_path.glob("*.dist-info")) / "direct_url.json").write_text(broken)
    assert install_extra("tesseract").endswith("'tesserocr<3,>=2.8'")

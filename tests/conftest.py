from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.command import Command, run_command
from support.truth import SCANS

from pipeline.model.options import CACHE_VARIABLE


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Texts that tests keep are kept apart, and go with them."""
    before = os.environ.get(CACHE_VARIABLE)
    os.environ[CACHE_VARIABLE] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ[CACHE_VARIABLE]
    else:
        os.environ[CACHE_VARIABLE] = before


@pytest.fixture
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that count what is read: no text of another test is known."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def command() -> Command:
    return run_command


@pytest.fixture(scope="session")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the PDFs of all fixtures, made by the command."""
    folder = tmp_path_factory.mktemp("fixtures")
    done = run_command("convert", SCANS, "-o", folder, "--sidecar")
    assert done.returncode == 0, done.stderr
    (folder / "stderr").write_text(done.stderr)
    (folder / "stdout").write_text(done.stdout)
    return folder

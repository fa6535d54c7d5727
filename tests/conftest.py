from __future__ import annotations

from pathlib import Path

import pytest
from support.command import Command, run_command
from support.run_store import close_store, made_once, open_store
from support.truth import PAGES, SCANS

from pipeline import PageText
from pipeline.model.options import CACHE_VARIABLE

STORE = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the processes of pytest-xdist share that of the first
        config.stash[STORE] = open_store()


def pytest_unconfigure(config: pytest.Config) -> None:
    store = config.stash.get(STORE, None)
    if store is not None:
        close_store(store)


@pytest.fixture
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that count what is read: no text of another test is known."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def command() -> Command:
    return run_command


@pytest.fixture(scope="session")
def all_fixtures() -> Path:
    """The folder of what the command makes of all fixtures; in `out`, their PDFs and texts."""

    def make(folder: Path) -> None:
        done = run_command(
            "convert", SCANS, "-o", folder / "out", "--sidecar", "--text-dir", folder / "texts"
        )
        assert done.returncode == 0, done.stderr
        (folder / "stderr").write_text(done.stderr)
        (folder / "stdout").write_text(done.stdout)

    return made_once("fixtures", make)


@pytest.fixture(scope="session")
def converted(all_fixtures: Path) -> Path:
    """The folder with the PDFs of all fixtures, made by the command."""
    return all_fixtures / "out"


@pytest.fixture(scope="session")
def page_texts(all_fixtures: Path) -> dict[str, PageText]:
    """What the default engine reads on each fixture page, by its name, such as `letters/1`."""
    texts = {}
    for page in PAGES:
        path, frame = page.source.path, page.source.frame
        name = f"{path.name}.{frame + 1}.json" if frame else f"{path.name}.json"
        texts[page.key] = PageText.from_json(
            (all_fixtures / "texts" / page.document / name).read_text("utf-8")
        )
    return texts

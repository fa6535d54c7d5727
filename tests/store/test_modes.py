"""Who may see what is made: nobody who may not see the scans."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from support.command import Command
from support.survival import GOOD, environment, page

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no modes here")


def modes(*paths: Path) -> set[str]:
    return {oct(stat.S_IMODE(path.stat().st_mode)) for path in paths}


def entries(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


def set_umask() -> None:
    """For `preexec_fn`."""
    os.umask(0o022)


@pytest.mark.parametrize(
    "where",
    (
        pytest.param((), id="here"),
        pytest.param(("--cluster", "local:1"), id="cluster", marks=pytest.mark.slow),
    ),
)
@pytest.mark.parametrize(
    ("first", "second", "made"), ((0o600, 0o644, "0o600"), (0o444, 0o644, "0o644"),
                                  (0o640, 0o664, "0o640"))
)  # fmt: skip
def test_outputs_let_nobody_see_what_the_scans_do_not(
    first: int, second: int, made: str, where: tuple[str, ...], tmp_path: Path, command: Command
) -> None:
    if where:
        pytest.importorskip("distributed")
    one, other = page(tmp_path / "in/1.png", GOOD), page(tmp_path / "in/2.png", GOOD, 50)
    one.chmod(first)
    other.chmod(second)
    out, texts, store = tmp_path / "out", tmp_path / "texts", tmp_path / "store"
    store.mkdir(mode=0o755)
    done = command("convert", tmp_path / "in", "-o", out, "--engine", "faults", "--sidecar",
                   "--report", tmp_path / "r.json", "--text-dir", texts, "--cache-dir", store,
                   *where, preexec_fn=set_umask, env=environment())  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert modes(out / "in.pdf", out / "in.txt", tmp_path / "r.json") == {made}
    assert modes(texts / "in/1.png.json") == {made}
    assert modes(texts / "in/2.png.json") == {"0o644"}
    assert modes(*entries(store)) == {made, "0o644"}
    assert modes(store) == {"0o755"}


def test_the_stages_keep_the_mode(tmp_path: Path, command: Command) -> None:
    scan = page(tmp_path / "1.png", GOOD)
    scan.chmod(0o600)
    text, pdf, both = (tmp_path / name for name in ("1.json", "1.pdf", "all.pdf"))
    for arguments in (
        ("ocr", scan, "-o", text, "--engine", "none"),
        ("render", scan, text, "-o", pdf),
        ("merge", pdf, "-o", both),
    ):
        assert command(*arguments, preexec_fn=set_umask).returncode == 0
    assert modes(text, pdf, both) == {"0o600"}


def test_a_store_that_is_made_is_for_nobody_else(tmp_path: Path, command: Command) -> None:
    store = tmp_path / "new/store"
    done = command("convert", page(tmp_path / "1.png", GOOD), "-o", tmp_path / "out",
                   "--engine", "faults", "--cache-dir", store, preexec_fn=set_umask,
                   env=environment())  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert modes(*entries(store)) == {"0o600"}
    assert modes(store, *(path for path in store.rglob("*") if path.is_dir())) == {"0o700"}

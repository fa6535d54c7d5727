"""Files that appear whole or not at all, on file systems of all kinds."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support.readers import page_sizes
from support.survival import GOOD, arguments, environment, page

from pipeline.model.errors import OutputError
from pipeline.store.atomic import atomic_file

NOT_SUPPORTED = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP)


def fail_to_sync(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fsync(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.parametrize("number", sorted(set(NOT_SUPPORTED)), ids=errno.errorcode.get)
def test_a_disk_without_fsync_is_written_to(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_to_sync(monkeypatch, number)
    with atomic_file(tmp_path / "x") as file:
        file.write(b"whole")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"whole"]


@pytest.mark.parametrize("number", (errno.EIO, errno.ENOSPC, errno.EDQUOT), ids=errno.errorcode.get)
def test_a_disk_that_fails_is_an_error(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_to_sync(monkeypatch, number)
    with pytest.raises(OutputError, match="cannot be written"), atomic_file(tmp_path / "x") as file:
        file.write(b"lost")
    assert list(tmp_path.iterdir()) == []


def test_the_command_on_a_disk_without_fsync(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed: it makes fsync fail")
    tracing = [strace, "-f", "-qq", "-o", os.devnull, "-e", "trace=fsync,fdatasync",
               "-e", "inject=fsync,fdatasync:error=EOPNOTSUPP"]  # fmt: skip
    if subprocess.run([*tracing, "true"], capture_output=True).returncode:
        pytest.skip("this machine does not let strace trace")
    scan = page(tmp_path / "in/1.png", GOOD)
    out, report = tmp_path / "out", tmp_path / "r.json"
    convert = arguments("convert", scan.parent, "-o", out, "--engine", "none", "--no-cache",
                        "--sidecar", "--text-dir", tmp_path / "texts",
                        "--report", report)  # fmt: skip
    done = subprocess.run([*tracing, *convert], env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(page_sizes(out / "in.pdf")) == 1
    assert report.exists()
    assert (tmp_path / "texts/in/1.png.json").exists()

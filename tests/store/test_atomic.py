"""Files that appear whole or not at all, on file systems of all kinds."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.readers import page_sizes
from support.survival import GOOD, arguments, environment, page, run

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


@pytest.mark.slow
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


KILLED = """
import os, signal, sys
from pathlib import Path
from pipeline.store.atomic import atomic_file

with atomic_file(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print(flush=True)
    if len(sys.argv) > 2:
        sys.stdin.read()
    else:
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="there are no such locks here")
@pytest.mark.parametrize("by", ("report", "stage", "document"))
def test_what_a_killed_run_has_left_is_swept_by_the_next(by: str, tmp_path: Path) -> None:
    """And what another run is writing is not."""
    scan, out = page(tmp_path / "in/1.png", GOOD), tmp_path / "out"
    write = [sys.executable, "-c", KILLED, str(out / "x")]
    with subprocess.Popen(
        [*write, "stays"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writing:
        assert writing.stdin and writing.stdout
        writing.stdout.readline()
        (alive,) = out.iterdir()
        killed = [*write[:-1], str(out / "y")]
        assert subprocess.run(killed, stdout=subprocess.DEVNULL).returncode == -signal.SIGKILL
        (left,) = set(out.iterdir()) - {alive}
        done = run(
            *{
                "report": ("convert", scan, "-o", tmp_path / "o", "--report", out / "r.json",
                           "--engine", "none"),
                "stage": ("ocr", scan, "-o", out / "1.json", "--engine", "none"),
                "document": ("convert", scan, "-o", out, "--engine", "none"),
            }[by]
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert not left.exists()
        assert alive.exists()
        writing.stdin.close()
    assert writing.returncode == 0
    assert (out / "x").read_bytes() == b"half"
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == []


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="there are no such locks here")
def test_the_folder_of_a_killed_cluster_is_swept_by_the_next(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    temporary = tmp_path / "tmp"
    (temporary / ".searchable-pdf-0123456789abcdef.spool/dask-scratch-space").mkdir(parents=True)
    scan = page(tmp_path / "in/1.png", GOOD)
    done = run("convert", scan, "-o", tmp_path / "out", "--engine", "none", "--cluster", "local:1",
               TMPDIR=temporary)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list(temporary.iterdir()) == []

"""What only a process of its own shows: the network, and the end by Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.readers import need
from support.survival import hear_ctrl_c
from support.truth import SCANS

from pipeline.ocr.install import install_extra


@pytest.mark.slow
@pytest.mark.parametrize("what", ("convert", "text"))
def test_nothing_is_sent_over_the_network(tmp_path: Path, what: str, own_cache: None) -> None:
    log = tmp_path / "log"
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    environment["HOME"] = str(tmp_path / "home")
    (tmp_path / "home").mkdir()
    arguments = ["-o", tmp_path / "out"] if what == "convert" else []
    command = [sys.executable, "-m", "pipeline", what, SCANS / "receipts/hardware.jpg", *arguments]
    subprocess.run(
        [need("strace"), "-f", "-e", "trace=connect,sendto,openat", "-o", log, *map(str, command)],
        env=environment, check=True, capture_output=True,
    )  # fmt: skip
    calls = log.read_text(errors="replace")
    assert "libopenvino" in calls, "a page was read"
    assert "exited with 0" in calls, "strace followed the command to its end"
    assert "AF_INET" not in calls
    assert list((tmp_path / "home").iterdir()) == [], "nor is anything left in the home folder"


def test_a_cluster_needs_its_extra(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['distributed'] = None\n")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "convert", str(SCANS), "-o", str(tmp_path / "out"),
         "--cluster", "local:2"],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 4
    assert "--cluster needs Dask" in done.stderr
    assert install_extra("cluster") in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("moment", ("start", "page", pytest.param("later", marks=pytest.mark.slow)))
def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, moment: str) -> None:
    out, scans = tmp_path / "out", (SCANS / "receipts", SCANS / "letters")
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "convert", *map(str, scans), "-o", str(out),
         "-v", "--no-cache", "-j", "1"],
        stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=hear_ctrl_c,
    )  # fmt: skip
    assert process.stderr is not None
    said = ""
    if moment == "start":
        while not Path(f"/proc/{process.pid}/task").exists():
            pass
    else:
        said += process.stderr.readline()
        while moment == "later" and not (out / "receipts.pdf").exists():
            said += process.stderr.readline()
            assert process.poll() is None, said
    os.killpg(process.pid, signal.SIGINT)
    rest = process.communicate(timeout=60)[1]
    if moment != "start":  # before Python runs our first line, the exit is Python's own
        assert process.returncode == 130, said + rest
        assert rest.endswith("run the same command again to go on.\n")
        assert "Traceback" not in rest
    left = list(out.rglob("*")) if out.exists() else []
    assert [path for path in left if path.suffix != ".pdf"] == []
    assert (out / "receipts.pdf" in left) == (moment == "later")
    for path in left:
        subprocess.run([need("qpdf"), "--check", str(path)], check=True, capture_output=True)

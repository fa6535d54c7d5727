"""Engines that write where they should not, or use the network: each costs its own page only."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engines import need_engine
from support.readers import pdfium_text
from support.survival import DIAL, GOOD, WRITE, leftovers, page, read_report, run
from support.truth import SCANS

from pipeline.workers.sandbox import Sandbox, note

WHOLE = "worker processes are in a sandbox"
pytestmark = [
    pytest.mark.usefixtures("own_cache"),
    pytest.mark.skipif(
        not note(Sandbox()).startswith(WHOLE), reason="the kernel lacks Landlock or seccomp"
    ),
]


@pytest.fixture
def port() -> Iterator[int]:
    """A port of this machine where somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    for number, width in enumerate((GOOD, WRITE, DIAL, GOOD)):
        page(tmp_path / f"in/{number}.png", width, 100 + number)
    (tmp_path / "temp").mkdir()
    return tmp_path / "in"


@pytest.mark.parametrize(
    ("engine", "options", "failed"),
    (("faults", (), {1, 2}), ("service", (), {1}), ("faults", ("--no-sandbox",), set())),
)
def test_who_leaves_the_sandbox_costs_its_page_only(
    tmp_path: Path, scans: Path, port: int, engine: str, options: tuple[str, ...], failed: set[int]
) -> None:
    target = tmp_path / "mine.txt"
    target.write_text("mine")
    done = run(
        "convert", scans, "-o", tmp_path / "out", "--engine", engine, "-v", *options,
        "--text-dir", tmp_path / "new/texts", "--report", tmp_path / "r.json",
        TMPDIR=tmp_path / "temp", FAULTS_TARGET=target, FAULTS_PORT=port,
    )  # fmt: skip
    assert done.returncode == (10 if failed else 0), done.stderr
    assert (WHOLE in done.stderr) == (not options)
    assert target.read_text() == ("mine" if failed else "not mine")
    (document,) = read_report(tmp_path / "r.json")["documents"]
    for number, each in enumerate(document["pages"]):
        if number in failed:
            assert each["kind"] == "RecognitionError"
            assert f"engine {engine} failed: " in each["reason"]
            assert "Permission denied" in each["reason"]
        else:
            assert each["outcome"] == "done"
            assert pdfium_text(tmp_path / "out/in.pdf", number).strip() == f"seen{100 + number}"
    texts = [path.name for path in (tmp_path / "new/texts").rglob("*.json")]
    assert len(texts) == 4 - len(failed), "what a worker should write is written"
    assert leftovers(tmp_path / "out") == []
    assert list((tmp_path / "temp").iterdir()) == []


def test_text_has_the_sandbox_too(tmp_path: Path, scans: Path, port: int) -> None:
    done = run(
        "text", scans / "2.png", "--engine", "faults", TMPDIR=tmp_path / "temp", FAULTS_PORT=port
    )
    assert done.returncode == 10, done.stderr
    assert "Permission denied" in done.stderr


CONFINED = """
import os, socket, subprocess, sys, threading
from pathlib import Path
from pipeline.workers.sandbox import Sandbox

own, other = Path(sys.argv[1]), Path(sys.argv[2])
Sandbox((own,)).enter()

(own / "new").write_text("x")
(own / "sub").mkdir()
(own / "new").rename(own / "sub/moved")
(own / "sub/moved").unlink()
Path(os.devnull).write_text("x")
socket.socketpair()
assert Path("/etc/passwd").read_text()
actions = [
    lambda: (other / "new").write_text("x"),
    lambda: (other / "kept").write_text("x"),
    lambda: os.truncate(other / "kept", 0),
    lambda: (other / "kept").unlink(),
    lambda: (other / "kept").rename(own / "taken"),
    lambda: (other / "folder").mkdir(),
    lambda: (other / "link").symlink_to("kept"),
    lambda: socket.socket(),
    lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
    lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    lambda: subprocess.run(["touch", other / "child"], check=True, stderr=subprocess.DEVNULL),
]
def all_of_them():
    for number, action in enumerate(actions):
        try:
            action()
        except (OSError, subprocess.CalledProcessError):
            continue
        print(number)
all_of_them()
thread = threading.Thread(target=all_of_them)
thread.start()
thread.join()
"""


def test_what_is_refused_and_what_is_not(tmp_path: Path) -> None:
    for name in ("own", "other", "temp"):
        (tmp_path / name).mkdir()
    (tmp_path / "other/kept").write_text("kept")
    done = subprocess.run(
        [sys.executable, "-c", CONFINED, tmp_path / "own", tmp_path / "other"],
        env={**os.environ, "TMPDIR": str(tmp_path / "temp")}, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["kept"]
    assert (tmp_path / "other/kept").read_text() == "kept"


@pytest.mark.slow
@pytest.mark.parametrize("engine", ("rapid", "tesseract", "aspose", "none"))
def test_our_engines_work_in_it(tmp_path: Path, engine: str) -> None:
    need_engine(engine, *(("eng",) if engine != "none" else ()))
    done = run(
        "convert", SCANS / "receipts/hardware.jpg", "-o", tmp_path / "out", "--engine", engine,
        "-v", *(("-l", "eng") if engine != "none" else ()),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert WHOLE in done.stderr
    (pdf,) = (tmp_path / "out").iterdir()
    assert ("hardware" in pdfium_text(pdf, 0).lower()) == (engine != "none")


def test_android_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Termux: the system kills a process that asks for Landlock."""
    monkeypatch.setenv("ANDROID_ROOT", "/system")
    assert note(Sandbox()).startswith("worker processes have no whole sandbox: linux on ")


FILTERED = """
import ctypes, socket, struct, sys, threading
from pipeline.workers.sandbox import MACHINES, Sandbox
import platform

class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))

def filter_itself():
    libc = ctypes.CDLL(None)
    allow_all = struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    number = MACHINES[platform.machine()].seccomp
    assert libc.syscall(number, 1, 0, ctypes.byref(Program(1, allow_all))) == 0
    filtered.set()
    done.wait()

filtered, done = threading.Event(), threading.Event()
thread = threading.Thread(target=filter_itself)
thread.start()
filtered.wait()
Sandbox().enter()
try:
    socket.socket()
    print("open")
except OSError:
    print("closed")
done.set()
"""


def test_a_thread_with_a_filter_of_its_own_opens_the_network_to_no_other() -> None:
    done = subprocess.run([sys.executable, "-c", FILTERED], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("closed\n", "")

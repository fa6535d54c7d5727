"""Pages made by a real Dask cluster on this machine, and what may go wrong: `make test-cluster`."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image
from support import hosts
from support.dask_cluster import DaskCluster, kill, wait_for, worker_of
from support.readers import need, page_sizes, pdfium_text
from support.survival import (
    FAULTS,
    GOOD,
    HANG,
    HOARD,
    KILLED,
    PARENT,
    RAISE,
    SLOW,
    arguments,
    environment,
    hear_ctrl_c,
    leftovers,
    page,
    read_report,
    run,
)
from support.truth import SCANS

from pipeline.workers.cluster.link import warning_of

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("own_cache")]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """Two workers that many tests share."""
    with DaskCluster(tmp_path_factory.mktemp("cluster")) as cluster:
        for _ in range(2):
            cluster.start_worker()
        yield cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskCluster]:
    """A scheduler of a test's own, that finds out quickly."""
    with DaskCluster(tmp_path / "cluster") as cluster:
        yield cluster


def scans(folder: Path) -> Path:
    """Everything that goes a way of its own: frames, a large page, damage, faults."""
    for number in range(3):
        page(folder / f"{number}.png", GOOD, 110 + number)
    frames = [Image.new("L", (GOOD, 120 + number), 255) for number in range(4)]
    frames[0].save(folder / "many.tif", save_all=True, append_images=frames[1:], dpi=(100, 100))
    noise = Image.frombytes("RGB", (1000, 900), os.urandom(2_700_000))
    noise.save(folder / "noise.png", dpi=(100, 100))
    (folder / "garbage.png").write_bytes(b"garbage")
    whole = page(folder / "cut.png", 500, 300, 40).read_bytes()
    (folder / "cut.png").write_bytes(whole[: whole.index(b"IDAT") + 6])
    page(folder / "raise.png", RAISE)
    return folder


def same_pdfs(one: Path, other: Path) -> bool:
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names)


@pytest.mark.parametrize("way", ("same path", "shared root", "shipped", "not seen"))
def test_pdfs_are_those_of_a_local_run(tmp_path: Path, pair: DaskCluster, way: str) -> None:
    given = scans(tmp_path / "in")
    more: tuple[object, ...] = ()
    if way == "shared root":
        (tmp_path / "elsewhere").symlink_to(tmp_path)
        more = ("--shared-root", f"{tmp_path}={tmp_path / 'elsewhere'}")
    elif way == "shipped":
        more = ("--ship-scans",)
    elif way == "not seen":
        more = ("--shared-root", f"{tmp_path}={tmp_path / 'nowhere'}")
    made = {}
    for name, how in (("local", ()), ("cluster", ("--cluster", pair.address, *more))):
        made[name] = run(
            "convert", given, "-o", tmp_path / name, "--engine", "faults", "--no-cache",
            "--sidecar", "--text-dir", tmp_path / name / "texts", *how,
        )  # fmt: skip
        assert made[name].returncode == 10, made[name].stderr
        assert made[name].stdout == ""
        assert leftovers(tmp_path / name / "in") == []
    assert len(page_sizes(tmp_path / "cluster/in.pdf")) == 11
    assert same_pdfs(tmp_path / "local", tmp_path / "cluster")
    for said in ("garbage.png: this is not an image", "raise.png: engine faults failed"):
        assert said in made["local"].stderr
        assert said in made["cluster"].stderr
    assert ("does not see" in made["cluster"].stderr) == (way == "not seen")
    assert f"{pair.address}: workers: 2, pages at a time: 2" in made["cluster"].stderr


def test_the_default_engine_reads_the_same(tmp_path: Path, pair: DaskCluster) -> None:
    for name, how in (("local", ()), ("cluster", ("--cluster", pair.address))):
        done = run("convert", SCANS / "receipts", "-o", tmp_path / name, "--no-cache", *how)
        assert done.returncode == 0, done.stderr
    assert same_pdfs(tmp_path / "local", tmp_path / "cluster")


def test_the_store_and_corrections_stay_with_the_command(tmp_path: Path, pair: DaskCluster) -> None:
    log = tmp_path / "log"
    given = tmp_path / "in"
    page(given / "1.png", GOOD, 131)
    page(given / "2.png", GOOD, 132)
    convert = (
        "convert", given, "-o", tmp_path / "out", "--engine", "faults", "--force",
        "--text-dir", tmp_path / "texts", "--cache-dir", tmp_path / "cache",
        "--report", tmp_path / "r.json", "--cluster", pair.address,
    )  # fmt: skip
    origins = []
    for _ in range(2):
        assert run(*convert).returncode == 0
        (document,) = read_report(tmp_path / "r.json")["documents"]
        origins.append([each["text_from"] for each in document["pages"]])
    assert origins == [["engine", "engine"], ["file", "file"]]
    (text,) = (tmp_path / "texts").rglob("1.png.json")
    corrected = text.read_text().replace("seen131", "mended")
    text.write_text(corrected)
    (tmp_path / "texts/in/2.png.json").unlink()
    assert run(*convert).returncode == 0
    (document,) = read_report(tmp_path / "r.json")["documents"]
    assert [each["text_from"] for each in document["pages"]] == ["file", "store"]
    assert pdfium_text(tmp_path / "out/in.pdf", 0).strip() == "mended"
    assert text.read_text() == corrected
    assert (tmp_path / "texts/in/2.png.json").exists()
    text.write_text("{")
    done = run(*convert)
    assert done.returncode == 10
    assert f"{text}: " in done.stderr
    assert not log.exists()


_started: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    """A test that fails leaves no command at work."""
    yield
    while _started:
        process = _started.pop()
        if process.poll() is None:
            process.kill()
        if process.stderr is not None and not process.stderr.closed:
            process.communicate()


def start(tmp_path: Path, address: str, *more: object) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        arguments("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults",
                  "--report", tmp_path / "r.json", "--cluster", address, *more),
        env=environment(), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    _started.append(process)
    return process


def lines(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


def seen(tmp_path: Path) -> list[str]:
    pdf = tmp_path / "out/in.pdf"
    return [pdfium_text(pdf, number).strip() for number in range(len(page_sizes(pdf)))]


@pytest.mark.parametrize("what", ("worker", "machine"))
def test_a_worker_killed_in_the_middle_costs_nothing(
    tmp_path: Path, cluster: DaskCluster, what: str
) -> None:
    log = tmp_path / "log"
    workers = [cluster.start_worker(FAULTS_LOG=str(log)) for _ in range(2)]
    for number in range(40):
        page(tmp_path / f"in/{number}.png", SLOW, 200 + number)
    process = start(tmp_path, cluster.address)
    wait_for(lambda: lines(log) >= 10, "pages in the middle of the run")
    if what == "worker":
        worker_of(workers[0]).kill()  # its nanny starts another
    else:
        kill(workers[0])
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 0, said
    assert seen(tmp_path) == [f"seen{200 + number}" for number in range(40)]
    assert leftovers(tmp_path / "out") == []


def test_faults_cost_their_own_pages(tmp_path: Path, cluster: DaskCluster) -> None:
    workers = [cluster.start_worker() for _ in range(2)]
    widths = [GOOD, HANG, KILLED, PARENT, GOOD]
    for number, width in enumerate(widths):
        page(tmp_path / f"in/{number}.png", width, 140 + number)
    process = start(tmp_path, cluster.address, "--timeout", 4)
    said = process.communicate(timeout=240)[1]
    assert process.returncode == 10, said
    (document,) = read_report(tmp_path / "r.json")["documents"]
    found = [(each.get("kind"), each["reason"]) for each in document["pages"] if each.get("kind")]
    assert [kind for kind, _ in found] == ["PageTimeoutError", "WorkerDiedError", "WorkerDiedError"]
    assert found[0][1] == "not done after 4 s; allow more with --timeout"
    assert "its worker process died by SIGKILL" in found[1][1]
    assert "every worker that made it died" in found[2][1]
    assert seen(tmp_path) == ["seen140", "", "", "", "seen144"]
    sizes = page_sizes(tmp_path / "out/in.pdf")
    assert [round(height / 0.72) for _, height in sizes] == [140, 141, 142, 143, 144]
    assert all(worker.poll() is None for worker in workers)


OLD = "import pipeline.model.version\npipeline.model.version.__version__ = '0.0.9'\n"
NONE = "import sys\nsys.modules['pipeline.workers.cluster.worker'] = None\n"


def another(folder: Path, what: str) -> dict[str, Any]:
    """The environment of a worker in which something else is installed."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(what)
    return {"PYTHONPATH": os.pathsep.join((str(folder), environment()["PYTHONPATH"]))}


def test_workers_that_cannot_are_told_before_the_run(tmp_path: Path, cluster: DaskCluster) -> None:
    page(tmp_path / "in/1.png", GOOD, 150)
    cluster.start_worker(**another(tmp_path / "old", OLD))
    process = start(tmp_path, cluster.address)
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 4, said
    assert "searchable-pdf is 0.0.9 there, " in said
    assert said.count(" there with its extra cluster") == 1
    assert not (tmp_path / "out/in.pdf").exists()

    root = str(Path(__file__).parents[3])
    cluster.start_worker(PYTHONPATH=root)  # without the engine
    said = start(tmp_path, cluster.address).communicate(timeout=120)[1]
    assert "no engine is called faults" in said
    assert "to have it as it is here: pip install 'faults-engine==1.0'" in said
    assert "searchable-pdf is 0.0.9 there, " in said

    cluster.start_worker(**another(tmp_path / "none", NONE))
    shutil.copytree(FAULTS, tmp_path / "newer")
    for path in (tmp_path / "newer").glob("*/METADATA"):
        path.write_text(path.read_text().replace("Version: 1.0", "Version: 2.0"))
    cluster.start_worker(PYTHONPATH=os.pathsep.join((str(tmp_path / "newer"), root)))
    cluster.start_worker()
    process = start(tmp_path, cluster.address)
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 0, said
    assert said.count("the run goes on without it") == 4
    assert "engine faults is 2.0 there, 1.0 here: pip install 'faults-engine==1.0'" in said
    assert "searchable-pdf is not there, or another one" in said
    assert seen(tmp_path) == ["seen150"]


def test_workers_that_join_late_work_if_they_can(tmp_path: Path, cluster: DaskCluster) -> None:
    logs = [tmp_path / f"log{number}" for number in range(2)]
    cluster.start_worker(FAULTS_LOG=str(logs[0]))
    for number in range(60):
        page(tmp_path / f"in/{number}.png", SLOW, 200 + number)
    process = start(tmp_path, cluster.address)
    wait_for(lambda: lines(logs[0]) >= 3, "the first pages")
    cluster.start_worker(**another(tmp_path / "old", OLD))
    cluster.start_worker(FAULTS_LOG=str(logs[1]))
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 0, said
    assert seen(tmp_path) == [f"seen{200 + number}" for number in range(60)]
    assert lines(logs[1]) > 0
    assert sum(map(lines, logs)) < 60 + 10, "no page is read again and again"


def test_a_scheduler_that_comes_back(tmp_path: Path, cluster: DaskCluster) -> None:
    log = tmp_path / "log"
    workers = [cluster.start_worker(FAULTS_LOG=str(log)) for _ in range(2)]
    for number in range(30):
        page(tmp_path / f"in/{number}.png", SLOW, 200 + number)
    process = start(tmp_path, cluster.address)
    wait_for(lambda: lines(log) >= 8, "pages in the middle of the run")
    assert cluster.scheduler is not None
    kill(cluster.scheduler)
    for worker in workers:
        assert worker.wait(60) == 0  # workers of Dask end with their scheduler
    cluster.start_scheduler()
    for _ in range(2):
        cluster.start_worker(FAULTS_LOG=str(log))
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 0, said
    assert seen(tmp_path) == [f"seen{200 + number}" for number in range(30)]


def test_a_scheduler_gone_for_good(tmp_path: Path, cluster: DaskCluster) -> None:
    log = tmp_path / "log"
    for _ in range(2):
        cluster.start_worker(FAULTS_LOG=str(log))
    for number in range(30):
        page(tmp_path / f"in/{number}.png", SLOW, 200 + number)
    cache = ("--cache-dir", tmp_path / "cache")
    process = start(tmp_path, cluster.address, "--cluster-wait", 3, *cache)
    wait_for(lambda: lines(log) >= 10, "pages in the middle of the run")
    assert cluster.scheduler is not None
    kill(cluster.scheduler)
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 5, said
    assert f"{cluster.address}: the scheduler is gone; waiting up to 3 s" in said
    assert said.strip().endswith(
        f"{cluster.address}: its scheduler cannot be reached for 3 s; start them again and run the"
        " same command: what is done is kept"
    )
    assert "Traceback" not in said
    kept = len(list((tmp_path / "cache").rglob("*.json.gz")))
    assert kept >= 5
    assert not (tmp_path / "out/in.pdf").exists()
    assert leftovers(tmp_path / "out") == []
    again = run(
        "convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults", *cache,
        "--report", tmp_path / "r.json",
    )  # fmt: skip
    assert again.returncode == 0
    (document,) = read_report(tmp_path / "r.json")["documents"]
    assert [each["text_from"] for each in document["pages"]].count("store") == kept
    gone = run("convert", tmp_path / "in", "-o", tmp_path / "out", "--force", "--engine", "none",
               "--cluster", cluster.address)  # fmt: skip
    assert gone.returncode == 5
    assert "no scheduler can be reached there" in gone.stderr


def test_an_engine_that_takes_more_than_its_worker_may(
    tmp_path: Path, cluster: DaskCluster
) -> None:
    cluster.start_worker("--memory-limit", "700MB")
    page(tmp_path / "in/1.png", GOOD, 160)
    page(tmp_path / "in/2.png", HOARD, 161)
    process = start(tmp_path, cluster.address, "--timeout", 60)
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 10, said
    assert "its worker process was ended at " in said
    assert seen(tmp_path) == ["seen160", ""]


@pytest.mark.parametrize("how", (signal.SIGINT, signal.SIGTERM, signal.SIGKILL))
def test_a_local_cluster_ends_with_the_command(tmp_path: Path, how: signal.Signals) -> None:
    log, scratch = tmp_path / "log", tmp_path / "scratch"
    scratch.mkdir()
    for number in range(20):
        page(tmp_path / f"in/{number}.png", SLOW, 200 + number)
    process = subprocess.Popen(
        arguments("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults",
                  "--cluster", "local:2"),
        env=environment(FAULTS_LOG=log, TMPDIR=scratch, HOME=tmp_path / "home"),
        stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=hear_ctrl_c,
    )  # fmt: skip
    wait_for(lambda: lines(log) >= 6, "pages in the middle of the run")
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 4
    process.send_signal(how)
    said = process.communicate(timeout=60)[1]
    if how != signal.SIGKILL:
        assert process.returncode == 128 + how, said
        assert said.endswith("run the same command again to go on.\n")
        assert "Traceback" not in said
        assert list(scratch.iterdir()) == []
        assert leftovers(tmp_path / "out") == []
    wait_for(lambda: not any(map(psutil.Process.is_running, family)), "the end of the workers")
    assert not (tmp_path / "home").exists(), "nothing is written in the home folder"


def test_no_part_of_a_local_cluster_answers_http(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for number in range(8):
        page(tmp_path / f"in/{number}.png", SLOW, 200 + number)
    process = subprocess.Popen(
        arguments("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults",
                  "--cluster", "local:2", "--no-cache"),
        env=environment(FAULTS_LOG=log), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_for(lambda: lines(log) >= 2, "pages that are being made")
    root = psutil.Process(process.pid)
    ports = {
        each.laddr.port
        for one in (root, *root.children(recursive=True))
        for each in one.net_connections()
        if each.status == psutil.CONN_LISTEN
    }
    answers = {port: answer_to_http(port) for port in ports}
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 0, said
    assert len(ports) >= 5, "a scheduler, two nannies, two workers"
    assert not any(answers.values())


def answer_to_http(port: int) -> bytes:
    """What a port of this machine says to a plain request, if it says anything."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        try:
            return connection.recv(100)
        except ConnectionResetError:
            return b""


def test_a_local_cluster_makes_the_same(tmp_path: Path) -> None:
    given = scans(tmp_path / "in")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    for name, how in (("local", ()), ("cluster", ("--cluster", "local:2"))):
        done = run(
            "convert", given, "-o", tmp_path / name, "--engine", "faults", "--no-cache", *how,
            TMPDIR=scratch, HOME=tmp_path / "home",
        )  # fmt: skip
        assert done.returncode == 10, done.stderr
    assert same_pdfs(tmp_path / "local", tmp_path / "cluster")
    assert list(scratch.iterdir()) == []
    assert not (tmp_path / "home").exists()


@pytest.mark.skipif(bool(hosts.why_not()), reason=hosts.why_not() or "there are hosts")
def test_a_host_that_is_cut_off(tmp_path: Path) -> None:
    """Scans go over the wire, as the hosts do not see their folder."""
    given = tmp_path / "in"
    for number in range(40):
        page(given / f"{number}.png", SLOW, 200 + number)
    frames = [Image.new("L", (GOOD, 300 + number), 255) for number in range(4)]
    frames[0].save(given / "many.tif", save_all=True, append_images=frames[1:], dpi=(100, 100))
    logs = [tmp_path / f"log{number}" for number in range(2)]
    impatient = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s"}  # the least that Dask takes
    with (
        hosts.Hosts(2) as two,
        DaskCluster(tmp_path / "cluster", host=two.address, settings=impatient) as cluster,
    ):
        for number, log in enumerate(logs):
            cluster.start_worker(prefix=two.prefix(number, given), FAULTS_LOG=str(log))
        process = start(tmp_path, cluster.address, "--ship-scans")
        wait_for(lambda: all(lines(log) >= 4 for log in logs), "pages on both hosts")
        two.cut_off(1)
        said = process.communicate(timeout=240)[1]
    assert process.returncode == 0, said
    assert "workers: 2, pages at a time: 2" in said
    assert "not encrypted" not in said, "the scheduler is here"
    assert seen(tmp_path) == [
        *(f"seen{200 + number}" for number in range(40)),
        *(f"seen{300 + number}" for number in range(4)),
    ]


def certificates(folder: Path) -> dict[str, Path]:
    """A certificate authority, and a certificate that it signed."""
    folder.mkdir()
    files = {name: folder / f"{name}.pem" for name in ("ca", "ca-key", "cert", "key")}
    new = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    for more in (
        ("-keyout", files["ca-key"], "-out", files["ca"], "-subj", "/CN=ca"),
        ("-keyout", files["key"], "-out", files["cert"], "-subj", "/CN=one",
         "-CA", files["ca"], "-CAkey", files["ca-key"]),
    ):  # fmt: skip
        subprocess.run([*map(str, (*new, *more))], check=True, capture_output=True)
    return files


def test_tls(tmp_path: Path) -> None:
    need("openssl")
    ours, others = certificates(tmp_path / "ours"), certificates(tmp_path / "others")
    page(tmp_path / "in/1.png", GOOD, 170)
    tls = (
        "--tls-ca-file", str(ours["ca"]), "--tls-cert", str(ours["cert"]),
        "--tls-key", str(ours["key"]),
    )  # fmt: skip

    def options(files: dict[str, Path]) -> list[object]:
        return ["--cluster-ca", files["ca"], "--cluster-cert", files["cert"],
                "--cluster-key", files["key"]]  # fmt: skip

    with DaskCluster(tmp_path / "cluster", scheme="tls", tls=tls) as cluster:
        cluster.start_worker()
        process = start(tmp_path, cluster.address, *options(ours))
        said = process.communicate(timeout=120)[1]
        assert process.returncode == 0, said
        assert seen(tmp_path) == ["seen170"]
        configured = run(
            "convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults", "--force",
            "--cluster", cluster.address, DASK_DISTRIBUTED__COMM__TLS__CA_FILE=ours["ca"],
            DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT=ours["cert"],
            DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY=ours["key"],
        )  # fmt: skip
        assert configured.returncode == 0, configured.stderr
        process = start(tmp_path, cluster.address, "--force", *options(others))
        said = process.communicate(timeout=120)[1]
        assert process.returncode == 5, said
        assert "no scheduler can be reached there" in said


def test_two_commands_share_a_cluster_and_a_store(tmp_path: Path, pair: DaskCluster) -> None:
    """As where one command is not enough: each makes a part of the archive."""
    for part in "ab":
        for number in range(6):
            page(tmp_path / f"{part}/in/{number}.png", SLOW, 200 + number)
    cache = ("--cache-dir", tmp_path / "cache")
    both = [start(tmp_path / part, pair.address, *cache) for part in "ab"]
    for process in both:
        said = process.communicate(timeout=120)[1]
        assert process.returncode == 0, said
    for part in "ab":
        assert seen(tmp_path / part) == [f"seen{200 + number}" for number in range(6)]


def test_the_shared_folder_takes_large_pages(tmp_path: Path, pair: DaskCluster) -> None:
    """One that is not there on the worker costs nothing: they are sent."""
    given = scans(tmp_path / "in")
    (tmp_path / "out").mkdir()
    fake = tmp_path / "fake"
    fake.mkdir()
    (fake / "in").symlink_to(given)
    done = run(
        "convert", given, "-o", tmp_path / "out", "--engine", "faults", "--no-cache",
        "--cluster", pair.address, "--shared-root", f"{tmp_path}={fake}",
    )  # fmt: skip
    assert done.returncode == 10, done.stderr
    assert len(page_sizes(tmp_path / "out/in.pdf")) == 11


@pytest.mark.parametrize(
    ("given", "said"),
    (
        (("--cluster", "scheduler:8786"), "write tcp://host:8786 or tls://host:8786"),
        (("--cluster", "local:0"), "or local:N for N workers on this machine"),
        (("--cluster", "tcp://127.0.0.1:1", "--cluster-cert", "x"), "TLS needs --cluster-key and"),
        (("--cluster", "local:2", "--ship-scans"), "--ship-scans is for other machines"),
        (("--ship-scans",), "--ship-scans goes with --cluster"),
        (("--cluster", "tcp://127.0.0.1:1", "--shared-root", "/no=/x"), "/no is no folder on"),
    ),
)
def test_what_contradicts_itself(tmp_path: Path, given: tuple[str, ...], said: str) -> None:
    page(tmp_path / "in/1.png", GOOD)
    done = run("convert", tmp_path / "in", "-o", tmp_path / "out", *given)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr


def test_a_scheduler_elsewhere_should_be_encrypted() -> None:
    assert "tcp://192.0.2.1:8786 is not encrypted" in warning_of("tcp://192.0.2.1:8786")
    for address in ("tcp://127.0.0.1:8786", "tcp://localhost:1", "tls://192.0.2.1:8786"):
        assert warning_of(address) == ""

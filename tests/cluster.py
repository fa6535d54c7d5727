"""Pages made by a real Dask cluster on this machine, and what may go wrong: `make test-cluster`."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from dask_cluster import DaskCluster, kill, wait_for, worker_of
from PIL import Image
from readers import page_sizes, pdfium_text
from survival import (
    GOOD,
    HANG,
    HOARD,
    KILLED,
    PARENT,
    RAISE,
    SLOW,
    arguments,
    environment,
    leftovers,
    page,
    read_report,
    run,
)
from truth import SCANS

pytestmark = pytest.mark.usefixtures("own_cache")


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
    assert f"{pair.address}: 2 pages at a time on 2 workers" in made["cluster"].stderr


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


def start(tmp_path: Path, address: str, *more: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        arguments("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "faults",
                  "--report", tmp_path / "r.json", "--cluster", address, *more),
        env=environment(), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


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


OLD = "import pipeline.version\npipeline.version.__version__ = '0.0.9'\n"
NONE = "import sys\nsys.modules['pipeline.cluster_worker'] = None\n"


def another(folder: Path, what: str) -> dict[str, str]:
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
    assert said.count("pip install 'searchable-pdf[cluster]==") == 1
    assert not (tmp_path / "out/in.pdf").exists()

    root = str(Path(__file__).parents[1])
    cluster.start_worker(PYTHONPATH=root)  # without the engine
    wait_for(lambda: cluster.log().count("Registered to:") >= 2, "the second worker")
    said = start(tmp_path, cluster.address).communicate(timeout=120)[1]
    assert "no engine is called faults" in said
    assert "searchable-pdf is 0.0.9 there, " in said

    cluster.start_worker(**another(tmp_path / "none", NONE))
    cluster.start_worker()
    wait_for(lambda: cluster.log().count("Registered to:") >= 4, "all workers")
    process = start(tmp_path, cluster.address)
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 0, said
    assert said.count("the run goes on without it") == 3
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
    assert "died by SIGKILL; it may need more memory" in said
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
        stderr=subprocess.PIPE, text=True, start_new_session=True,
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

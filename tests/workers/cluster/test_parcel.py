"""A page on its way to another machine: the right scan is opened there, and no text is lost."""

from __future__ import annotations

import pickle
from pathlib import Path

from PIL import Image

from pipeline import ClusterOptions, OcrOptions, PageSource, process_page
from pipeline.ocr.registry import choose_engine
from pipeline.store.texts import Store
from pipeline.workers.cluster.parcel import Packer, Parcel, Reply, WorkerRequirements
from pipeline.workers.cluster.worker_files import collect, lay_out
from pipeline.workers.job import PageJob


def packed(options: ClusterOptions, job: PageJob) -> Parcel:
    requirements = WorkerRequirements(choose_engine("none", OcrOptions()), "")
    parcel = pickle.loads(Packer(options, requirements, None).pack(process_page, job))
    assert isinstance(parcel, Parcel)
    return parcel


def test_another_scan_of_the_same_size_is_not_it(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder, shade in ((here, 255), (there, 0)):
        folder.mkdir()
        Image.new("L", (100, 100), shade).save(folder / "1.bmp")
    options = ClusterOptions("tcp://127.0.0.1:8786", shared_roots=((here, there),))
    parcel = packed(options, PageJob(PageSource(here / "1.bmp")))
    assert lay_out(parcel, tmp_path / "first", tmp_path / "scans") is None
    (there / "1.bmp").write_bytes((here / "1.bmp").read_bytes())
    job = lay_out(parcel, tmp_path / "second", tmp_path / "scans")
    assert job is not None
    assert job.source.file == there / "1.bmp"


def test_texts_of_scans_that_are_cut_off_travel_both_ways(tmp_path: Path) -> None:
    scan = tmp_path / "1.png"
    Image.effect_noise((200, 200), 90).save(scan)
    scan.write_bytes(scan.read_bytes()[:-9000])
    job = PageJob(PageSource(scan), engine="rapid", key="0" * 64, store=tmp_path / "store",
                  spool=tmp_path / "1.pdf")  # fmt: skip
    options = ClusterOptions("tcp://127.0.0.1:8786")
    outcomes = []
    for name in ("first", "second"):
        parcel = packed(options, job)
        there = lay_out(parcel, tmp_path / name, tmp_path / "scans")
        assert there is not None
        outcome = process_page(there)
        outcomes.append(outcome)
        reply = collect(Reply("tcp://worker"), parcel, there, outcome)
        requirements = WorkerRequirements(choose_engine("none", OcrOptions()), "")
        Packer(options, requirements, None).unpack(reply, job)
    assert [outcome.stats.text_from for outcome in outcomes] == ["engine", "store"]
    assert len(list((tmp_path / "store").rglob("*.gz"))) == 1
    assert Store(tmp_path / "store").usage().entries == 1

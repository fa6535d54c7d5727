"""The bench itself, on two small pages, without a peer and without an engine that reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from tools.scoring import counts, shares

from bench import clock, compare
from bench.sets import g4_pages, read_set, varied_fixtures
from bench.stage_times import SHOWN


@pytest.mark.slow
def test_it_prints_its_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    for number in (1, 2):
        page = Image.new("1", (200, 280), 1)
        page.putpixel((number, 0), 0)
        page.save(scans / f"{number}.tif", compression="group4", dpi=(100, 100))
        (scans / f"{number}.txt").write_text("nothing reads this")
    compare.main(
        [str(scans), "--engines", "none", "--times", "1", "--jobs", "1", "--pages", "1,2",
         "--parts", "table,profile,pages", "--json", str(tmp_path / "bench.json")]
    )  # fmt: skip
    shown = capsys.readouterr().out
    assert "pages/s" in shown and "CPU s/page" in shown and "each page more, up to 2" in shown
    found = json.loads((tmp_path / "bench.json").read_text())
    (row,) = found["table"]
    assert (row["set"], row["program"], row["pages"]) == ("scans", "none", 2)
    assert (row["words"], row["cer"], row["times_ocrmypdf"]) == (0, 1, None)
    assert row["pages_per_s"] > 0 and row["cpu_s_per_page"] > 0 and row["peak_bytes"] > 10_000_000
    (profile,) = found["profile"]
    assert set(profile["shares"]) == set(SHOWN)
    assert sum(profile["shares"].values()) == pytest.approx(1)
    assert all(profile["shares"][stage] > 0 for stage in ("start", "load", "render", "merge"))
    assert [step["pages"] for step in found["pages"]] == [1, 2]


@pytest.mark.slow
def test_the_fixtures_are_varied_alike_each_time(tmp_path: Path) -> None:
    one, other = (varied_fixtures(tmp_path / name, 27) for name in ("one", "other"))
    contents = [path.read_bytes() for path in sorted(one.iterdir())]
    assert contents == [path.read_bytes() for path in sorted(other.iterdir())]
    scans = read_set(str(one), None, "eng")
    assert scans.pages == len(scans.true) == 27
    assert len({path.read_bytes() for path in scans.scans}) == 27
    assert [path.name for path in read_set(str(one), 3, "eng").scans] == [
        scans.scans[index].name for index in (0, 9, 18)
    ]


def test_g4_pages_differ(tmp_path: Path) -> None:
    Image.new("L", (60, 80), 255).save(tmp_path / "scan.tif", dpi=(50, 50))
    pages = sorted(g4_pages((tmp_path / "scan.tif",), tmp_path / "g4", 5).iterdir())
    assert len({page.read_bytes() for page in pages}) == 5
    with Image.open(pages[0]) as page:
        assert (page.mode, page.info["compression"], page.info["dpi"]) == ("1", "group4", (50, 50))


def test_what_is_timed_is_there() -> None:
    places = [place for places in clock.STAGES.values() for place in places]
    for place in (*places, *clock.DETECTION.values()):
        clock.find(place)
    with pytest.raises(SystemExit, match=r"no_such.*is not there any more.*clock.py"):
        clock.find("pipeline.workers.page:no_such")


def test_scores() -> None:
    found = shares(
        counts({"0": "The quick  brown\nfox’s den"}, {"0": "The quick brown fox's\u200e dem"})
    )
    assert found["words"] == found["precision"] == 4 / 5
    assert found["phrases"] == 2 / 3
    assert found["cer"] == pytest.approx(1 / len("The quick brown fox's den"))

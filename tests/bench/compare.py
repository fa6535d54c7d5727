"""Compares this program with OCRmyPDF: `make bench BENCH="folder folder=deu+fra"`.

Each program makes one PDF of all scans of a set, in turn, as often as asked, after one page to
warm up. OCRmyPDF is given the scans as a PDF that img2pdf makes beforehand, which is not counted;
ours knows nothing from before. Where a scan `NNN.<image>` has its truth in `NNN.txt`, what a
search finds is told, too. Then come a profile of the stages, and how time grows with pages.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from support.readers import page_sizes, poppler_text
from tools.scoring import counts

from bench.programs import PEER, Command, ours, peer, prepare_peer, versions
from bench.results import Bench, Result
from bench.run import measured
from bench.scaling import PAGES, by_pages, by_workers
from bench.sets import ScanSet, read_set, varied_fixtures
from bench.stage_times import profile
from bench.tables import show

PARTS = ("table", "profile", "workers", "pages")
FIXTURE_PAGES = 48
Commands = dict[str, Command]


def main(arguments: list[str] | None = None) -> None:
    given = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = run(given, Path(folder))
    show(bench)
    if given.json:
        given.json.write_text(json.dumps(bench.as_json(), indent=1) + "\n", encoding="utf-8")


def run(given: argparse.Namespace, folder: Path) -> Bench:
    """Measures all that is asked for."""
    names = given.sets or [str(varied_fixtures(folder / "fixtures", FIXTURE_PAGES))]
    sets = [read_set(name, given.most, given.language) for name in names]
    engines = given.engines.split(",")
    cores = len(os.sched_getaffinity(0))
    bench = Bench({"versions": versions(given.peer), "jobs": given.jobs, "cores": cores})
    if "table" in given.parts:
        bench.results = _compare(given, sets, engines, folder)
    scans = [path for each in sets for path in each.scans]
    if "profile" in given.parts:
        for engine in engines:
            options = _options(given, engine, given.language)
            bench.profiles.append(profile(engine, scans, given.jobs, options, folder))
    if "workers" in given.parts:
        few = sets[0].first(given.workers_pages)
        for engine in engines:
            options = _options(given, engine, few.language)
            bench.workers += by_workers([engine], few, options, folder)
    if "pages" in given.parts:
        bench.more_pages = by_pages(sets[0].scans[:20], given.pages, [], folder)
    return bench


def _compare(
    given: argparse.Namespace, sets: list[ScanSet], engines: list[str], folder: Path
) -> list[Result]:
    warm_up = folder / "warm-up"
    warm_up.mkdir()
    for command in _commands(given, sets[0].first(1), engines, warm_up).values():
        measured(command)
    results = []
    for number, scans in enumerate(sets):
        place = folder / f"{number}"
        place.mkdir()
        commands = _commands(given, scans, engines, place)
        found = {name: Result(scans.name, name, scans.pages) for name in commands}
        for _ in range(given.times):
            for name, command in commands.items():
                _out(place, name).unlink(missing_ok=True)
                found[name].runs.append(measured(command))
        for name, result in found.items():
            _look_at(result, scans, _out(place, name))
        results += found.values()
    return results


def _commands(
    given: argparse.Namespace, scans: ScanSet, engines: list[str], folder: Path
) -> Commands:
    commands: Commands = {}
    if given.peer:
        whole = folder / "scans.pdf"
        prepare_peer(given.peer, scans, whole)
        out = _out(folder, PEER)
        commands[PEER] = peer(given.peer, whole, out, given.jobs, scans.language)
    for engine in engines:
        options = _options(given, engine, scans.language)
        commands[engine] = ours(engine, scans.scans, _out(folder, engine), given.jobs, options)
    return commands


def _options(given: argparse.Namespace, engine: str, language: str) -> list[object]:
    return ["-l", language] if given.tell_all or engine == "tesseract" else []


def _out(folder: Path, program: str) -> Path:
    return folder / f"{program}.pdf"


def _look_at(result: Result, scans: ScanSet, pdf: Path) -> None:
    """What came of it.

    Raises:
        SystemExit: Pages are missing.
    """
    pages = len(page_sizes(pdf))
    if pages != scans.pages:
        raise SystemExit(
            f"{result.program} made {pages} pages of the {scans.pages} of {scans.name}"
        )
    result.bytes_in, result.bytes_out = scans.size, pdf.stat().st_size
    result.found = counts(scans.true, {page: poppler_text(pdf, int(page)) for page in scans.true})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", help="folders of scans (default: the fixtures, varied)")
    parser.add_argument(
        "--peer", type=Path, help="folder of the commands of OCRmyPDF's environment"
    )
    parser.add_argument("--engines", default="rapid,tesseract,none")
    parser.add_argument("--language", default="eng", help="of sets that do not name theirs")
    parser.add_argument("--tell-all", action="store_true", help="tell `rapid` the language, too")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--times", type=int, default=2, help="runs of each program on each set")
    parser.add_argument("--most", type=int, help="files of each set, spread evenly (default: all)")
    parser.add_argument("--parts", type=_some(PARTS), default=PARTS, help=",".join(PARTS))
    parser.add_argument("--workers-pages", type=int, default=12, help="files for part `workers`")
    parser.add_argument("--pages", type=_numbers, default=PAGES, help="for part `pages`: 10,100")
    parser.add_argument("--json", type=Path, help="a file for all figures")
    return parser


def _some(known: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    def chosen(value: str) -> tuple[str, ...]:
        names = tuple(value.split(","))
        if not set(names) <= set(known):
            raise argparse.ArgumentTypeError(f"choose from {', '.join(known)}")
        return names

    return chosen


def _numbers(value: str) -> tuple[int, ...]:
    return tuple(map(int, value.split(",")))


if __name__ == "__main__":
    main()

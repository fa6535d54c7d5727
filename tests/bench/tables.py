"""The tables that the bench prints."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.results import Bench
from bench.scaling import Step, each_more_ms
from bench.stage_times import SHOWN, Profile

WIDTH = 160
COLUMNS = {
    "pages/s": ("pages_per_s", "{:.2f}"),
    "times OCRmyPDF": ("times_ocrmypdf", "{:.2f}"),
    "CPU s/page": ("cpu_s_per_page", "{:.2f}"),
    "peak MB": ("peak_bytes", "{:,.0f}"),
    "out/in": ("out_over_in", "{:.3f}"),
    "words": ("words", "{:.4f}"),
    "precision": ("precision", "{:.4f}"),
    "phrases": ("phrases", "{:.4f}"),
    "CER": ("cer", "{:.4f}"),
}
MEGABYTE = 1_000_000


def show(bench: Bench) -> None:
    """Prints all that there is."""
    console = Console(width=WIDTH, highlight=False)
    about = bench.about
    programs = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    console.print(f"{programs}; {about['jobs']} jobs on {about['cores']} cores", soft_wrap=True)
    if bench.results:
        console.print(_comparison(bench))
    if bench.profiles:
        console.print(_profiles(bench.profiles))
        for each in bench.profiles:
            if each.engine != "none":
                console.print(
                    f"{each.engine}: first page to last {each.pages_s:.1f} s:"
                    f" {each.over_recognition_cpu:.2f} times recognition's CPU time over workers"
                    f" ({each.recognition_cpu_s:.1f} s / {each.jobs}),"
                    f" {each.over_recognition:.2f} times its wall time over workers"
                    f" ({each.recognition_s:.1f} s / {each.jobs})",
                    soft_wrap=True,
                )
    if bench.workers:
        console.print(_steps("Workers", bench.workers))
    if bench.more_pages:
        console.print(_steps("Pages: G4 TIFF, engine none, one worker", bench.more_pages))
        for step, (wall_ms, cpu_ms) in zip(
            bench.more_pages[1:], each_more_ms(bench.more_pages), strict=True
        ):
            pace = f" ({1000 / cpu_ms:.0f} pages/s a core)" if cpu_ms > 0 else ""
            console.print(
                f"each page more, up to {step.pages:,}: {wall_ms:.1f} ms,"
                f" {cpu_ms:.1f} ms of CPU{pace}",
                soft_wrap=True,
            )


def _table(title: str, *names: str, left: int = 1) -> Table:
    table = Table(title=title, title_justify="left")
    for index, name in enumerate(names):
        table.add_column(name, justify="left" if index < left else "right", no_wrap=True)
    return table


def _comparison(bench: Bench) -> Table:
    table = _table("", "set", "pages", "program", *COLUMNS, left=3)
    last = ""
    for result, figures in bench.rows():
        if result.scans != last and last:
            table.add_section()
        first = (result.scans, f"{result.pages}") if result.scans != last else ("", "")
        last = result.scans
        figures["peak_bytes"] = (figures["peak_bytes"] or 0) / MEGABYTE
        cells = [
            "" if figures[key] is None else form.format(figures[key])
            for key, form in COLUMNS.values()
        ]
        table.add_row(*first, result.program, *cells)
    return table


def _profiles(profiles: Sequence[Profile]) -> Table:
    table = _table("Share of the cores' time, in %", "engine", "pages", "seconds", *SHOWN)
    for each in profiles:
        cells = [f"{100 * each.shares[stage]:.1f}" for stage in SHOWN]
        table.add_row(each.engine, f"{each.pages}", f"{each.seconds:.1f}", *cells)
    return table


def _steps(title: str, steps: Sequence[Step]) -> Table:
    names = ("engine", "workers", "pages", "seconds", "pages/s", "CPU ms/page",
             "times as fast", "peak MB")  # fmt: skip
    table = _table(title, *names)
    first: dict[tuple[str, int], Step] = {}
    for step in steps:
        pace = step.pages / step.seconds
        base = first.setdefault((step.engine, step.pages), step)
        table.add_row(
            step.engine,
            f"{step.jobs}",
            f"{step.pages:,}",
            f"{step.seconds:.1f}",
            f"{pace:.2f}",
            f"{1000 * step.cpu_s / step.pages:.1f}",
            f"{base.seconds / step.seconds:.2f}",
            f"{step.peak_bytes / MEGABYTE:,.0f}",
        )
    return table

"""Pages that fail or are damaged, and are accepted: quiet from then on, until something is new."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader
from support.doubles import Faulty, Still
from support.survival import GOOD, leftovers, page, read_report, run

from pipeline import ConvertOptions, Engine, PageText, convert_blocking
from pipeline.cli.console import Watcher
from pipeline.model.errors import UsageError
from pipeline.model.events import EngineChosen, Event
from pipeline.model.outcomes import PageFailure
from pipeline.model.page import PageSource
from pipeline.run.report import Report
from pipeline.run.report_file import documents_to_retry
from pipeline.store.accepted import Record, fault_of, load_record, write_record

pytestmark = pytest.mark.usefixtures("own_cache")


@dataclass(frozen=True)
class Night:
    """What a cron job brings: an exit code, what it says, and how it ended."""

    code: int
    said: str
    report: Report

    @property
    def is_quiet(self) -> bool:
        """Whether nobody need look, and no page is named."""
        return self.code == 0 and ".png" not in self.said and ".jpg" not in self.said


Nightly = Callable[..., Night]

FAULTY = Faulty()
"""Fails on pages wider than high."""


class Short(Still):
    """Has no memory for pages wider than high."""

    def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> PageText:
        if image.width > image.height:
            raise MemoryError
        return super().recognize(image, languages)


@pytest.fixture
def nightly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Nightly:
    def run_once(engine: Engine = FAULTY, **options: Any) -> Night:
        with Watcher(quiet=False, verbose=False, progress=False) as watcher:
            report = convert_blocking(
                tmp_path / "in",
                tmp_path / "out",
                ConvertOptions(**options),
                engine=engine,
                notify=watcher.watch,
            )
            watcher.sum_up(report, tmp_path / "out", 1.0)
        return Night(report.exit_code, capsys.readouterr().err, report)

    return run_once


def good(path: Path) -> Path:
    return page(path, 100, 200)


def bad(path: Path, content: bytes = b"nothing of an image") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def cut_off(path: Path) -> Path:
    """A scan of which the end is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise((200, 300), 90).save(path)
    path.write_bytes(path.read_bytes()[:10_000])
    return path


@pytest.mark.parametrize("per_file", (False, True), ids=("folders", "files"))
def test_what_is_accepted_is_quiet_until_something_is_new(
    tmp_path: Path, nightly: Nightly, per_file: bool
) -> None:
    options = {"per_file": per_file, "placeholders": per_file}
    good(tmp_path / "in/box/1.png")
    cut_off(tmp_path / "in/box/2.jpg")
    page(tmp_path / "in/box/3.png", 200, 100)
    spoiled = bad(tmp_path / "in/box/4.png")
    assert nightly(**options).code == 10
    night = nightly(**options, accept_failed=True)
    assert night.code == 0, night.said
    assert night.said.count("(accepted)") == 3, "what is accepted is named, once"
    assert leftovers(tmp_path / "out") == []
    for more in ({}, {"existing": "update"}, {"existing": "keep"}, {"accept_failed": True}):
        night = nightly(**options, **more)
        assert night.is_quiet, night.said
        assert "3 bad pages accepted" in night.said
        assert {done.outcome for done in night.report.documents} == {"skipped"}, (
            "nothing is retried"
        )

    shutil.copy(spoiled, tmp_path / "in/box/5.png")
    spoiled.write_bytes(b"nothing of an image, otherwise")
    bad(tmp_path / "in/box/6.png", b"a new page")
    night = nightly(**options)
    assert night.code == 10, "another scan under this name, and a new page"
    named = {name for name in "123456" if f"box/{name}." in night.said}
    moved = {"5"} if per_file else set()  # it is accepted of a document, wherever the scan lies
    assert named == {"4", "6"} | moved


def test_a_fault_of_another_kind_is_told(tmp_path: Path, nightly: Nightly) -> None:
    scan = cut_off(tmp_path / "in/1.jpg")
    good(tmp_path / "in/2.png")
    nightly(accept_failed=True)
    assert nightly().is_quiet
    scan.write_bytes(scan.read_bytes()[:-200])
    night = nightly()
    assert night.code == 10, "it has lost more"
    assert "1.jpg" in night.said


def test_force_takes_it_back(tmp_path: Path, nightly: Nightly) -> None:
    good(tmp_path / "in/1.png")
    bad(tmp_path / "in/2.png")
    assert nightly(accept_failed=True).code == 0
    mark = PdfReader(tmp_path / "out/in.pdf").metadata
    assert mark is not None
    assert mark["/SearchablePdfAccepted"], "the PDF itself knows"
    night = nightly(existing="force")
    assert night.code == 10
    assert "2.png" in night.said
    assert nightly().code == 10
    assert nightly(existing="force", accept_failed=True).code == 0
    assert nightly().is_quiet


def test_a_document_without_a_pdf(tmp_path: Path, nightly: Nightly) -> None:
    """What is accepted of it lies beside the PDFs, and goes when there is a PDF."""
    bad(tmp_path / "in/lost/1.png")
    good(tmp_path / "in/good/1.png")
    assert nightly(accept_failed=True).code == 0
    assert not (tmp_path / "out/lost.pdf").exists()
    night = nightly()
    assert night.is_quiet, night.said
    assert "1 not written" in night.said
    bad(tmp_path / "in/lost/2.png", b"a second one")
    night = nightly()
    assert night.code == 10
    assert "lost/2.png" in night.said
    assert "lost/1.png" not in night.said
    good(tmp_path / "in/lost/2.png")
    night = nightly()
    assert night.is_quiet, night.said
    assert (tmp_path / "out/lost.pdf").exists(), "the first page is accepted in it, too"
    assert leftovers(tmp_path / "out") == []
    assert nightly().is_quiet


def test_only_documents_without_a_pdf(tmp_path: Path, nightly: Nightly) -> None:
    bad(tmp_path / "in/1.png")
    assert nightly().code == 3
    assert nightly(accept_failed=True).code == 0
    assert nightly().is_quiet
    assert nightly(existing="force").code == 3
    assert nightly().code == 3
    assert leftovers(tmp_path / "out") == []


def test_a_pdf_that_is_better_than_its_scans(tmp_path: Path, nightly: Nightly) -> None:
    """It stays as it is; that a scan is lost can be accepted, but no page may wait for it."""
    scan = good(tmp_path / "in/1.png")
    good(tmp_path / "in/2.png")
    nightly()
    pdf = tmp_path / "out/in.pdf"
    before = pdf.read_bytes()
    scan.write_bytes(scan.read_bytes()[:40])
    assert nightly().code == 10
    assert nightly(accept_failed=True).code == 0
    night = nightly()
    assert night.is_quiet, night.said
    good(tmp_path / "in/3.png")
    night = nightly()
    assert night.code == 10
    assert "1 new page waits" in night.said
    assert pdf.read_bytes() == before


def test_scans_that_cannot_be_opened(tmp_path: Path, nightly: Nightly) -> None:
    """Of them, there are no bytes to know them by."""
    good(tmp_path / "in/1.png")
    (tmp_path / "in/2.png").symlink_to("nowhere")
    assert nightly(accept_failed=True).code == 0
    assert nightly().is_quiet
    (tmp_path / "in/3.png").symlink_to("nowhere")
    night = nightly()
    assert night.code == 10
    assert "3.png" in night.said
    assert "2.png" not in night.said


@pytest.mark.parametrize("what", ("scan", "options", "deleted", "correction"))
def test_what_changes_while_a_pdf_stays_is_told(
    tmp_path: Path, nightly: Nightly, what: str
) -> None:
    """It waits for a new PDF, though no page has a new name."""
    options: dict[str, Any] = {"text_dir": tmp_path / "texts"}
    scan = good(tmp_path / "in/1.png")
    for number in (2, 3):
        good(tmp_path / f"in/{number}.png")
    nightly(**options)
    scan.write_bytes(scan.read_bytes()[:40])
    assert nightly(**options, accept_failed=True).code == 0
    assert nightly(**options).is_quiet
    if what == "scan":
        page(tmp_path / "in/3.png", 120, 220)
    elif what == "options":
        options["output_type"] = "pdf"
    elif what == "deleted":
        (tmp_path / "in/3.png").unlink()
    else:
        text = tmp_path / "texts/in/3.png.json"
        members = json.loads(text.read_text())
        text.write_text(json.dumps(members | {"rotation_deg": 180}))
    for _ in range(2):
        night = nightly(**options)
        assert night.code == 10, night.said
        assert "left as it is" in night.said
        assert "1.png" not in night.said, "that is accepted"
    assert nightly(**options, accept_failed=True).code == 0
    assert nightly(**options).is_quiet


def test_a_broken_correction_is_not_accepted(tmp_path: Path, nightly: Nightly) -> None:
    """A person mends it, and its page must be made then."""
    good(tmp_path / "in/1.png")
    good(tmp_path / "in/2.png")
    options: dict[str, Any] = {"text_dir": tmp_path / "texts"}
    text = tmp_path / "texts/in/2.png.json"
    text.parent.mkdir(parents=True)
    text.write_text("{broken")
    assert nightly(**options, accept_failed=True).code == 10
    assert nightly(**options).code == 10
    text.unlink()
    night = nightly(**options)
    assert (night.code, night.report.failures) == (0, [])


def test_what_the_machine_lacks_is_not_accepted(tmp_path: Path, nightly: Nightly) -> None:
    good(tmp_path / "in/1.png")
    page(tmp_path / "in/2.png", 200, 100)
    assert nightly(Short(), accept_failed=True).code == 10
    assert nightly(Short()).code == 10
    night = nightly(Still())
    assert (night.code, night.report.failures) == (0, []), "it is tried again"


def test_scans_of_one_name_that_cannot_be_opened(tmp_path: Path) -> None:
    """Each is known by its path as seen from the PDFs, also after both were moved together."""

    def fault(root: Path, folder: str) -> str:
        source = PageSource(root / "in" / folder / "1.png")
        failure = PageFailure(source, "load", "ScanError", f"{source}: permission denied")
        return fault_of(failure, "", root / "out")

    assert fault(tmp_path, "a") != fault(tmp_path, "b")
    assert fault(tmp_path, "a") == fault(tmp_path / "moved", "a") != ""


def test_a_record_for_which_the_folder_is_removed_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another document that has a PDF now takes away the folder as it is empty."""
    record = tmp_path / ".searchable-pdf/accepted/a.json"
    opened = Path.open
    times: list[Path] = []

    def open_late(path: Path, *mode: Any, **options: Any) -> Any:
        if path.parent == record.parent and not times:
            times.append(path)
            path.parent.rmdir()
        return opened(path, *mode, **options)

    monkeypatch.setattr(Path, "open", open_late)
    write_record(record, {"f": "a fault"}, "made of", ())
    assert load_record(record) == Record(frozenset({"f"}), "made of")
    assert times


def test_a_damaged_record_accepts_nothing(tmp_path: Path, nightly: Nightly) -> None:
    bad(tmp_path / "in/1.png")
    nightly(accept_failed=True)
    (record,) = (tmp_path / "out/.searchable-pdf/accepted").iterdir()
    for content in ("[" * 100_000, "{}", '{"accepted": 3}', "\x00"):
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(content)
        assert nightly().code == 3, content[:20]


def test_what_is_never_touched_cannot_be_accepted(tmp_path: Path, nightly: Nightly) -> None:
    good(tmp_path / "in/1.png")
    with pytest.raises(UsageError, match="--no-overwrite"):
        nightly(existing="keep", accept_failed=True)
    assert not (tmp_path / "out").exists()


def test_the_command(tmp_path: Path) -> None:
    page(tmp_path / "in/1.png", GOOD)
    bad(tmp_path / "in/2.png")
    convert = ("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "none")
    report = tmp_path / "r.json"
    done = run(*convert, "--accept-failed", "--report", report)
    assert done.returncode == 0, done.stderr
    (document,) = read_report(report)["documents"]
    assert (document["pages_failed"], document["pages_accepted"]) == (1, 1)
    assert [each["accepted"] for each in document["pages"]] == [False, True]
    retry = documents_to_retry(report)
    assert retry == frozenset(), "what is accepted is not retried"
    said: list[str] = []

    def note(event: Event) -> None:
        if isinstance(event, EngineChosen):
            said.extend(event.notes)

    options = ConvertOptions(retry=retry)
    made = convert_blocking(tmp_path / "in", tmp_path / "out", options, engine="none", notify=note)
    assert (made.documents, made.exit_code) == ([], 0)
    assert said == ["there is nothing to retry: no document of that report failed"]

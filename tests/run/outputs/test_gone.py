"""PDFs whose scans are gone: counted, removed only with --prune, and never without good reason."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.doubles import Stamp
from support.survival import GOOD, page, run

from pipeline import ConvertOptions, convert_blocking
from pipeline.model.errors import UsageError
from pipeline.model.events import ScansGone
from pipeline.run.outputs.prune import NOT_PRUNED
from pipeline.run.preview import DocumentPreview, Preview
from pipeline.run.report import Report
from pipeline.store.corrections import CORRECTED, load_text, write_text

pytestmark = pytest.mark.usefixtures("own_cache")


def made(tmp_path: Path, *inputs: str, **options: Any) -> Report:
    return convert_blocking(
        [tmp_path / name for name in inputs or ("in",)],
        tmp_path / "out",
        ConvertOptions(**options),
        engine=Stamp(),
    )


def pruned(tmp_path: Path, *inputs: str, **options: Any) -> list[str]:
    """What a run with `prune` removes; one without it must count as many, and remove nothing."""
    out = tmp_path / "out"
    before = snapshot(out)
    counted = made(tmp_path, *inputs, **options)
    assert before.keys() <= snapshot(out).keys()
    report = made(tmp_path, *inputs, prune=True, **options)
    assert counted.scans_gone == len(report.pruned)
    assert report.scans_gone == 0
    assert not any(path.exists() for path in report.pruned)
    return [path.relative_to(out).as_posix() for path in report.pruned]


def snapshot(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def scans(tmp_path: Path, *names: str) -> None:
    for name in names:
        page(tmp_path / f"{name}.png", GOOD)


def test_folders(tmp_path: Path) -> None:
    scans(tmp_path, "in/a/1", "in/b/1", "in/b/c/1", "in/b.c/1")
    made(tmp_path, sidecar=True, text_dir=tmp_path / "texts")
    written = tmp_path / "texts/b/c/1.png.json"
    write_text(written, load_text(written).text, CORRECTED)
    texts = tmp_path / "texts/b/1.png.json"
    corrected = tmp_path / "texts/b.c/1.png.json"
    corrected.write_text(corrected.read_text().replace("200x", "two hundred x"))
    assert texts.exists()
    shutil.rmtree(tmp_path / "in/b")
    shutil.rmtree(tmp_path / "in/b.c")
    options: dict[str, Any] = {"sidecar": True, "text_dir": tmp_path / "texts"}
    assert pruned(tmp_path, **options) == ["b/c.pdf", "b.c.pdf", "b.pdf"]
    left = {path.relative_to(tmp_path / "out").as_posix() for path in snapshot(tmp_path / "out")}
    assert left == {"a.pdf", "a.txt"}
    assert not (tmp_path / "out/b").exists(), "a folder that is empty now"
    assert not texts.exists()
    assert corrected.exists(), "it is the work of a person"
    assert written.exists(), "it was written from such a one"


def test_files(tmp_path: Path) -> None:
    scans(tmp_path, "in/a/1", "in/a/2", "in/a/3")
    made(tmp_path, per_file=True)
    (tmp_path / "in/a/2.png").unlink()
    assert pruned(tmp_path, per_file=True) == ["a/2.pdf"]
    made(tmp_path)
    assert pruned(tmp_path) == [], "the scans of a/1.pdf are there, if in another document, too"
    (tmp_path / "in/a/3.png").rename(tmp_path / "in/a/4.png")
    assert pruned(tmp_path) == ["a/3.pdf"]


@pytest.mark.parametrize("name", ("one", "two"))
def test_only_some_of_the_scans_are_given(tmp_path: Path, name: str) -> None:
    """Folders of one shape tell of nothing but their own scans."""
    scans(tmp_path, "one/a/1", "one/b/1", "two/c/1", "two/d/1")
    made(tmp_path, "one")
    made(tmp_path, "two")
    shutil.rmtree(tmp_path / "one/a")
    shutil.rmtree(tmp_path / "two/c")
    assert pruned(tmp_path, f"{name}/{'b' if name == 'one' else 'd'}") == []
    assert pruned(tmp_path, name) == ["a.pdf" if name == "one" else "c.pdf"]
    assert len(list((tmp_path / "out").glob("*.pdf"))) == 3


def test_files_that_are_named(tmp_path: Path) -> None:
    scans(tmp_path, "in/1", "in/2")
    made(tmp_path, "in/1.png", "in/2.png")
    (tmp_path / "in/1.png").unlink()
    assert pruned(tmp_path, "in/2.png") == []
    assert pruned(tmp_path, "in") == ["1.pdf"], "its folder is given, and does not have it"


def test_what_is_not_ours_or_was_changed_stays(tmp_path: Path) -> None:
    scans(tmp_path, "in/a/1", "in/b/1", "in/c/1", "in/d/1", "in/e/1")
    made(tmp_path, sidecar=True)
    out = tmp_path / "out"
    (out / "foreign.pdf").write_bytes(b"%PDF-1.7 of somebody else")
    with (out / "a.pdf").open("ab") as file:
        file.write(b"% a note\n%%EOF\n")
    (out / "b.pdf").rename(out / "renamed.pdf")
    (out / "c.txt").write_text("a better text")
    (out / "d.pdf").rename(tmp_path / "elsewhere.pdf")
    (out / "d.pdf").symlink_to(tmp_path / "elsewhere.pdf")
    for name in "abcd":
        shutil.rmtree(tmp_path / "in" / name)
    assert pruned(tmp_path) == ["c.pdf"]
    names = {"a.pdf", "a.txt", "b.txt", "renamed.pdf", "c.txt", "d.pdf", "d.txt", "e.pdf", "e.txt"}
    assert {path.name for path in out.iterdir()} == names | {"foreign.pdf"}
    assert (tmp_path / "elsewhere.pdf").exists()


def test_nothing_is_removed_where_scans_cannot_be_seen(tmp_path: Path) -> None:
    scans(tmp_path, "in/a/1", "in/b/c/1", "in/b/d/1", "in/e/1", "disk/f/1")
    (tmp_path / "in/g").symlink_to(tmp_path / "disk")
    made(tmp_path)
    away = tmp_path / "away"
    shutil.move(tmp_path / "disk", away)  # a link to nowhere
    assert pruned(tmp_path) == []
    shutil.move(away, tmp_path / "disk")
    shutil.rmtree(tmp_path / "in/b")
    (tmp_path / "in/b").mkdir()  # as a disk that is not mounted
    assert pruned(tmp_path) == []
    (tmp_path / "in/e/1.png").unlink()  # suddenly empty
    (tmp_path / "in/b").rmdir()
    assert pruned(tmp_path) == []
    shutil.rmtree(tmp_path / "in/e")
    assert pruned(tmp_path, "in", "nowhere") == []
    assert pruned(tmp_path) == ["b/c.pdf", "b/d.pdf", "e.pdf"]
    for name in ("a", "g"):
        path = tmp_path / "in" / name
        path.unlink() if path.is_symlink() else shutil.rmtree(path)
    assert pruned(tmp_path) == [], "no scan is left at all"


def test_nothing_is_removed_where_a_page_failed(tmp_path: Path) -> None:
    """The PDF of the old name is the better one of a folder that was renamed."""
    scans(tmp_path, "in/a/1", "in/b/1")
    made(tmp_path)
    (tmp_path / "in/a").rename(tmp_path / "in/c")
    (tmp_path / "in/c/1.png").write_bytes(b"nothing of an image")
    report = made(tmp_path, prune=True)
    assert (report.exit_code, report.pruned, report.scans_gone) == (10, [], 1)
    for night in ("accepted now", "accepted before"):
        report = made(tmp_path, prune=True, accept_failed=True)
        assert (report.exit_code, report.pruned, report.scans_gone) == (0, [], 1), night
    page(tmp_path / "in/c/1.png", GOOD)
    assert made(tmp_path, prune=True).pruned == [tmp_path / "out/a.pdf"]


def test_a_pdf_is_not_removed_for_one_with_a_bad_page_that_is_accepted(tmp_path: Path) -> None:
    scans(tmp_path, "in/a/1", "in/a/2", "in/b/3")
    made(tmp_path)
    (tmp_path / "in/a").rename(tmp_path / "in/c")
    (tmp_path / "in/c/1.png").write_bytes(b"nothing of an image")
    for night in ("made", "skipped"):
        report = made(tmp_path, prune=True, accept_failed=True)
        assert (report.exit_code, report.pruned, report.scans_gone) == (0, [], 1), night
    (tmp_path / "in/b").rename(tmp_path / "in/d")
    made(tmp_path)
    report = made(tmp_path, prune=True)
    assert report.pruned == [tmp_path / "out/b.pdf"], "it has no page that is bad"


@pytest.mark.slow
def test_what_is_not_removed_is_said_alike_with_dry_run(tmp_path: Path) -> None:
    scans(tmp_path, "in/a/1", "in/b/1")
    convert = ("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "none", "--prune")
    made(tmp_path)
    (tmp_path / "in/a").rename(tmp_path / "in/c")
    dry = run(*convert, "--dry-run")
    assert dry.returncode == 0
    assert "a.pdf: would be removed, as its scans are gone" in dry.stdout
    assert "1 removed (nothing" in dry.stderr
    (tmp_path / "out/b.pdf").write_bytes(b"%PDF-1.7 of somebody else")
    dry = run(*convert, "--dry-run")
    done = run(*convert)
    assert (dry.returncode, done.returncode) == (5, 5)
    assert (tmp_path / "out/a.pdf").exists()
    assert "a.pdf: its scans are gone; no PDF is removed" in dry.stdout
    assert "no PDF is removed" in done.stderr
    assert "1 PDF whose scans are gone" in done.stderr
    assert "--prune removes" not in dry.stdout + done.stderr


def test_dry_run_of_a_request_that_contradicts_itself(tmp_path: Path) -> None:
    scans(tmp_path, "one/a/1", "two/a/1")
    options = ("--engine", "none", "--dry-run")
    done = run("convert", tmp_path / "one/a", tmp_path / "two/a", "-o", tmp_path / "out", *options)
    assert done.returncode == 2
    assert "would both become" in done.stderr
    assert (done.stdout, "PDFs:" in done.stderr) == ("", False), "a run makes none"


def test_a_pdf_that_was_moved_to_those_of_other_scans_stays(tmp_path: Path) -> None:
    """Both lie in the same way, each beside its scans."""
    for year in ("2023", "2024"):
        scans(tmp_path / year, "in/box/1")
    scans(tmp_path / "2023", "in/a/1")
    made(tmp_path / "2023")
    made(tmp_path / "2024")
    (tmp_path / "2023/out/a.pdf").rename(tmp_path / "2024/out/a.pdf")
    assert pruned(tmp_path / "2024") == []


def test_scans_and_pdfs_that_were_moved_together(tmp_path: Path) -> None:
    """Where the scans lie now is noted of each PDF that is skipped."""
    scans(tmp_path / "2023", "in/a/1", "in/b/1")
    made(tmp_path / "2023")
    (tmp_path / "2023").rename(tmp_path / "2024")
    assert made(tmp_path / "2024").scans_gone == 0
    shutil.rmtree(tmp_path / "2024/in/a")
    assert pruned(tmp_path / "2024") == ["a.pdf"]


def test_a_pdf_with_two_names_stays_if_one_is_of_this_run(tmp_path: Path) -> None:
    """As `A.pdf` and `a.pdf` are one file on some disks: a link shows the same."""
    scans(tmp_path, "in/old/1", "in/other/1")
    made(tmp_path)
    (tmp_path / "in/old").rename(tmp_path / "in/new")
    (tmp_path / "out/new.pdf").hardlink_to(tmp_path / "out/old.pdf")
    assert pruned(tmp_path, existing="keep") == []
    assert (tmp_path / "out/old.pdf").exists()


def test_a_pdf_that_is_never_touched_is_not_noted(tmp_path: Path) -> None:
    """With --no-overwrite, nobody knows of what scans it was made."""
    scans(tmp_path, "elsewhere/a/1", "in/a/1", "in/b/1")
    made(tmp_path, "elsewhere")
    made(tmp_path, existing="keep")
    shutil.rmtree(tmp_path / "in/a")
    assert pruned(tmp_path) == []


def test_dry_run_shows_everything_and_writes_nothing(tmp_path: Path) -> None:
    scans(tmp_path, *(f"in/{name}/1" for name in ("changed", "foreign", "gone", "same")))
    report = made(tmp_path)
    assert report.exit_code == 0
    page(tmp_path / "in/changed/1.png", GOOD, shade=99)
    (tmp_path / "out/foreign.pdf").write_bytes(b"%PDF-1.7 of somebody else")
    (tmp_path / "in/foreign/notes.txt").touch()
    shutil.rmtree(tmp_path / "in/gone")
    scans(tmp_path, "in/new/1", "in/new/2")
    before, times = snapshot(tmp_path), {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    options = ConvertOptions(prune=True)
    preview = Preview([tmp_path / "in"], tmp_path / "out", options, Stamp())
    *others, gone, passed_over = preview
    documents = [each for each in others if isinstance(each, DocumentPreview)]
    assert [(each.document.name, each.action, each.pages) for each in documents] == [
        ("changed", "replace", (1,)),
        ("foreign", "refuse", ()),
        ("new", "make", (1, 1)),
        ("same", "keep", ()),
    ]
    assert documents[0].why == "its scans or the options have changed"
    assert documents[3].why == "nothing has changed"
    assert gone == ScansGone(tmp_path / "out/gone.pdf", removed=False, why=NOT_PRUNED)
    assert passed_over == tmp_path / "in/foreign/notes.txt"
    assert preview.report.exit_code == 5
    convert = ("convert", tmp_path / "in", "-o", tmp_path / "out", "--engine", "none")
    done = run(*convert, "--dry-run", "--prune", "--report", tmp_path / "r.json")
    assert done.returncode == 5, done.stderr
    assert "new.pdf\n" in done.stdout
    assert "PDFs: 1 made, 2 replaced, 1 not written (nothing" in done.stderr
    assert "same.pdf: would be replaced (its scans or the options" in done.stdout, "other engine"
    assert f"gone.pdf: its scans are gone; {NOT_PRUNED}" in done.stdout
    assert snapshot(tmp_path) == before
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == times


def test_options_that_exclude_it(tmp_path: Path) -> None:
    page(tmp_path / "in/1.png", GOOD)
    with pytest.raises(UsageError, match="--retry-failed"):
        made(tmp_path, prune=True, retry=frozenset())
    with pytest.raises(UsageError, match="give a folder"):
        convert_blocking(
            tmp_path / "in", tmp_path / "a.pdf", ConvertOptions(prune=True), engine=Stamp()
        )


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may remove everything")
def test_what_cannot_be_removed(tmp_path: Path) -> None:
    scans(tmp_path, "in/a/1", "in/b/1")
    made(tmp_path)
    shutil.rmtree(tmp_path / "in/a")
    (tmp_path / "out").chmod(0o500)
    try:
        report = made(tmp_path, prune=True)
    finally:
        (tmp_path / "out").chmod(0o700)
    assert report.exit_code == 5
    assert report.scans_gone == 1

"""Which documents a set of inputs makes, and in which order."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline import NoScansError, UsageError, find_documents
from pipeline.load.walk import natural_key

OUT = Path("out")
NOBODY = 65534


def scans(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("1", (8, 8), 1).save(path, "PNG")


def found(*inputs: Path, output: Path = OUT, **how: Any) -> dict[str, list[str]]:
    return {
        document.output.as_posix(): [path.name for path in document.scans]
        for document in find_documents(inputs, output, **how)
    }


def test_each_folder_is_a_document_and_sub_folders_are_mirrored(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    scans(archive, "cover.png", "1987/may/2.png", "1987/may/1.png", "1987/june/a.png")
    assert found(archive) == {
        "out/archive.pdf": ["cover.png"],
        "out/1987/june.pdf": ["a.png"],
        "out/1987/may.pdf": ["1.png", "2.png"],
    }


def test_numbers_sort_by_value(tmp_path: Path) -> None:
    scans(tmp_path / "x", "scan10.png", "scan2.png", "Scan1.png", "scan2b.png")
    assert found(tmp_path / "x")["out/x.pdf"] == [
        "Scan1.png", "scan2.png", "scan2b.png", "scan10.png",
    ]  # fmt: skip


def test_natural_order_is_total() -> None:
    ordered = ["", "1", "1a", "9", "10", "a", "A1", "a01", "a1", "z", "é"]
    for names in (ordered, ordered[::-1]):
        assert sorted(names, key=natural_key) == ordered


def test_each_file_is_a_document(tmp_path: Path) -> None:
    scans(tmp_path / "x", "a.png", "deep/b.png")
    assert found(tmp_path / "x", per_file=True) == {
        "out/a.pdf": ["a.png"],
        "out/deep/b.pdf": ["b.png"],
    }


def test_files_by_name_are_documents(tmp_path: Path) -> None:
    scans(tmp_path, "b.png", "a.png")
    assert list(found(tmp_path / "b.png", tmp_path / "a.png")) == ["out/b.pdf", "out/a.pdf"]


def test_one_pdf_of_everything_in_the_order_given(tmp_path: Path) -> None:
    scans(tmp_path, "z.png", "folder/10.png", "folder/9.png", "folder/sub/1.png", "a.png")
    given = [tmp_path / name for name in ("z.png", "folder", "a.png")]
    assert found(*given, output=Path("all.pdf")) == {
        "all.pdf": ["z.png", "9.png", "10.png", "1.png", "a.png"]
    }


def test_one_pdf_is_not_made_with_a_part_missing(tmp_path: Path) -> None:
    scans(tmp_path, "a.png")
    problems: list[Exception] = []
    made = list(
        find_documents(
            [tmp_path / "a.png", tmp_path / "b.png"], Path("all.pdf"), complain=problems.append
        )
    )
    assert made == []
    assert [type(problem) for problem in problems] == [NoScansError]


def test_images_are_known_by_ending_or_content(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    scans(folder, "no ending", "wrong.txt", "a.png")
    Image.new("L", (8, 8)).save(folder / "b.dat", "PPM")
    for name in ("notes.txt", "P1 plan.md", "BMW.doc", "garbage.tif", "phone.heic", "empty.jpg"):
        (folder / name).write_bytes(b"" if name == "empty.jpg" else b"BM P1 nothing to see")
    passed_over: list[Path] = []
    (document,) = find_documents([folder], OUT, pass_over=passed_over.append)
    assert sorted(path.name for path in document.scans) == [
        "a.png", "b.dat", "empty.jpg", "garbage.tif", "no ending", "phone.heic", "wrong.txt",
    ]  # fmt: skip
    assert sorted(path.name for path in passed_over) == ["BMW.doc", "P1 plan.md", "notes.txt"]


def test_clutter_is_not_even_counted(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    scans(folder, "a.png", "._a.png", ".hidden.png", "@eaDir/a.png", "__MACOSX/a.png")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        (folder / name).write_bytes(b"x")
    passed_over: list[Path] = []
    (document,) = find_documents([folder], OUT, pass_over=passed_over.append)
    assert [path.name for path in document.scans] == ["a.png"]
    assert passed_over == []


def test_deleted_scans_and_uploads_under_way_are_no_documents(tmp_path: Path) -> None:
    nas = tmp_path / "nas"
    scans(nas, "letters/a.tif", "#recycle/letters/a.tif", "@Recycle/a.tif", "RECYCLER/a.tif",
          "lost+found/a.tif", "System Volume Information/a.tif", "@SynoResource/a.tif")  # fmt: skip
    unfinished = [f"b.tif.{ending}" for ending in ("part", "crdownload", "filepart", "tmp")]
    scans(nas / "letters", *unfinished)
    passed_over: list[Path] = []
    (document,) = find_documents([nas], OUT, pass_over=passed_over.append)
    assert document.scans == (nas / "letters/a.tif",)
    assert sorted(path.name for path in passed_over) == sorted(unfinished)
    assert list(found(nas / "#recycle")) == ["out/letters.pdf"], "named by the user"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_pipes_and_devices_are_not_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    scans(folder, "a.png")
    for name in ("pipe.png", "pipe"):
        os.mkfifo(folder / name)
        (folder / f"link to {name}").symlink_to(folder / name)
    (folder / "zero.png").symlink_to("/dev/zero")
    (folder / "zero").symlink_to("/dev/zero")
    passed_over: list[Path] = []
    (document,) = find_documents([folder], OUT, pass_over=passed_over.append)
    assert [path.name for path in document.scans] == ["a.png"]
    assert len(passed_over) == 6
    for name in ("pipe.png", "link to pipe.png", "zero.png"):
        with pytest.raises(NoScansError, match=f"{name}: is a pipe or a device, not a file"):
            found(folder / name)


def test_folders_that_lie_deep(tmp_path: Path) -> None:
    """Deeper than Python calls functions, and then deeper than a path may be long."""
    here = os.open(tmp_path, os.O_RDONLY)
    try:
        for depth in range(2_200):
            os.mkdir("d", dir_fd=here)
            below = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
            if depth == 1_600:
                os.close(os.open("a.png", os.O_CREAT, dir_fd=here))
        scans(tmp_path, "e/a.png")
        problems: list[Exception] = []
        documents = list(find_documents([tmp_path], OUT, complain=problems.append))
    finally:
        os.close(here)
        subprocess.run(["rm", "-r", tmp_path / "d"], check=True)  # Python's own cannot
    assert [len(document.output.parts) for document in documents] == [1_602, 2]
    (problem,) = problems
    assert "cannot be opened (File name too long); start from a folder further down" in str(problem)


def test_circles_of_links_end(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    scans(folder, "a.png", "sub/b.png")
    (folder / "sub" / "up").symlink_to(folder, target_is_directory=True)
    (folder / "self").symlink_to(folder / "self")
    assert found(folder) == {"out/x.pdf": ["a.png"], "out/sub.pdf": ["b.png"]}


def test_a_link_to_nowhere_is_a_page_that_fails(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    scans(folder, "a.png")
    (folder / "b.png").symlink_to(tmp_path / "gone.png")
    assert found(folder)["out/x.pdf"] == ["a.png", "b.png"]


def test_scans_beside_the_pdfs_are_not_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    scans(folder, "a.png", "1987/b.png")
    for name in ("x.pdf", "1987.pdf"):  # of a run before
        (folder / "1987" / name).write_bytes(b"%PDF-1.7")
    passed_over: list[Path] = []
    inside = folder / "1987"
    documents = list(find_documents([folder], inside, pass_over=passed_over.append))
    assert [document.output for document in documents] == [inside / "x.pdf", inside / "1987.pdf"]
    assert passed_over == []
    assert found(folder, output=inside / "book.pdf") == {
        (inside / "book.pdf").as_posix(): ["a.png", "b.png"]
    }


def test_a_linked_folder_is_called_as_the_link_is(tmp_path: Path) -> None:
    scans(tmp_path, "data/1/scans/a.png", "data/2/scans/b.png")
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "bills").symlink_to(tmp_path / "data/1/scans")
    (folder / "letters").symlink_to(tmp_path / "data/2/scans")
    assert found(folder) == {"out/bills.pdf": ["a.png"], "out/letters.pdf": ["b.png"]}
    assert list(found(folder / "bills")) == ["out/bills.pdf"]


@pytest.mark.parametrize(
    ("names", "pdfs"),
    (
        (("a.jpg", "a.png", "b.png"), ("a.jpg.pdf", "a.png.pdf", "b.pdf")),
        (("A.jpg", "a.png"), ("A.jpg.pdf", "a.png.pdf")),
        (("é.jpg", "e\u0301.png"), ("é.jpg.pdf", "e\u0301.png.pdf")),
        (("a.jpg", "a.png", "a.jpg.png"), ("a.jpg.pdf", "a.jpg.png.pdf", "a.png.pdf")),
        (("A.png", "a.png"), ("A.png.1eeca00f.pdf", "a.png.29d6e224.pdf")),
    ),
)
def test_files_of_one_name_are_told_apart(
    names: tuple[str, ...], pdfs: tuple[str, ...], tmp_path: Path
) -> None:
    """Under names that do not depend on their order, or on which was there first."""
    folder = tmp_path / "x"
    scans(folder, *names)
    if len(list(folder.iterdir())) < len(names):
        pytest.skip("these names are one file here")
    assert sorted(found(folder, per_file=True)) == sorted(f"out/{pdf}" for pdf in pdfs)
    if len({name.casefold() for name in names}) == len(names):
        assert sorted(found(*folder.iterdir())) == sorted(f"out/{pdf}" for pdf in pdfs)


def test_files_of_one_name_from_two_folders_collide(tmp_path: Path) -> None:
    scans(tmp_path, "one/a.png", "two/a.png")
    with pytest.raises(UsageError, match=r"(?s)would both become .*\.pdf; rename one"):
        found(tmp_path / "one/a.png", tmp_path / "two/a.png")


def test_folders_that_collide(tmp_path: Path) -> None:
    scans(tmp_path, "one/x/a.png", "two/x/a.png")
    with pytest.raises(UsageError, match=r"one/x and .*two/x"):
        found(tmp_path / "one/x", tmp_path / "two/x")


def test_what_is_missing_or_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/a.txt").write_text("no scan")
    for name in ("empty", "texts", "missing"):
        with pytest.raises(NoScansError, match=name):
            found(tmp_path / name)


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder, looked at by a user who is not its owner: root may open everything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        scans(folder, "x/a.png")
        (folder / "x/notes").write_text("no image, and no ending that says so")
        if os.geteuid() != 0:
            yield folder
            return
        os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(0)


@contextmanager
def forbidden(path: Path, mode: int = 0) -> Iterator[None]:
    """Nobody but root may open it. Its mode can be set by its owner only."""
    user = os.geteuid()
    for each in (mode, 0o755):
        os.seteuid(os.getuid())
        path.chmod(each)
        os.seteuid(user)
        if each == mode:
            yield


def may_be_listed(folder: Path) -> AbstractContextManager[None]:
    return forbidden(folder, 0o444)


def test_a_folder_that_may_not_be_opened(public: Path) -> None:
    with forbidden(public / "x"), pytest.raises(NoScansError, match="permissions"):
        found(public / "x")


def test_a_folder_that_may_be_listed_but_not_entered(public: Path) -> None:
    """Its scans are pages that fail: they are there. The others are complained of, one by one."""
    problems: list[Exception] = []
    user = os.geteuid()
    os.seteuid(os.getuid())  # the owner
    scans(public / "y", "b.png")
    (public / "x/link").symlink_to(public / "y")
    os.seteuid(user)
    with may_be_listed(public / "x"):
        documents = list(find_documents([public], OUT, complain=problems.append))
        assert not list(find_documents([public / "x/a.png"], OUT, complain=problems.append))
    assert [path.name for document in documents for path in document.scans] == ["a.png", "b.png"]
    assert [str(problem).removeprefix(f"{public}/x/").split(" ")[0] for problem in problems] == [
        "link:",
        "notes:",
        "a.png:",
    ]
    assert all("(Permission denied)" in str(problem) for problem in problems)


def test_a_file_that_cannot_be_opened_is_not_passed_over(public: Path) -> None:
    """It may be a scan: nobody can tell, and so it is said."""
    problems: list[Exception] = []
    passed_over: list[Path] = []
    with forbidden(public / "x/notes"):
        documents = list(
            find_documents(
                [public / "x"], OUT, complain=problems.append, pass_over=passed_over.append
            )
        )
    assert [document.scans for document in documents] == [(public / "x/a.png",)]
    (problem,) = problems
    assert isinstance(problem, NoScansError)
    assert str(problem).startswith(f"{public}/x/notes: cannot be opened (Permission denied)")
    assert passed_over == []


def test_a_link_to_nowhere_without_an_ending_is_passed_over(tmp_path: Path) -> None:
    scans(tmp_path / "x", "a.png")
    (tmp_path / "x/b").symlink_to(tmp_path / "gone")
    passed_over: list[Path] = []
    (document,) = find_documents([tmp_path / "x"], OUT, pass_over=passed_over.append)
    assert [path.name for path in document.scans] == ["a.png"]
    assert [path.name for path in passed_over] == ["b"]

"""Paths and languages as users give them, in every function that takes them."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import os
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.doubles import Stamp

import pipeline
from pipeline.model.paths import as_paths, missing_remedy
from pipeline.model.text import PAGE_BREAK
from pipeline.run.stages import merge_files, render_file

SIZE = (60, 80)
READ = "60x80L"


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "scan.png"
    Image.new("L", SIZE, 255).save(path, dpi=(72, 72))
    return path


@pytest.mark.parametrize("kind", (str, Path, lambda path: [str(path)], lambda path: (path,)))
def test_one_or_several_paths(scan: Path, tmp_path: Path, kind: Any) -> None:
    given = kind(scan)
    out = tmp_path / "out"
    assert as_paths(given) == (scan,)
    assert [each.scans for each in pipeline.find_documents(given, str(out))] == [(scan,)]
    assert [source.path for source in pipeline.page_sources(given)] == [scan]
    report = pipeline.convert_blocking(given, str(out), engine=Stamp())
    assert report.exit_code == 0
    assert [path.name for path in out.iterdir()] == ["scan.pdf"]
    assert asyncio.run(pipeline.async_ocr(given, engine=Stamp())) == READ
    assert asyncio.run(pipeline.batch_ocr(given, engine=Stamp())) == [READ]
    pipeline.merge_pages(kind(out / "scan.pdf"), str(out / "all.pdf"))
    merge_files(kind(out / "scan.pdf"), str(out / "files.pdf"), pipeline.Metadata())
    assert pipeline.Document("x", out, given).scans == (scan,)


def test_several_files_are_one_text(scan: Path) -> None:
    text = asyncio.run(pipeline.async_ocr([scan, scan], engine=Stamp()))
    assert text == f"{READ}{PAGE_BREAK}{READ}"


def test_a_str_is_a_path_everywhere(scan: Path, tmp_path: Path) -> None:
    with pipeline.load_page(str(scan)) as opened:
        assert opened.source == pipeline.PageSource(scan)
    name: Any = str(scan)
    assert pipeline.PageSource(name).path == scan
    assert pipeline.Document("x", name, (name,), name) == pipeline.Document(
        "x", scan, (scan,), (scan,)
    )
    render_file(
        name,
        None,
        os.fspath(tmp_path / "x.pdf"),
        pipeline.LoadOptions(),
        pipeline.ImageOptions(),
    )
    options = pipeline.ConvertOptions(text_dir=name, retry=frozenset((name,)))
    assert (options.text_dir, options.retry) == (scan, frozenset((scan,)))
    assert pipeline.StoreOptions(name).folder == scan
    cluster = pipeline.ClusterOptions("local:1", cert=name, shared_roots=((name, name),))
    assert (cluster.cert, cluster.shared_roots) == (scan, ((scan, scan),))


FUNCTIONS = sorted(
    name
    for name in pipeline.__all__
    if inspect.isroutine(getattr(pipeline, name)) and inspect.signature(getattr(pipeline, name))
)
MADE_BY_USERS: dict[str, dict[str, Any]] = {
    "ClusterOptions": {"address": "local:1"},
    "ConvertOptions": {},
    "Document": {"name": "x", "output": "x", "scans": "x"},
    "PageJob": {"source": pipeline.PageSource(Path("x"))},
    "PageSource": {},
    "StoreOptions": {},
}
"""The classes with paths that users make, and what they need beside."""
GIVEN_BY_US = {"DocumentDone", "PageFailure", "PageResult", "PassedOver"}
"""Those that the program gives to users."""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_insists_on_a_path_object(name: str) -> None:
    for parameter in inspect.signature(getattr(pipeline, name)).parameters.values():
        assert not re.search(r"\bPath\b", str(parameter.annotation)), parameter


def test_classes_that_users_make_hold_paths() -> None:
    with_paths = {}
    for name in pipeline.__all__:
        kind = getattr(pipeline, name)
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            fields = [part.name for part in dataclasses.fields(kind)
                      if re.fullmatch(r"Path( \| None)?", str(part.type))]  # fmt: skip
            if fields and name not in GIVEN_BY_US:
                with_paths[name] = fields
    assert set(with_paths) == set(MADE_BY_USERS)
    for name, fields in with_paths.items():
        given = MADE_BY_USERS[name] | dict.fromkeys(fields, "scan.jpg")
        made = getattr(pipeline, name)(**given)
        assert {getattr(made, field) for field in fields} == {Path("scan.jpg")}, name


def test_an_empty_path_is_not_the_current_folder(tmp_path: Path) -> None:
    for given, output in (("", tmp_path), (["x.png", ""], tmp_path), (tmp_path, "")):
        with pytest.raises(pipeline.UsageError, match="a path is empty"):
            pipeline.convert_blocking(given, output, engine=Stamp())


@pytest.mark.parametrize(
    ("written", "meant"),
    (
        ("lettres/1.tif", "letters"),
        ("letters/1.tiff", "letters/1.tif"),
        ("Letters/1.tif", "letters"),
        ("letters/1.tif/x", "letters/1.tif"),
        ("receipts/1.tif", ""),
    ),
)
def test_a_slip_of_the_pen(tmp_path: Path, written: str, meant: str) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/1.tif").touch()
    remedy = f"did you mean {tmp_path / meant}?" if meant else "check the path"
    assert missing_remedy(tmp_path / written) == remedy


@pytest.mark.parametrize("languages", ("eng+deu", ("eng", "deu"), ["eng", "deu"]))
def test_languages_as_one_str_or_several(scan: Path, languages: Any) -> None:
    class Asked(Stamp):
        languages = frozenset(("eng", "deu"))

        def recognize(self, image: Image.Image, languages: tuple[str, ...] = ()) -> Any:
            assert languages == ("eng", "deu")
            return super().recognize(image)

    assert pipeline.OcrOptions(languages).languages == ("eng", "deu")
    assert pipeline.OcrOptions(languages).cache_key == pipeline.OcrOptions(("eng", "deu")).cache_key
    with Image.open(scan) as image:
        assert pipeline.recognize(image, languages, Asked()).text == READ
    assert asyncio.run(pipeline.async_ocr(scan, languages, engine=Asked())) == READ
    assert asyncio.run(pipeline.batch_ocr(scan, languages, engine=Asked())) == [READ]

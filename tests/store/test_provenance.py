"""The fingerprints of PDFs that were made before: they must stay, or every PDF is made again.

The values are those of commit b2a56f2, before the modules were moved to their rooms.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from pipeline import (
    ConvertOptions,
    Document,
    EngineOptions,
    ImageOptions,
    LoadOptions,
    Metadata,
    OcrOptions,
)
from pipeline.merge import merge_pages
from pipeline.model.page import PageSource
from pipeline.ocr.engines.aspose.engine import LICENSE_VARIABLE, AsposeOptions
from pipeline.ocr.engines.tesseract.tessdata import TesseractOptions
from pipeline.ocr.registry import engine_plugin, options_of_class
from pipeline.render import render_placeholder
from pipeline.store.provenance import Provenance, fingerprint, load_provenance
from pipeline.store.texts import page_key

LETTERS = Document(
    "letters",
    Path("out/letters.pdf"),
    (Path("letters/1.png"), Path("letters/2.tif")),
    (Path("letters"),),
)
CONTENTS = ("a" * 64, "b" * 64)


@pytest.mark.parametrize(
    ("options", "before"),
    (
        (ConvertOptions(), "75bfe0e79aa7fdee755915a9454304832cfe64d55e83ee70091c3266c36e6e08"),
        (
            ConvertOptions(output_type="pdfa"),
            "9b7afc07129c4556fa1e5ac8877f198e9a808c85dbf8d52de6cb65c4a7c151db",
        ),
        (
            ConvertOptions(output_type="pdf"),
            "6aa42d435b867eb42d31f986628dd08b57d6b33f1564cf117e25d694544295bb",
        ),
        (
            ConvertOptions(images=ImageOptions("lossy", rotate_pages=True, max_dpi=150.0)),
            "8a248c8cb3cbb865055ef6054620d4946263cd0d0db0e9e625d21cb24df8d706",
        ),
        (
            ConvertOptions(images=ImageOptions("none")),
            "3ce28894642ea30d86659422633300328e693acd5aa3519da77b2c53c2810eae",
        ),
        (
            ConvertOptions(load=LoadOptions(300.0, 1000.0)),
            "3f15483ef991caadeb1d544e1d978fd78de9b13bc5924b4f1285b9b633c30054",
        ),
        (
            ConvertOptions(ocr=OcrOptions(("eng", "swe"), 1500)),
            "c9028ba3f0aa46ae9a326025f87e4249917a5f58f0721061dcd808db0d8b78c1",
        ),
        (
            ConvertOptions(metadata=Metadata("T", "A", "S", "K", "sv")),
            "2c55a6d22274a67067e55b804f4d97e75a6625f746c7124ee7e7132a5f208e25",
        ),
    ),
    ids=("default", "pdfa", "pdf", "lossy", "none", "load", "ocr", "metadata"),
)
def test_fingerprints_are_those_of_before(options: ConvertOptions, before: str) -> None:
    assert fingerprint(LETTERS, CONTENTS, (), options, "rapid", ()) == before


def test_the_engine_its_languages_and_corrections_are_in_it() -> None:
    corrected = ("c" * 64, "")
    made = fingerprint(LETTERS, CONTENTS, corrected, ConvertOptions(), "tesseract", ("eng", "swe"))
    assert made == "db94dc10db74cf053dcc722d9c101b2252c54de2ff21ae8c0a299b47e913ec07"


def test_the_name_of_a_stored_text_is_that_of_before() -> None:
    before = "56d4bc5e4cc53573fc36116679e52a5c3f9c2b0d0c11a0b71569232924b3282f"
    assert page_key("a" * 64, 2, "recipe") == before


DEFAULTS: tuple[EngineOptions, ...] = ()
CHANGED = TesseractOptions(Path("/data/tess")), AsposeOptions(Path("/data/a.lic"), "universal")
WRITTEN = {
    ("rapid", DEFAULTS): "3dc53c1aeaf085b1716bb262d9e1e420e3858bd6c876436893323886976ad0a6",
    ("tesseract", DEFAULTS): "07ce565cf903f72c1c8779dc99aedd86d77e4d543dc1e54aef76cad899d890bc",
    ("aspose", DEFAULTS): "00184dd5133bb25e0a6f2d9f6d21fa58c780aa3a548964656105cd2a45e1ab7b",
    ("none", DEFAULTS): "cf71788d825489bacb544385ade02bdce6b9bae0c0489d81acb887add3b033f1",
    ("rapid", CHANGED): "f5425a59229cbd230674fa53ca8d9366304b60951194a00ac774b904d3689544",
    ("tesseract", CHANGED): "f1208e22d1ef224acdd866467b7a84b0a1f4b80be65f2c560498d501b123e136",
    ("aspose", CHANGED): "93988fe92bd15201136220c0bf8974afa1f37078f69022d293a8d9f7452467b3",
    ("none", CHANGED): "0bd26bcc1824b48e5a1490d3f5cc66588e5c86481d6b7ae189d2d3d009806ba2",
}
"""What commit b2a56f2 wrote for the document below."""


@pytest.mark.parametrize(("engine", "engines"), WRITTEN)
def test_fingerprints_of_engines_are_those_of_before(
    engine: str, engines: tuple[EngineOptions, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(LICENSE_VARIABLE, raising=False)
    document = Document(
        "letters", Path("out/letters.pdf"), (Path("letters/1.png"), Path("letters/2.png"))
    )
    options = ConvertOptions(ocr=OcrOptions(("eng", "swe"), 1600, engines))
    own_options = options_of_class(engine_plugin(engine).options_class, engines)
    made = fingerprint(
        document, ["a" * 64, "b" * 64], [], options, engine, ("eng", "swe"),
        own_options.fingerprint_parts,
    )  # fmt: skip
    assert made == WRITTEN[engine, engines]


def test_a_license_in_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LICENSE_VARIABLE, "/data/a.lic")
    assert AsposeOptions().fingerprint_parts == AsposeOptions(Path("x")).fingerprint_parts != ()


def test_a_mark_holds_all_pages(tmp_path: Path) -> None:
    """Be they more than one entry of PDF/A may hold."""
    scan = tmp_path / "1.png"
    Image.new("1", (10, 10)).save(scan)
    long = "out of paper " * 20
    provenance = Provenance(
        "f" * 64,
        tuple((index, "load", "ScanError", long) for index in range(500)),
        damage=tuple((index, 0.5) for index in range(500, 3000)),
        accepted=tuple(f"{index:016x}" for index in range(3000)),
    )
    entries = provenance.entries()
    assert max(map(len, entries.values())) <= 16_000
    pdf = tmp_path / "1.pdf"
    page = render_placeholder(PageSource(scan), "nothing").pdf
    merge_pages([page], pdf, entries=entries)
    found = load_provenance(pdf)
    assert found is not None
    assert found.failures == provenance.failures
    assert found.damage == provenance.damage
    assert found.accepted == provenance.accepted
    few = Provenance("f", ((1, "load", "ScanError", "gone"),), damage=((2, 0.25),)).entries()
    assert few["/SearchablePdfFailures"] == '[[1, "load", "ScanError", "gone"]]', "as before"
    assert few["/SearchablePdfDamage"] == "[[2, 0.25]]"

"""What a PDF says of itself: fingerprints that earlier versions wrote are known again."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import ConvertOptions, Document, EngineOptions, OcrOptions
from pipeline.ocr.engines.aspose.engine import LICENCE_VARIABLE, AsposeOptions
from pipeline.ocr.engines.tesseract import TesseractOptions
from pipeline.ocr.registry import engine_plugin, options_of_class
from pipeline.store.provenance import fingerprint

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
def test_fingerprints_are_those_of_before(
    engine: str, engines: tuple[EngineOptions, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(LICENCE_VARIABLE, raising=False)
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


def test_a_licence_in_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LICENCE_VARIABLE, "/data/a.lic")
    assert AsposeOptions().fingerprint_parts == AsposeOptions(Path("x")).fingerprint_parts != ()

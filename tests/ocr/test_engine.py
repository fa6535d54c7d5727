"""What an engine tells of itself, and what is taken where it tells nothing."""

from __future__ import annotations

from PIL import Image

from pipeline import EngineOptions, PageText
from pipeline.ocr.engine import EnginePlugin, EngineStatus, describe
from pipeline.ocr.engines.none import NullEngine


class Least:
    """As little as an engine can be."""

    name = "least"

    def __init__(self, options: EngineOptions, threads: int) -> None:
        self.started_with = options, threads

    def recognize(self, image: Image.Image, languages: tuple[str, ...]) -> PageText:
        return PageText(image.width, image.height, engine=self.name)


def test_all_that_an_engine_leaves_out_has_a_default() -> None:
    least = describe("least", Least, lambda: "3.1")
    assert least.name == "least"
    assert least.options_class is EngineOptions
    assert (least.languages, least.default_languages, least.distributions) == ((), (), ())
    assert (least.best_side_px, least.memory_mb) == (2000, EnginePlugin.memory_mb)
    assert (least.reads_pages, least.auto_fallback) == (True, False)
    assert least.auto_first(EngineOptions()) is False
    assert least.click_options() == ()
    assert least.data(EngineOptions(), ("eng",)) == ""
    assert least.language_remedy(("eng",)) == ""
    assert least.status(EngineOptions()) == EngineStatus("least", True, version="3.1")
    engine = least(EngineOptions(), 3)
    assert isinstance(engine, Least)
    assert engine.started_with == (EngineOptions(), 3)


def test_what_an_engine_has_counts() -> None:
    class More(Least):
        languages = ("swe", "eng")
        memory_mb = 7

        @staticmethod
        def status(options: EngineOptions) -> EngineStatus:
            return EngineStatus("more", False, "it is away")

    more = describe("more", More)
    assert more.memory_mb == 7
    assert more.status(EngineOptions()).reason == "it is away"
    assert describe("more", More(EngineOptions(), 1)).languages == ("swe", "eng")
    assert not describe("none", NullEngine).reads_pages


def test_a_default_status_has_the_languages() -> None:
    class Swedish(Least):
        languages = frozenset(("swe",))

    assert describe("swedish", Swedish).status(EngineOptions()).languages == ("swe",)

"""Codes of languages, and their tags in PDF."""

from __future__ import annotations

import re

from pipeline.model.languages import LANGUAGES, language_tag


def test_language_tags() -> None:
    assert [language_tag(code) for code in ("eng", "swe", "chi_sim", "grc")] == [
        "en", "sv", "zh-Hans", "grc",
    ]  # fmt: skip
    for code in LANGUAGES:
        assert re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?", language_tag(code)), code

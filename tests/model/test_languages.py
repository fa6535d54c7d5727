"""Codes of languages, and their tags in PDF."""

from __future__ import annotations

import re

import pytest

from pipeline.model.languages import LANGUAGES, language_tag, meant_languages, parse_languages


def test_language_tags() -> None:
    assert [language_tag(code) for code in ("eng", "swe", "chi_sim", "grc")] == [
        "en", "sv", "zh-Hans", "grc",
    ]  # fmt: skip
    for code in LANGUAGES:
        assert re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?", language_tag(code)), code


@pytest.mark.parametrize(
    ("written", "meant"),
    (
        ("de", "deu"),
        ("DE", "deu"),
        ("Deu", "deu"),
        ("german", "deu"),
        ("germn", "deu"),
        ("ger", "deu"),
        ("en-US", "eng"),
        ("en_GB.UTF-8", "eng"),
        ("deu,eng", "deu+eng"),
        ("eng, de", "eng+deu"),
        ("english;swedish", "eng+swe"),
        ("eng+de", "eng+deu"),
        ("deu deu", "deu"),
        ("Middle English", "enm"),
        ("zh-TW", "chi_tra"),
        ("zh-Hans", "chi_sim"),
        ("chinese", "chi_sim"),
        ("jp", ""),
        ("xyz", ""),
        ("eng+xyz", ""),
        ("frk+de", "frk+deu"),
    ),
)
def test_what_was_meant(written: str, meant: str) -> None:
    assert "+".join(meant_languages(parse_languages(written), known=("frk",))) == meant


def test_every_name_means_its_language() -> None:
    for code, language in LANGUAGES.items():
        assert meant_languages((language.name.upper(),)) == (code,)


def test_spaces_mean_nothing() -> None:
    assert parse_languages(" eng + deu ") == ("eng", "deu")

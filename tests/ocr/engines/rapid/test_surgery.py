"""The models as they are rewritten give the same numbers as they came."""

from __future__ import annotations

import numpy as np
import pytest
from support.truth import recognition_copy

from pipeline.ocr.engines.rapid.finder import full_size
from pipeline.ocr.engines.rapid.network import FINDER, READER, Floats, Network, Pixels, read_model
from pipeline.ocr.engines.rapid.surgery import last_layer, without_full_size_layers

LIGHT = 0.02
"""Where a processor computes with bf16, numbers have three digits."""


@pytest.fixture(scope="module")
def print_() -> Pixels:
    """A piece of a page, with a few words, whose sides the finder takes."""
    page = np.asarray(recognition_copy("receipts/hardware"))
    return np.ascontiguousarray(page[96:224, 224:608])


def outputs(model: object, pixels: Pixels) -> list[Floats]:
    return [each.copy() for each in Network(model, 1, 1)(pixels)]


def test_the_finder_without_its_full_size_layers(print_: Pixels) -> None:
    (heat,) = outputs(read_model(FINDER), print_)
    (rewritten,) = outputs(without_full_size_layers(read_model(FINDER)), print_)
    assert heat.max() > 0.9, "there is print"
    np.testing.assert_allclose(full_size(rewritten), heat[0], atol=LIGHT)


def test_the_reader_that_weighs_some_characters_only(print_: Pixels) -> None:
    line = np.ascontiguousarray(print_[32:80])
    (likelihoods,) = outputs(read_model(READER), line)
    first, others = np.array([0, 5, 7]), [np.arange(10, 60), np.arange(60, 200)]
    few, bests, seen = outputs(last_layer(read_model(READER)).split(first, others), line)
    last = last_layer(read_model(READER))
    logits = seen @ last.weights + last.bias
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(
        exponents / exponents.sum(axis=1, keepdims=True), likelihoods, atol=LIGHT
    )
    tolerance = LIGHT * np.abs(logits).max()
    np.testing.assert_allclose(few, logits[:, first], atol=tolerance)
    best = np.stack([logits[:, group].max(axis=1) for group in others], axis=1)
    np.testing.assert_allclose(bests, best, atol=tolerance)

"""The changed models give the same numbers as the models as they are distributed."""

from __future__ import annotations

import numpy as np
import pytest
from support.truth import recognition_copy

from pipeline.ocr.engines.rapid.detector import full_size
from pipeline.ocr.engines.rapid.network import (
    DETECTION_MODEL,
    RECOGNITION_MODEL,
    Floats,
    Network,
    Pixels,
    load_model,
)
from pipeline.ocr.engines.rapid.surgery import last_layer, without_full_size_layers

LIGHT = 0.02
"""Tolerance: on processors that compute in bf16, numbers have two to three digits."""


@pytest.fixture(scope="module")
def print_() -> Pixels:
    """A part of a page with a few words; its sides are multiples of 32, as detection needs."""
    page = np.asarray(recognition_copy("receipts/hardware"))
    return np.ascontiguousarray(page[96:224, 224:608])


def outputs(model: object, pixels: Pixels) -> list[Floats]:
    return [output.copy() for output in Network(model, 1, 1)(pixels)]


def test_the_detection_model_without_its_full_size_layers(print_: Pixels) -> None:
    (heat,) = outputs(load_model(DETECTION_MODEL), print_)
    (rewritten,) = outputs(without_full_size_layers(load_model(DETECTION_MODEL)), print_)
    assert heat.max() > 0.9, "there is print"
    np.testing.assert_allclose(full_size(rewritten), heat[0], atol=LIGHT)


def test_the_recognition_model_with_groups_of_classes(print_: Pixels) -> None:
    line = np.ascontiguousarray(print_[32:80])
    (likelihoods,) = outputs(load_model(RECOGNITION_MODEL), line)
    first, others = np.array([0, 5, 7]), [np.arange(10, 60), np.arange(60, 200)]
    few, bests, seen = outputs(last_layer(load_model(RECOGNITION_MODEL)).split(first, others), line)
    last = last_layer(load_model(RECOGNITION_MODEL))
    logits = seen @ last.weights + last.bias
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(
        exponents / exponents.sum(axis=1, keepdims=True), likelihoods, atol=LIGHT
    )
    tolerance = LIGHT * np.abs(logits).max()
    np.testing.assert_allclose(few, logits[:, first], atol=tolerance)
    best = np.stack([logits[:, group].max(axis=1) for group in others], axis=1)
    np.testing.assert_allclose(bests, best, atol=tolerance)

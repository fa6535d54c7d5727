"""The two models of PP-OCRv6, from the rapidocr distribution, and how OpenVINO runs them."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

# OpenVINO reports each start to an analytics host when this package can be imported, and
# falls back to a stub when it cannot: block it before OpenVINO is imported.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
# What is prepared for each size of picture would be kept a second time, below OpenVINO.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "200")

import openvino
from openvino import Model
from openvino import opset13 as op
from openvino.preprocess import PrePostProcessor

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

__all__ = ["FINDER", "READER", "Floats", "Model", "Network", "Pixels", "op", "read_model"]

FINDER, READER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
LAYERS = 130
"""Of each model, those for which OpenVINO prepares something for each size of picture."""
MIDDLE = 127.5
"""The models want pixels from -1 to 1: 0 to 255, less this, over this."""


def read_model(name: str) -> Any:
    """A model as it comes, to be altered before it is compiled."""
    # Importing rapidocr, which is not needed for its models, takes more than a second.
    package = find_spec("rapidocr")
    assert package is not None and package.submodule_search_locations
    return openvino.Core().read_model(Path(package.submodule_search_locations[0], "models", name))


class Network:
    """A compiled model that takes pictures. One instance serves one thread at a time.

    Args:
        model: From `read_model`; its input is [1, 3, height, width], -1 to 1.
        threads: How many threads one picture may use.
        sizes: For how many sizes of pictures what is prepared (5 to 10 MB) is kept.
    """

    def __init__(self, model: Any, threads: int, sizes: int) -> None:
        steps = PrePostProcessor(model)
        steps.input().tensor().set_element_type(openvino.Type.u8).set_layout(
            openvino.Layout("NHWC")
        )
        steps.input().preprocess().convert_element_type(openvino.Type.f32).mean(MIDDLE).scale(
            MIDDLE
        )
        steps.input().model().set_layout(openvino.Layout("NCHW"))
        settings = {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            # Pinned, the threads of two models of one process share one core.
            "ENABLE_CPU_PINNING": False,
            "CPU_RUNTIME_CACHE_CAPACITY": sizes * LAYERS,
        }
        self._compiled = openvino.Core().compile_model(steps.build(), "CPU", settings)
        self._request = self._compiled.create_infer_request()
        self._outputs = len(self._compiled.outputs)

    def __call__(self, pixels: Pixels) -> list[Floats]:
        """The model's outputs for a picture [height, width, 3]; they last until the next call."""
        self._request.infer([pixels[np.newaxis]])
        return [self._request.get_output_tensor(n).data[0] for n in range(self._outputs)]

"""The two models of PP-OCRv6, from the distribution `rapidocr`, and how OpenVINO runs them.

The first model detects the lines of text on a page; the second recognizes the text of one line.
"""

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
# oneDNN, below OpenVINO, keeps what it prepares for each image size a second time: 1,024 entries
# by default. 200 hold one size of one model; the number itself was not measured.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "200")

import openvino
from openvino import Model
from openvino import opset13 as op
from openvino.preprocess import PrePostProcessor

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

__all__ = [
    "DETECTION_MODEL",
    "RECOGNITION_MODEL",
    "Floats",
    "Model",
    "Network",
    "Pixels",
    "load_model",
    "op",
]

DETECTION_MODEL, RECOGNITION_MODEL = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
LAYERS = 130
"""Layers of each model for which OpenVINO prepares code or buffers for each image size, rounded up.
Counted in the compiled models: 127 in the detection model, 124 in the recognition model
(convolutions, matrix products, reorders, reductions, poolings and normalizations)."""
MIDDLE = 127.5
"""The models were trained on values from -1 to 1: (pixel - 127.5) / 127.5. This is `mean` and
`std` of 0.5 in RapidOCR's settings."""


def load_model(name: str) -> Any:
    """A model as it is distributed, to be changed before it is compiled.

    Args:
        name: `DETECTION_MODEL` or `RECOGNITION_MODEL`.
    """
    # Importing rapidocr takes more than a second, and its files are all that is needed.
    package = find_spec("rapidocr")
    assert package is not None and package.submodule_search_locations
    return openvino.Core().read_model(Path(package.submodule_search_locations[0], "models", name))


class Network:
    """A compiled model whose input is an image. One instance serves one thread at a time.

    Args:
        model: From `load_model`; its input is [1, 3, height, width], -1 to 1.
        threads: How many threads one image may use.
        sizes: For how many image sizes the prepared code and buffers are kept: 5 to 10 MB for each
            width of a line, and more for a page.
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
            # Pinned, the threads of two models share one core: 40.5 s for six pages, not 21.4 s.
            "ENABLE_CPU_PINNING": False,
            "CPU_RUNTIME_CACHE_CAPACITY": sizes * LAYERS,
        }
        self._compiled = openvino.Core().compile_model(steps.build(), "CPU", settings)
        self._request = self._compiled.create_infer_request()
        self._outputs = len(self._compiled.outputs)

    def __call__(self, pixels: Pixels) -> list[Floats]:
        """The model's outputs for an image [height, width, 3], without the batch axis.

        The arrays are valid until the next call, which overwrites them.
        """
        self._request.infer([pixels[np.newaxis]])
        return [self._request.get_output_tensor(n).data[0] for n in range(self._outputs)]

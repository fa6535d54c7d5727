"""The models of PP-OCRv6 on OpenVINO: finds the lines of a page, and reads them.

The two models (find the lines, read a line) and the steps around them come from the
rapidocr distribution; the order of work here is ours: one line per inference, its width
taken from that line alone, so that a page reads the same whatever it is read beside.
"""

from __future__ import annotations

import ctypes
import math
import sys
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

# OpenVINO reports each start to an analytics host when this package can be imported, and
# falls back to a stub when it cannot: block it before OpenVINO is imported.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import cv2
import openvino
import rapidocr
from rapidocr.ch_ppocr_det.main import TextDetector
from rapidocr.ch_ppocr_det.utils import DBPostProcess, DetPreProcess
from rapidocr.utils.process_img import get_rotate_crop_image

from ..model import Line
from .places import line_from_columns

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

LINE_HEIGHT_PX = 48
COLUMN_PX = 8
"""The reader gives one character (or none) for every 8 pixels of a line scaled to 48."""
WIDTH_STEP_PX = 64
"""Widths are rounded up to this: OpenVINO compiles, and keeps, each new shape."""
MIN_WIDTH_PX = 320
MIN_LINE_CONFIDENCE = 0.5

LATIN_SIGNS = frozenset("☐☑☒☺☹★☆☎♀♂♪✓✔✗✘")
LAST_LATIN_BLOCK = 0x25FF
"""Signs that are no letters are Latin up to the geometric shapes; beyond, only `LATIN_SIGNS`."""


class PageReader:
    """The two models, compiled. One instance serves one thread at a time.

    Args:
        threads: How many one page may use.
    """

    def __init__(self, threads: int) -> None:
        models = Path(rapidocr.__file__).parent / "models"
        self._core = openvino.Core()
        self._settings = {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            # Pinned, the threads of two models of one process share one core.
            "ENABLE_CPU_PINNING": False,
        }
        self._reader_path = models / "PP-OCRv6_rec_small.onnx"
        self._readers: dict[bool, Reader] = {}
        finder = self._core.read_model(models / "PP-OCRv6_det_small.onnx")
        self._finder = self._core.compile_model(finder, "CPU", self._settings)
        self._find = self._finder.create_infer_request()
        self._size_px = (0, 0)
        self._prepare = DetPreProcess(736, "min", mean=(0.5,) * 3, std=(0.5,) * 3)
        self._outline = DBPostProcess(
            thresh=0.3, box_thresh=0.5, unclip_ratio=1.6, use_dilation=True, score_mode="fast"
        )

    def read(self, image: Image.Image, latin: bool) -> tuple[Line, ...]:
        """The lines of a page, upright with square pixels; `latin`: of Latin letters only."""
        reader = self._reader(latin)
        pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
        lines = (self._line(reader, pixels, quad) for quad in self._quads(pixels))
        return tuple(line for line in lines if line is not None)

    def _quads(self, pixels: Pixels) -> list[Floats]:
        """Corners of each line of print, clockwise from the top left, from top to bottom."""
        height, width = pixels.shape[:2]
        # A strip is no page: the finder wants room above and below it.
        margin = max(0, math.ceil(width / 8 - height / 2)) if width > 8 * height else 0
        if margin:
            pixels = np.pad(pixels, ((margin, margin), (0, 0), (0, 0)))
        if pixels.shape[:2] != self._size_px:
            # OpenVINO keeps what it needed for each size of page, half a gigabyte for large ones.
            self._finder.release_memory()
            _trim_heap()
            self._size_px = pixels.shape[:2]
        self._find.infer([self._prepare(pixels)])
        heat = self._find.get_output_tensor().data
        quads, _ = self._outline(heat, pixels.shape[:2])
        if not len(quads):
            return []
        return [quad - (0, margin) for quad in TextDetector.sorted_boxes(quads).astype(np.float32)]

    def _line(self, reader: Reader, pixels: Pixels, quad: Floats) -> Line | None:
        crop = get_rotate_crop_image(pixels, quad.astype(np.float32))
        text, columns, scores, used = _characters_of(reader, crop)
        if not text.strip() or float(np.mean(scores)) < MIN_LINE_CONFIDENCE:
            return None
        return line_from_columns(quad, text, columns, scores, used, crop)

    def _reader(self, latin: bool) -> Reader:
        if latin not in self._readers:
            model = self._core.read_model(self._reader_path)
            signs = model.get_rt_info()["framework"]["character"].value.splitlines()
            characters = ["", *signs, " "]  # CTC: 0 is "no character here"
            if latin:
                kept = [index for index, sign in enumerate(characters) if is_latin(sign)]
                keep_classes(model, kept)
                characters = [characters[index] for index in kept]
            compiled = self._core.compile_model(model, "CPU", self._settings)
            self._readers[latin] = Reader(compiled.create_infer_request(), characters)
        return self._readers[latin]


def _trim_heap() -> None:
    """Gives free memory back to the system, where the C library knows how."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


@dataclass(frozen=True, slots=True)
class Reader:
    """A compiled model that reads lines, and the characters it chooses from."""

    request: Any
    characters: list[str]


def is_latin(sign: str) -> bool:
    """Whether a sign may stand in a text of a Latin language: a letter of it, a digit, a mark."""
    return all(
        unicodedata.name(character, "").startswith("LATIN ")
        if character.isalpha()
        else character in LATIN_SIGNS or ord(character) <= LAST_LATIN_BLOCK
        for character in unicodedata.normalize("NFKC", sign)
    ) and not any(unicodedata.east_asian_width(character) in "WF" for character in sign)


def keep_classes(model: Any, kept: list[int]) -> None:
    """Cuts the model's last layer down to the classes `kept`: it computes no others.

    The layer is MatMul (weights [features, classes]), Add (bias [classes]), Softmax.
    """
    classes = model.outputs[0].get_partial_shape()[-1].get_length()
    for operation in model.get_ordered_ops():
        if operation.get_type_name() != "Constant":
            continue
        shape = list(operation.output(0).get_shape())
        if shape and shape[-1] == classes:
            cut = openvino.opset13.constant(np.ascontiguousarray(operation.get_data()[..., kept]))
            for target in operation.output(0).get_target_inputs():
                target.replace_source_output(cut.output(0))
    model.validate_nodes_and_infer_types()


def _characters_of(reader: Reader, crop: Pixels) -> tuple[str, list[int], list[float], float]:
    """Text of a line, the column and score of each character, and the columns it fills."""
    width = max(1, math.ceil(LINE_HEIGHT_PX * crop.shape[1] / crop.shape[0]))
    padded = max(MIN_WIDTH_PX, math.ceil(width / WIDTH_STEP_PX) * WIDTH_STEP_PX)
    line = np.zeros((1, 3, LINE_HEIGHT_PX, padded), np.float32)
    scaled = cv2.resize(crop, (width, LINE_HEIGHT_PX)).transpose(2, 0, 1)
    line[0, :, :, :width] = scaled / np.float32(127.5) - 1
    reader.request.infer([line])
    scores = reader.request.get_output_tensor().data[0]
    best = scores.argmax(axis=1)
    kept = np.flatnonzero((best != 0) & (best != np.concatenate(([0], best[:-1]))))
    text = "".join(reader.characters[best[column]] for column in kept)
    return (
        text,
        [int(column) for column in kept],
        [float(scores[column, best[column]]) for column in kept],
        width / COLUMN_PX,
    )

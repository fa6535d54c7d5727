"""Graph surgery: changes to the models of PP-OCRv6 that save time and memory, not accuracy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .network import Floats, Model, op


def without_full_size_layers(model: Any) -> Any:
    """The detection model without layers in full page size; the numbers are the same.

    Its last two layers are transposed convolutions of 2 x 2, each of which makes four pixels of
    one. Here each is a convolution of 1 x 1 with four times the channels instead, at a quarter of
    the page's height and width. `detector.full_size` then moves the channels to their pixels. It
    is faster by a sixth and takes a fifth less memory.

    Args:
        model: From `network.load_model`.

    Returns:
        A model with output [1, 16, height / 4, width / 4].
    """
    first, second = (
        node
        for node in model.get_ordered_ops()
        if node.get_type_name() == "ConvolutionBackpropData"
    )
    (weights, bias), (last_weights, last_bias) = _weights(first), _weights(second)
    inner, outer = weights.shape[:2]
    last = np.zeros((4, 4, 4, outer), np.float32)
    for pixel in range(4):
        last[pixel, :, pixel, :] = last_weights[:, 0].transpose(1, 2, 0).reshape(4, outer)
    hidden = _pointwise(
        first.input(0).get_source_output(),
        weights.transpose(2, 3, 1, 0).reshape(4 * outer, inner),
        np.tile(bias, 4),
    )
    logits = _pointwise(op.relu(hidden), last.reshape(16, 4 * outer), np.tile(last_bias, 16))
    return Model([op.sigmoid(logits)], model.get_parameters(), "detection")


def _weights(layer: Any) -> tuple[Floats, Floats]:
    """Weights [in, out, 2, 2] of a transposed convolution, and the bias that is added to it."""
    weights = layer.input(1).get_source_output().get_node().get_data()
    follower = layer
    while follower.get_type_name() != "Add":
        (target,) = follower.output(0).get_target_inputs()
        follower = target.get_node()
    (bias,) = (
        source.get_data()
        for source in (i.get_source_output().get_node() for i in follower.inputs())
        if source.get_type_name() == "Constant"
    )
    return weights, bias.ravel()


def _pointwise(source: Any, weights: Floats, bias: Floats) -> Any:
    """A convolution of 1 x 1 of `source`: weights [out, in], plus a bias [out]."""
    outer, inner = weights.shape
    product = op.convolution(
        source, _constant(weights.reshape(outer, inner, 1, 1)), [1, 1], [0, 0], [0, 0], [1, 1]
    )
    return op.add(product, _constant(bias.reshape(1, outer, 1, 1)))


@dataclass(frozen=True, slots=True)
class LastLayer:
    """The last layer of the recognition model: softmax(features x weights + bias).

    Attributes:
        model: The whole model.
        features: The layer's input in the graph, [1, columns, features].
        weights: [features, classes].
        bias: [classes].
    """

    model: Any
    features: Any
    weights: Floats
    bias: Floats

    def split(self, classes: npt.NDArray[Any], groups: list[npt.NDArray[Any]]) -> Any:
        """A model that gives the logits of some classes, and only the greatest one of each group.

        Args:
            classes: Indexes of the classes whose logits are given one by one.
            groups: Indexes of the classes of each group; may be empty.

        Returns:
            A model with outputs [1, columns, classes] and, if there are groups,
            [1, columns, groups] and [1, columns, features].
        """
        outputs = [self._logits(classes)]
        if groups:
            axis = op.constant(np.int64(2))
            bests = [op.reduce_max(self._logits(group), axis, True) for group in groups]
            outputs += [op.concat(bests, 2), op.result(self.features)]
        return Model(outputs, self.model.get_parameters(), "recognition")

    def _logits(self, classes: npt.NDArray[Any]) -> Any:
        weights, bias = _constant(self.weights[:, classes]), _constant(self.bias[classes])
        return op.add(op.matmul(self.features, weights, False, False), bias)


def last_layer(model: Any) -> LastLayer:
    """Finds the last layer of the recognition model.

    Args:
        model: From `network.load_model`.
    """
    classes = model.outputs[0].get_partial_shape()[-1].get_length()
    *_, layer = (node for node in model.get_ordered_ops() if node.get_type_name() == "MatMul")
    *_, bias = (
        node
        for node in model.get_ordered_ops()
        if node.get_type_name() == "Constant" and list(node.output(0).get_shape()) == [classes]
    )
    weights = layer.input(1).get_source_output().get_node().get_data()
    return LastLayer(model, layer.input(0).get_source_output(), weights.copy(), bias.get_data())


def _constant(values: npt.NDArray[Any]) -> Any:
    return op.constant(np.ascontiguousarray(values, np.float32))

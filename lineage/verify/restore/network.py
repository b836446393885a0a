"""A small convolutional autoencoder that redraws a picture as it was before it was posted, for ONNX Runtime.

The layers of `lineage/train/autoencoder/network.py`, in their order.
"""

from __future__ import annotations

import numpy as np

from lineage.backbones.graph import Graph, Weights
from lineage.verify.restore.shape import GROUPS, PATCH, Shape


def autoencoder(weights: Weights, shape: Shape) -> bytes:
    """(N, 4, S, S): a standardised picture and where it is seen, 0 or 1 → (N, 3, S, S), the picture redrawn.

    Raises:
        KeyError: a layer is missing
    """
    graph, side = Graph((None, 4, shape.side, shape.side)), shape.side // PATCH
    layers = _Layers(graph, weights)
    maps = _patches(graph, graph.input, side)
    maps = layers.block("encoder.2", layers.convolution("encoder.1", maps), side)
    stages = len(shape.widths)
    for stage in range(1, stages):
        side //= 2
        maps = layers.convolution(f"encoder.{2 * stage + 1}", maps, stride=2)
        maps = layers.block(f"encoder.{2 * stage + 2}", maps, side)
    last = 2 * stages + 1
    maps = layers.block(f"encoder.{last + 1}", layers.surroundings(f"encoder.{last}", maps), side)
    maps = layers.convolution(f"encoder.{last + 2}", maps)
    maps = layers.block("decoder.1", layers.convolution("decoder.0", maps), side)
    for stage in range(1, stages):
        side *= 2
        maps = _pixels(graph, layers.convolution(f"decoder.{3 * stage - 1}", maps), 2)
        maps = layers.block(f"decoder.{3 * stage + 1}", maps, side)
    return graph.model(_pixels(graph, layers.convolution(f"decoder.{3 * stages - 1}", maps), PATCH))


class _Layers:
    """What is added to a graph, layer by layer of a torch module."""

    def __init__(self, graph: Graph, weights: Weights) -> None:
        self._graph, self._weights = graph, weights

    def convolution(self, name: str, maps: str, *, stride: int = 1) -> str:
        """Of any kernel; the side stays, or is halved."""
        weight, bias = self._weights.pop(f"{name}.weight"), self._weights.pop(f"{name}.bias")
        return self._graph.convolution(maps, weight, bias, stride=stride, padding=weight.shape[2] // 2)

    def block(self, name: str, maps: str, side: int) -> str:
        """Two 3 × 3 convolutions beside the identity."""
        changed = self._normalised(f"{name}.layers.0", maps, side)
        changed = self._silu(self.convolution(f"{name}.layers.1", changed))
        return self._graph.add("Add", maps, self.convolution(f"{name}.layers.3", changed))

    def surroundings(self, name: str, maps: str) -> str:
        """Tells every place what the whole picture is like."""
        told = self._silu(self.convolution(f"{name}.mix.0", self._graph.add("GlobalAveragePool", maps)))
        return self._graph.add("Add", maps, self.convolution(f"{name}.mix.2", told))

    def _normalised(self, name: str, maps: str, side: int) -> str:
        """Mean 0 and deviation 1 over each group of channels, then a gain and an offset for each channel."""
        add, constant = self._graph.add, self._graph.constant
        gain, offset = (constant(self._weights.pop(f"{name}.{one}").reshape(-1, 1, 1)) for one in ("weight", "bias"))
        groups = add("Reshape", maps, constant(np.array((0, GROUPS, -1), np.int64)))
        one, nothing = (constant(np.full(GROUPS, value, np.float32)) for value in (1, 0))
        even = add("InstanceNormalization", groups, one, nothing)  # its epsilon is torch's
        back = add("Reshape", even, constant(np.array((0, -1, side, side), np.int64)))
        return add("Add", add("Mul", back, gain), offset)

    def _silu(self, maps: str) -> str:
        return self._graph.add("Mul", maps, self._graph.add("Sigmoid", maps))


def _patches(graph: Graph, picture: str, side: int) -> str:
    """(N, C, S, S) → (N, C · PATCH², side, side), the channels of torch's `PixelUnshuffle`."""
    parted = graph.add("Reshape", picture, graph.constant(np.array((0, -1, side, PATCH, side, PATCH), np.int64)))
    turned = graph.add("Transpose", parted, perm=(0, 1, 3, 5, 2, 4))
    return graph.add("Reshape", turned, graph.constant(np.array((0, -1, side, side), np.int64)))


def _pixels(graph: Graph, maps: str, factor: int) -> str:
    """(N, C · factor², h, w) → (N, C, h · factor, w · factor), as torch's `PixelShuffle`."""
    return graph.add("DepthToSpace", maps, blocksize=factor, mode="CRD")

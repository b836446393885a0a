"""The shipped network, EfficientNet-Lite0 widened to 1280 channels, for ONNX Runtime: the layers of `lite.py`.

Batch normalisations are part of the convolutions before them, which halves the time. Pooling and head follow in numpy:
they are small, and a tuned network may have a head of any length.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lineage.backbones.graph import Graph, Weights, folded
from lineage.backbones.runtime import CPU, Network
from lineage.records import Floats

BLOCKS = (
    (16, 3, 1, 1, 1),
    (24, 3, 2, 6, 2),
    (40, 5, 2, 6, 2),
    (80, 3, 2, 6, 3),
    (112, 5, 1, 6, 3),
    (192, 5, 2, 6, 4),
    (320, 3, 1, 6, 1),
)
"""Of the trunk, per stage: channels out, kernel, stride, expansion, blocks."""
EPSILON = 1e-3  # of its normalisations, as TensorFlow has it
DARKEST = 1e-6  # the least that is pooled: its logarithm is taken


class LiteNetwork:
    """(N, 3, S, S) normalised → (N, dim) of any norm.

    Args:
        weights: by the names of `Lite`; those of its layers are taken out
        size: px, side of the input
        file: of the weights, for complaints
        threads, providers: as of `Network`

    Raises:
        KeyError: a layer is missing
    """

    def __init__(
        self,
        weights: Weights,
        *,
        size: int,
        file: Path,
        threads: int | None = None,
        providers: Sequence[str] = CPU,
    ) -> None:
        self._maps = Network(_graph(weights, size), name=str(file), threads=threads, providers=providers)
        self._p = float(weights.pop("pool.p"))
        places = ("head.first.0", "head") if "head.first.0.weight" in weights else ("head",)
        self._head = [(weights.pop(f"{place}.weight").T, weights.pop(f"{place}.bias")) for place in places]

    def __call__(self, numbers: Floats) -> Floats:
        """(N, 3, S, S) → (N, dim)."""
        maps = np.maximum(self._maps(numbers), DARKEST)
        numbers = np.exp(self._p * np.log(maps)).mean((2, 3)) ** (1 / self._p)  # a power, as fast as it gets
        *hidden, (weight, bias) = self._head
        for inner, offset in hidden:
            numbers = np.clip(_each(numbers, inner) + offset, 0, 6)
        return np.asarray(_each(numbers, weight) + bias, np.float32)


def _each(numbers: Floats, weight: Floats) -> Floats:
    """(N, K), (K, D) → (N, D), a picture at a time: of many at once, the last digits would depend on how many."""
    return np.asarray((numbers[:, None] @ weight)[:, 0], np.float32)


def _graph(weights: Weights, size: int) -> bytes:
    graph = Graph((None, 3, size, size))
    maps = _bounded(graph, _convolution(graph, weights, "trunk.stem", 0, graph.input, stride=2))
    for number, (_, _, stride, _, blocks) in enumerate(BLOCKS, 1):
        for place in range(blocks):
            maps = _block(graph, weights, f"trunk.stage{number}.{place}.layers", maps, 1 if place else stride)
    return graph.model(_bounded(graph, _convolution(graph, weights, "widen", 0, maps)))


def _block(graph: Graph, weights: Weights, name: str, maps: str, stride: int) -> str:
    """Widen where the block does, look around per channel, narrow; added to its input where the shapes allow it."""
    inputs, place, result = weights[f"{name}.0.weight"].shape[1], 0, maps
    if inputs > 1:  # else the block begins with a kernel for each channel
        result, place = _bounded(graph, _convolution(graph, weights, name, 0, maps)), 3
    result = _bounded(graph, _convolution(graph, weights, name, place, result, stride=stride))
    outputs = weights[f"{name}.{place + 3}.weight"].shape[0]
    result = _convolution(graph, weights, name, place + 3, result)
    return graph.add("Add", maps, result) if stride == 1 and outputs == inputs else result


def _convolution(graph: Graph, weights: Weights, name: str, place: int, maps: str, *, stride: int = 1) -> str:
    """Layer `place` and the normalisation after it."""
    weight, bias = folded(weights, f"{name}.{place}", f"{name}.{place + 1}", epsilon=EPSILON)
    groups = len(weight) if weight.shape[1] == 1 else 1  # a kernel for each channel, or all channels
    return graph.convolution(maps, weight, bias, stride=stride, groups=groups)


def _bounded(graph: Graph, maps: str) -> str:
    """ReLU6."""
    low, high = (graph.constant(np.array(bound, np.float32)) for bound in (0, 6))
    return graph.add("Clip", maps, low, high)

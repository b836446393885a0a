"""A small convolutional network that says whether a post, laid over an asset, shows the very shot; for ONNX Runtime.

The layers of `lineage/train/same_shot/network.py`; how its maps become one number follows in numpy.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lineage.backbones.graph import Graph, Weights, folded
from lineage.backbones.runtime import Network
from lineage.records import Floats
from lineage.verify.restore.planes import GRID, PLANES

SEEN = 0.3  # share of a cell of the last stage that the post must cover for the cell to have a say
UNSEEN = 1e-4  # say of the others, so that none of them all is still an average
EPSILON = 1e-5  # of the normalisations, torch's


class SameShot:
    """(N, PLANES, GRID, GRID) of `planes` → (N,) logit that the post was made from the asset.

    Args:
        weights: by the names of the torch module; those of its layers are taken out
        file: of the weights, for complaints
        threads: as of `Network`

    Raises:
        KeyError: a layer is missing
    """

    def __init__(self, weights: Weights, *, file: Path, threads: int | None = None) -> None:
        self._maps = Network(_graph(weights), name=str(file), threads=threads)
        self._asked = weights.pop("att.weight")[:, :, 0, 0].T, weights.pop("att.bias")
        self._head = [(weights.pop(f"head.{n}.weight").T, weights.pop(f"head.{n}.bias")) for n in (1, 3)]

    def __call__(self, numbers: Floats) -> Floats:
        """Cells that the post covers are averaged, their maximum taken, and those that decide weighed by attention."""
        maps = self._maps(numbers)
        count, channels, side = maps.shape[:3]
        covered = numbers[:, 0].reshape(count, side, GRID // side, side, GRID // side).mean((2, 4))
        say = (covered > SEEN).reshape(count, -1, 1) + np.float32(UNSEEN)
        cells = maps.reshape(count, channels, -1).transpose(0, 2, 1)  # (N, cells, channels)
        mean = (cells * say).sum(1) / say.sum(1)
        most = (cells * (say > 0.5)).max(1)
        weight, bias = self._asked
        found = _shares(cells @ weight + bias + np.log(say)).transpose(0, 2, 1) @ cells
        (inner, offset), (outer, constant) = self._head
        hidden = np.maximum(np.concatenate([mean, most, found.reshape(count, -1)], 1) @ inner + offset, 0)
        return np.asarray((hidden @ outer + constant)[:, 0], np.float32)


def _shares(logits: Floats) -> Floats:
    """Softmax over the cells."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True), np.float32)


def _graph(weights: Weights) -> bytes:
    graph = Graph((None, PLANES, GRID, GRID))
    maps = graph.input
    for name in ("one", "two"):
        maps = _halved(graph, weights, name, maps)
    return graph.model(maps)


def _halved(graph: Graph, weights: Weights, name: str, maps: str) -> str:
    """Half the side, and another look."""
    maps = graph.add("Relu", _convolution(graph, weights, f"{name}.0", f"{name}.1", maps, stride=2))
    looked = graph.add("Relu", _convolution(graph, weights, f"{name}.3.a", f"{name}.3.na", maps))
    again = _convolution(graph, weights, f"{name}.3.b", f"{name}.3.nb", looked)
    return graph.add("Relu", graph.add("Add", maps, again))


def _convolution(graph: Graph, weights: Weights, name: str, norm: str, maps: str, *, stride: int = 1) -> str:
    weight, bias = folded(weights, name, norm, epsilon=EPSILON)
    return graph.convolution(maps, weight, bias, stride=stride, padding=1)

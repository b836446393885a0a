"""Backbones that were trained for copies: a safetensors file that says itself which network it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from lineage.backbones.batches import BatchEmbedder
from lineage.backbones.catalog import LITE
from lineage.backbones.files import sha256_of
from lineage.backbones.lite_graph import LiteNetwork
from lineage.backbones.preprocess import normalise
from lineage.backbones.runtime import CPU
from lineage.errors import WeightsError
from lineage.records import BackboneSpec, Floats, Pixels

WEIGHTS = Path(__file__).parent.parent / "weights"
KEY = "lineage"  # of the card among the file's metadata


@dataclass(frozen=True, slots=True)
class Card:
    """What a weights file says of itself.

    Attributes:
        network: `lite`, or `open_clip:MODEL`
        dim: length of the vector
        input_size: px
        mean, std: per channel R G B, of pictures scaled to 0..1
        licence: of the weights
        between: numbers of a hidden layer of the head; 0: it has none
    """

    network: str
    dim: int
    input_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    licence: str
    between: int = 0


class LiteEmbedder(BatchEmbedder):
    """`lite`, as it ships or tuned, run by ONNX Runtime."""

    def __init__(self, spec: BackboneSpec, network: LiteNetwork) -> None:
        super().__init__(spec)
        self._network = network

    def _forward(self, batch: Pixels) -> Floats:
        return self._network(normalise(batch, self.spec.mean, self.spec.std))


def identified(file: Path | None) -> tuple[Path, Card, BackboneSpec]:
    """A weights file that `lineage train` wrote, or of None the one that ships: where it is, what it says of itself,
    and what an index remembers of it.

    Raises:
        WeightsError: it is missing, damaged, or of another kind; or what ships is not what the catalog has
    """
    if file is None:
        file = WEIGHTS / f"{LITE.name}.safetensors"
        if sha256_of(file) != LITE.weights:
            raise WeightsError(f"{file}: not the weights of the catalog; reinstall asset-lineage")
        return file, _card(file), LITE
    card = _card(file)
    name = f"tuned:{file.name}"
    return file, card, BackboneSpec(name, card.dim, card.input_size, card.mean, card.std, card.licence, sha256_of(file))


def _card(file: Path) -> Card:
    with reading(file), safe_open(file, framework="numpy") as stored:
        facts = json.loads(stored.metadata()[KEY])
        return Card(**{**facts, "mean": tuple(facts["mean"]), "std": tuple(facts["std"])})


def load_lite(
    file: Path, spec: BackboneSpec, *, threads: int | None = None, providers: Sequence[str] = CPU
) -> LiteEmbedder:
    """The network of a file whose card says `lite`.

    Args:
        file: of the weights
        spec: what the embedder is known by
        threads, providers: as of `lineage.backbones.runtime.Network`

    Raises:
        WeightsError: it is missing, damaged, or of another kind
    """
    with reading(file), safe_open(file, framework="numpy") as stored:
        weights = {key: stored.get_tensor(key).astype(np.float32) for key in stored.keys()}  # noqa: SIM118, not a dict
        network = LiteNetwork(weights, size=spec.input_size, file=file, threads=threads, providers=providers)
    if weights:
        raise WeightsError(f"{file}: not the layers of lite; train it again")
    return LiteEmbedder(spec, network)


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """What is wrong with a weights file is said of it by name."""
    try:
        yield
    except FileNotFoundError as error:
        raise WeightsError(f"{file}: no such file") from error
    except (SafetensorError, RuntimeError, TypeError, KeyError, ValueError, IndexError) as error:
        raise WeightsError(f"{file}: not a backbone that `lineage train` wrote, or damaged") from error

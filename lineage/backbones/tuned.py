"""Backbones that were trained for copies: a safetensors file that says itself which network it holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from lineage.backbones.files import sha256_of
from lineage.backbones.folding import folded
from lineage.backbones.heads import Head
from lineage.backbones.lite import Lite
from lineage.backbones.module import ModuleEmbedder
from lineage.errors import WeightsError
from lineage.records import BackboneSpec

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


class Headed(nn.Module):
    """An open_clip tower and a head: (N, 3, S, S) → (N, dim). Children: `trunk`, `head`.

    Args:
        name: of the network, `open_clip:MODEL`
        trunk: (N, 3, S, S) → (N, width)
        between: numbers of a hidden layer of the head; 0: it has none
    """

    def __init__(self, name: str, trunk: nn.Module, *, width: int, dim: int, between: int = 0) -> None:
        super().__init__()
        self.name = name
        self.trunk = trunk
        self.head = Head(width, dim, between=between)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) → (N, dim)."""
        vectors: torch.Tensor = self.head(self.trunk(numbers))
        return vectors


def save_tuned(module: nn.Module, card: Card, file: Path) -> None:
    """Write a network in half precision, with its card; a file of that name is replaced as a whole.

    Raises:
        WeightsError: half precision cannot hold its numbers
    """
    halves = {
        name: (weights.half() if weights.is_floating_point() else weights).contiguous()
        for name, weights in module.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    if wild := [name for name, weights in halves.items() if not weights.isfinite().all()]:
        raise WeightsError(f"{file}: not written, because {wild[0]} outgrows half precision; train at a lower rate")
    part = file.with_name(f"{file.name}.part")
    save_file(halves, part, metadata={KEY: json.dumps(asdict(card))})
    part.replace(file)


def load_shipped(spec: BackboneSpec, *, device: torch.device) -> ModuleEmbedder:
    """A network of the catalog whose weights lie in the package.

    Raises:
        WeightsError: they are missing, damaged, or not those of the catalog
    """
    file = WEIGHTS / f"{spec.name}.safetensors"
    network, _ = _read(file)
    if sha256_of(file) != spec.weights:
        raise WeightsError(f"{file}: not the weights of the catalog; reinstall asset-lineage")
    return _embedder(spec, network, device=device)


def load_tuned(file: Path, *, name: str, device: torch.device) -> ModuleEmbedder:
    """The network of a file that `lineage train` wrote.

    Raises:
        WeightsError: it is missing, damaged, or of another kind
    """
    network, card = _read(file)
    spec = BackboneSpec(name, card.dim, card.input_size, card.mean, card.std, card.licence, sha256_of(file))
    return _embedder(spec, network, device=device)


def _embedder(spec: BackboneSpec, network: nn.Module, *, device: torch.device) -> ModuleEmbedder:
    faster = folded(network) if isinstance(network, Lite) else None
    return ModuleEmbedder(spec, network, faster=faster, device=device)


def _read(file: Path) -> tuple[nn.Module, Card]:
    try:
        with safe_open(file, framework="pt") as stored:
            card = _card(stored.metadata())
            tensors = {key: stored.get_tensor(key).float() for key in stored.keys()}  # noqa: SIM118, not a dict
        network = _network(card)
        missing, unknown = network.load_state_dict(tensors, strict=False)
    except FileNotFoundError as error:
        raise WeightsError(f"{file}: no such file") from error
    except (SafetensorError, RuntimeError, TypeError, KeyError, ValueError) as error:
        raise WeightsError(f"{file}: not a backbone that `lineage train` wrote, or damaged") from error
    if unknown or any(not key.endswith("num_batches_tracked") for key in missing):
        raise WeightsError(f"{file}: not the layers of {card.network}; train it again")
    return network, card


def _card(metadata: Mapping[str, str]) -> Card:
    facts = json.loads(metadata[KEY])
    return Card(**{**facts, "mean": tuple(facts["mean"]), "std": tuple(facts["std"])})


def _network(card: Card) -> nn.Module:
    kind, _, model = card.network.partition(":")
    if kind == "lite":
        return Lite(card.dim, between=card.between)
    if kind == "open_clip":
        from lineage.backbones.clip import empty_tower

        tower, width = empty_tower(model)
        return Headed(card.network, tower, width=width, dim=card.dim, between=card.between)
    raise ValueError(card.network)

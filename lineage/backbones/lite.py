"""The shipped network: EfficientNet-Lite0, widened to 1280 channels, GeM, one linear layer."""

from __future__ import annotations

import torch
from torch import nn

from lineage.backbones.efficientnet import CHANNELS, GeM, Trunk, convolution

WIDE = 1280  # channels before pooling, as in the classifier
INPUT_SIZE = 192  # px


class Lite(nn.Module):
    """(N, 3, S, S) normalised → (N, dim) of any norm. Children: `trunk`, `widen`, `pool`, `head`.

    Args:
        dim: length of the vector
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.widen = nn.Sequential(*convolution(CHANNELS, WIDE), nn.ReLU6(inplace=True))
        self.pool = GeM()
        self.head = nn.Linear(WIDE, dim)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) → (N, dim)."""
        maps = self.widen(self.trunk(numbers.contiguous(memory_format=torch.channels_last)))
        vectors: torch.Tensor = self.head(self.pool(maps.float()))
        return vectors

"""The shipped network: EfficientNet-Lite0, widened to 1280 channels, GeM, a head of one linear layer or two."""

from __future__ import annotations

import torch
from torch import nn

from lineage.backbones.efficientnet import CHANNELS, GeM, Trunk, convolution
from lineage.backbones.heads import Head

WIDE = 1280  # channels before pooling, as in the classifier
INPUT_SIZE = 192  # px


class Lite(nn.Module):
    """(N, 3, S, S) normalised → (N, dim) of any norm. Children: `trunk`, `widen`, `pool`, `head`.

    Args:
        dim: length of the vector
        between: numbers of a hidden layer of the head; 0: it has none
    """

    def __init__(self, dim: int, *, between: int = 0) -> None:
        super().__init__()
        self.trunk = Trunk()
        self.widen = nn.Sequential(*convolution(CHANNELS, WIDE), nn.ReLU6(inplace=True))
        self.pool = GeM()
        self.head = Head(WIDE, dim, between=between)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) → (N, dim)."""
        maps = self.widen(self.trunk(numbers.contiguous(memory_format=torch.channels_last)))
        vectors: torch.Tensor = self.head(self.pool(maps.float()))
        return vectors

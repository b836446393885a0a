"""What makes the vector out of the pooled channels: one linear layer, or two with a kink between them."""

from __future__ import annotations

import torch
from torch import nn


class Head(nn.Linear):
    """(N, inputs) → (N, dim) of any norm. Its own weights are those of the last layer; `first` is what lies before it.

    Args:
        inputs: channels after pooling
        dim: length of the vector
        between: numbers of a hidden layer; 0: there is none
    """

    def __init__(self, inputs: int, dim: int, *, between: int = 0) -> None:
        super().__init__(between or inputs, dim)
        self.between = between
        self.first = nn.Sequential(nn.Linear(inputs, between), nn.ReLU6(inplace=True)) if between else nn.Identity()

    def forward(self, channels: torch.Tensor) -> torch.Tensor:
        """(N, inputs) → (N, dim)."""
        return super().forward(self.first(channels))

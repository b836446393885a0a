"""Pooling of feature maps."""

from __future__ import annotations

import torch
from torch import nn


class GeM(nn.Module):
    """Generalised mean over the places of a feature map (Radenović, Tolias & Chum 2018, arXiv 1711.02512).

    p = 1 is the mean, p → ∞ the maximum; 3, as retrieval and SSCD use it, lets count what occurs at few places.
    """

    def __init__(self, p: float = 3.0) -> None:
        super().__init__()
        self.p = p

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) ≥ 0 → (N, C)."""
        return features.clamp_min(1e-6).pow(self.p).mean((2, 3)).pow(1 / self.p)

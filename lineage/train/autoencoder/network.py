"""The autoencoder in torch, to be trained; `lineage/verify/restore/network.py` has the same layers for who asks."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from lineage.verify.restore.shape import GROUPS, PATCH, Shape


class GroupResidual(nn.Module):
    """Two 3 × 3 convolutions beside the identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.GroupNorm(GROUPS, width),
            nn.Conv2d(width, width, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1),
        )

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """(N, width, h, w) → the same shape."""
        changed: torch.Tensor = self.layers(maps)
        return maps + changed


class Surroundings(nn.Module):
    """Tells every place what the whole picture is like: what a filter did to the colours shows only there."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(nn.Conv2d(width, width, 1), nn.SiLU(), nn.Conv2d(width, width, 1))

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """(N, width, h, w) → the same shape."""
        told: torch.Tensor = self.mix(maps.mean((2, 3), keepdim=True))
        return maps + told


class Autoencoder(nn.Module):
    """(N, 4, S, S): a standardised picture and where it is seen, 0 or 1 → (N, 3, S, S), the picture redrawn."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        widths = shape.widths
        down: list[nn.Module] = [nn.PixelUnshuffle(PATCH), nn.Conv2d(4 * PATCH**2, widths[0], 3, padding=1)]
        down.append(GroupResidual(widths[0]))
        for wide, wider in pairwise(widths):
            down += [nn.Conv2d(wide, wider, 3, stride=2, padding=1), GroupResidual(wider)]
        down += [Surroundings(widths[-1]), GroupResidual(widths[-1]), nn.Conv2d(widths[-1], shape.code, 1)]
        up: list[nn.Module] = [nn.Conv2d(shape.code, widths[-1], 1), GroupResidual(widths[-1])]
        for wide, wider in reversed(list(pairwise(widths))):
            up += [nn.Conv2d(wider, 4 * wide, 1), nn.PixelShuffle(2), GroupResidual(wide)]
        up += [nn.Conv2d(widths[0], 3 * PATCH**2, 3, padding=1), nn.PixelShuffle(PATCH)]
        self.encoder, self.decoder = nn.Sequential(*down), nn.Sequential(*up)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """(N, 4, S, S) → (N, 3, S, S)."""
        redrawn: torch.Tensor = self.decoder(self.encoder(numbers.contiguous(memory_format=torch.channels_last)))
        return redrawn

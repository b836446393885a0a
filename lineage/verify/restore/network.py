"""A small convolutional autoencoder that redraws a picture as it was before it was posted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn

PATCH = 4  # px: the first layer sees 4 × 4 px at once, because layers at full size would cost most of the time
WIDEST = 128  # channels
GROUPS = 8  # of GroupNorm: batches of one candidate must give what large ones give


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network is built from.

    Attributes:
        side: px, longer side of the pictures; a multiple of 2 ** halvings
        width: channels of the first stage
        halvings: times that the side is halved down to the bottleneck, at least 2
        code: channels of the bottleneck
    """

    side: int = 128
    width: int = 32
    halvings: int = 3
    code: int = 16

    @property
    def grid(self) -> int:
        """Side of the bottleneck, in cells."""
        return self.side >> self.halvings


class Block(nn.Module):
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
        widths = [min(shape.width * 2**stage, WIDEST) for stage in range(shape.halvings - 1)]
        down: list[nn.Module] = [nn.PixelUnshuffle(PATCH), nn.Conv2d(4 * PATCH**2, widths[0], 3, padding=1)]
        down.append(Block(widths[0]))
        for wide, wider in pairwise(widths):
            down += [nn.Conv2d(wide, wider, 3, stride=2, padding=1), Block(wider)]
        down += [Surroundings(widths[-1]), Block(widths[-1]), nn.Conv2d(widths[-1], shape.code, 1)]
        up: list[nn.Module] = [nn.Conv2d(shape.code, widths[-1], 1), Block(widths[-1])]
        for wide, wider in reversed(list(pairwise(widths))):
            up += [nn.Conv2d(wider, 4 * wide, 1), nn.PixelShuffle(2), Block(wide)]
        up += [nn.Conv2d(widths[0], 3 * PATCH**2, 3, padding=1), nn.PixelShuffle(PATCH)]
        self.encoder, self.decoder = nn.Sequential(*down), nn.Sequential(*up)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """(N, 4, S, S) → (N, 3, S, S)."""
        redrawn: torch.Tensor = self.decoder(self.encoder(numbers.contiguous(memory_format=torch.channels_last)))
        return redrawn

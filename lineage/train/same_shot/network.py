"""The network of pairs in torch, to be trained.

`lineage/verify/restore/same_shot.py` has the same layers for who asks.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from lineage.verify.restore.planes import PLANES
from lineage.verify.restore.same_shot import SEEN, UNSEEN

WIDTHS = (40, 64)  # channels at half and at a quarter of the grid
ASKED = 4  # ways of looking for the cells that decide
HIDDEN = 48
DROPPED = 0.4


class BatchResidual(nn.Module):
    """Two 3 × 3 convolutions beside the identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.a, self.na = nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        self.b, self.nb = nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)

    def forward(self, maps: torch.Tensor) -> torch.Tensor:
        """(N, width, h, w) → the same shape."""
        return torch.relu(maps + self.nb(self.b(torch.relu(self.na(self.a(maps))))))


class SameShotModule(nn.Module):
    """(N, PLANES, GRID, GRID) of `planes` → (N,) logit that the post was made from the asset."""

    def __init__(self) -> None:
        super().__init__()
        half, quarter = WIDTHS
        self.one = _halved(PLANES, half, kernel=4)
        self.two = _halved(half, quarter, kernel=3)
        self.att = nn.Conv2d(quarter, ASKED, 1)
        self.head = nn.Sequential(
            nn.Dropout(DROPPED), nn.Linear(quarter * (ASKED + 2), HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1)
        )

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """Cells that the post covers are averaged, their maximum taken, and those that decide weighed by attention."""
        maps = self.two(self.one(numbers))
        say = (functional.avg_pool2d(numbers[:, :1], numbers.shape[-1] // maps.shape[-1]) > SEEN).float() + UNSEEN
        mean = (maps * say).sum((2, 3)) / say.sum((2, 3))
        most = (maps * (say > 0.5)).amax((2, 3))
        weight = (self.att(maps) + say.log()).flatten(2).softmax(2)
        found = torch.einsum("nkc,nwc->nkw", weight, maps.flatten(2)).flatten(1)
        logits: torch.Tensor = self.head(torch.cat([mean, most, found], 1))
        return logits[:, 0]


def _halved(wide: int, wider: int, *, kernel: int) -> nn.Sequential:
    """Half the side, and another look."""
    layers = nn.Conv2d(wide, wider, kernel, stride=2, padding=1, bias=False), nn.BatchNorm2d(wider), nn.ReLU()
    return nn.Sequential(*layers, BatchResidual(wider))

"""How far two redrawn pictures lie apart, in torch, so that how it is read is learned with the network.

`lineage/verify/restore/departure.py` says the same of one pair to who asks.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from lineage.verify.restore.departure import CELLS, KEPT, NOISE


class LearnedDeparture(nn.Module):
    """Error between two redrawn pictures over the error of redrawing the asset, and what that comes to.

    Three numbers and a linear map are learned with the network: how much error every picture is allowed, from which
    departure on a cell is not explained, and how trimmed mean, mean and explained share add up to one logit.
    """

    def __init__(self) -> None:
        super().__init__()
        self.allowed = nn.Parameter(torch.tensor(-1.5))
        self.limit = nn.Parameter(torch.tensor(0.0))
        self.steepness = nn.Parameter(torch.tensor(1.0))
        self.weigh = nn.Linear(3, 1)
        with torch.no_grad():
            self.weigh.weight.copy_(torch.tensor([[-1.0, -1.0, 1.0]]))
            self.weigh.bias.zero_()

    def forward(self, restored: torch.Tensor, redrawn: torch.Tensor, asset: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) each → (N, CELLS, CELLS): log of the error over what is allowed there."""
        error = cells_of((restored - redrawn).abs())
        hard = functional.avg_pool2d(cells_of((redrawn - asset).abs()), 3, 1, 1, count_include_pad=False)
        departure: torch.Tensor = (error.mean(1) + NOISE).log() - (hard.mean(1) + self.allowed.exp()).log()
        return departure

    def explained(self, departure: torch.Tensor) -> torch.Tensor:
        """Departure → logit that the cell shows the asset."""
        return self.steepness * (self.limit - departure)

    def figures(self, departure: torch.Tensor, counted: torch.Tensor) -> torch.Tensor:
        """(N, CELLS, CELLS) each → (N, 3): trimmed mean, mean, and share of explained cells (soft)."""
        flat, count = departure.flatten(1), counted.flatten(1)
        total = count.sum(1).clamp(min=1)
        ordered = torch.where(count, flat, torch.inf).sort(1).values
        kept = torch.arange(flat.shape[1], device=flat.device)[None] < (KEPT * total).ceil()[:, None]
        trimmed = torch.where(kept, ordered, 0).nan_to_num(posinf=0).sum(1) / kept.sum(1)
        mean = torch.where(count, flat, 0).sum(1) / total
        explained = torch.where(count, self.explained(flat).sigmoid(), 0).sum(1) / total
        return torch.stack([trimmed, mean, explained], 1)

    def logit(self, figures: torch.Tensor) -> torch.Tensor:
        """(N, 3) figures → (N,) logit that the post was made from the asset."""
        logits: torch.Tensor = self.weigh(figures)
        return logits[:, 0]


def cells_of(maps: torch.Tensor) -> torch.Tensor:
    """(N, C, S, S) → (N, C, CELLS, CELLS), averaged."""
    return functional.avg_pool2d(maps, maps.shape[-1] // CELLS)

"""How far the restored post lies from the redrawn asset: per cell, and of the pair as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

CELLS = 16  # along the longer side, as many as the plain residual has
TEXTURE = 6.0  # grey levels, standard deviation from which a cell says something; as in the plain residual
VISIBLE = 0.9  # share of a cell that must lie inside the post
KEPT = 0.7  # share of the cells that the trimmed mean keeps
FITTED = 0.6  # share of the picture that the colours are fitted to: the rest may be covered
ROUNDS = 6
COARSE = 4  # px, averaged before colours are fitted: small misalignment does not count
RIDGE = 0.05  # squared shares of full brightness: grey posts have no colours to fit by
SOFT = 8.0  # grey levels: a flat picture is not stretched to full contrast
NOISE = 0.05  # standard deviations: a smaller error is none
FEWEST_VISIBLE, FEWEST_TEXTURED = 4, 3  # cells, as in the plain residual


@dataclass(frozen=True, slots=True)
class Pairs:
    """N assets and posts in the assets' frames, ready for the network.

    Attributes:
        asset, post: (N, 4, S, S) float32: R G B with mean 0 and deviation 1 over what is seen, and where that is
        counted: (N, CELLS, CELLS) bool: visible, textured cells
        spoken: (N,) bool, whether enough cells count for anything to be said
    """

    asset: torch.Tensor
    post: torch.Tensor
    counted: torch.Tensor
    spoken: torch.Tensor


def pairs(asset: torch.Tensor, post: torch.Tensor, inside: torch.Tensor) -> Pairs:
    """Give the post the colours of the asset, as far as one map of all colours does, and standardise both over what is
    seen: brightness, contrast, tint and even inverted colours of the whole are no evidence.

    Args:
        asset, post: (N, 3, S, S) uint8
        inside: (N, S, S) uint8, 255 where the post covers the asset, 0 elsewhere and beyond a shorter side
    """
    seen = (inside > 127).float()[:, None]
    visible = _cells(seen)[:, 0] > VISIBLE
    textured = (_deviation(asset) > TEXTURE) | (_deviation(post) > TEXTURE)
    counted = visible & textured
    spoken = (visible.sum((1, 2)) >= FEWEST_VISIBLE) & (counted.sum((1, 2)) >= FEWEST_TEXTURED)
    original, matched = asset.float(), _recoloured(post.float(), asset.float(), seen)
    count = seen.sum((2, 3), keepdim=True).clamp(min=1)
    middle = (original * seen).sum((2, 3), keepdim=True) / count
    spread = (((original - middle) * seen).square().sum((2, 3), keepdim=True) / count).sqrt() + SOFT
    of_asset, of_post = (torch.cat([(one - middle) / spread * seen, seen], 1) for one in (original, matched))
    return Pairs(of_asset, of_post, counted, spoken)


def _recoloured(post: torch.Tensor, asset: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    """The post after the affine map of colours that brings most of it nearest to the asset.

    Least squares, trimmed: what fits worst, such as stickers and text, has no say in the next round.
    """
    small = [functional.avg_pool2d(picture * seen, COARSE).flatten(2).mT for picture in (post, asset)]
    whole = functional.avg_pool2d(seen, COARSE).flatten(2).mT
    source = torch.cat([small[0], whole * 255], 2) / 255  # (N, pixels, 4): a partly seen one has a smaller constant
    target, weight = small[1] / 255, (whole > VISIBLE).float()
    ridge = RIDGE * torch.eye(4) + 1e-6
    for _ in range(ROUNDS):
        normal = (source * weight).mT @ source + ridge
        colours = torch.linalg.solve(normal, (source * weight).mT @ target)
        error = (source @ colours - target).abs().sum(2, keepdim=True)
        limit = torch.where(whole > VISIBLE, error, torch.nan).nanquantile(FITTED, 1, keepdim=True)
        weight = ((error <= limit) & (whole > VISIBLE)).float()
    flat: torch.Tensor = torch.cat([post, torch.full_like(seen, 255)], 1).flatten(2).mT @ colours
    return flat.mT.reshape(post.shape)


def _deviation(picture: torch.Tensor) -> torch.Tensor:
    """(N, 3, S, S) → (N, CELLS, CELLS) standard deviation of the grey levels in each cell."""
    grey = picture.float().mean(1, keepdim=True)
    return (_cells(grey.square()) - _cells(grey).square()).clamp(min=0).sqrt()[:, 0]


def _cells(maps: torch.Tensor) -> torch.Tensor:
    return functional.avg_pool2d(maps, maps.shape[-1] // CELLS)


class Departure(nn.Module):
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
        error = _cells((restored - redrawn).abs())
        hard = functional.avg_pool2d(_cells((redrawn - asset).abs()), 3, 1, 1, count_include_pad=False)
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

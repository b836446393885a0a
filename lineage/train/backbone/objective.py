"""What a batch is trained towards."""

from __future__ import annotations

import torch
from pytorch_metric_learning.losses import CrossBatchMemory, NTXentLoss
from torch import nn
from torch.nn import functional

from lineage.train.backbone.recipe import BackboneRecipe


class Objective(nn.Module):
    """The weighted sum of the losses that a recipe asks for.

    Args:
        recipe: the weights
        targets: (pictures, dim) L2 norm 1, the teacher's vectors of the clean pictures; None without a teacher
    """

    def __init__(self, recipe: BackboneRecipe, targets: torch.Tensor | None) -> None:
        super().__init__()
        self._recipe = recipe
        self._targets = targets
        self.memory = CrossBatchMemory(NTXentLoss(recipe.temperature), recipe.dim, memory_size=recipe.memory)

    def forward(
        self, vectors: torch.Tensor, pictures: torch.Tensor, mixed: torch.Tensor, *, matching: bool
    ) -> dict[str, torch.Tensor]:
        """Losses by name, each already weighted; their sum is what is minimised.

        Args:
            vectors: (N, dim) of the views, any norm
            pictures: (N,) which picture each view shows
            mixed: (N, 2) share of the own picture and of that of the next view in the batch, the last one's next being
                the first; (1, 0) where nothing was blended
            matching: only the distance to the teacher counts
        """
        recipe, unit = self._recipe, functional.normalize(vectors.float())
        losses = {}
        if self._targets is not None and recipe.distance:
            losses["distance"] = recipe.distance * self._distance(vectors.float(), unit, pictures, mixed)
        if matching:
            return losses
        if self._targets is not None and recipe.proxies:
            losses["proxies"] = recipe.proxies * self._proxies(unit, pictures, mixed)
        pure = mixed[:, 1] == 0
        if recipe.contrastive:
            told = self.memory(unit[pure], pictures[pure]) if pure.any() else unit.sum() * 0
            losses["contrastive"] = recipe.contrastive * told
        if recipe.koleo:
            losses["koleo"] = recipe.koleo * koleo(unit, _others(pictures, mixed))
        return losses

    def _distance(
        self, vectors: torch.Tensor, unit: torch.Tensor, pictures: torch.Tensor, mixed: torch.Tensor
    ) -> torch.Tensor:
        """To the teacher's vector of the clean picture, of a blend to the blend of both."""
        both = torch.stack([self._vectors()[pictures], self._vectors()[pictures.roll(-1)]], 1)
        wanted = functional.normalize((both * mixed[:, :, None]).sum(1))
        if self._recipe.squared:
            return (vectors - wanted).square().sum(1).mean() / 2
        return (1 - (unit * wanted).sum(1)).mean()

    def _proxies(self, unit: torch.Tensor, pictures: torch.Tensor, mixed: torch.Tensor) -> torch.Tensor:
        """Cross-entropy over all training pictures, of a blend with both shares as labels."""
        odds = functional.log_softmax(unit @ self._vectors().T / self._recipe.temperature, 1)
        own, other = odds.gather(1, pictures[:, None]), odds.gather(1, pictures.roll(-1)[:, None])
        return -(torch.cat([own, other], 1) * mixed).sum(1).mean()

    def _vectors(self) -> torch.Tensor:
        if self._targets is None:
            raise ValueError("there is no teacher")
        return self._targets


def koleo(unit: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Differential-entropy regulariser: minus the mean log distance to the nearest vector of another picture.

    Spreads the pictures evenly over the sphere (arXiv 1806.03198, eq. 2), and not the views of one, which belong
    together (arXiv 2202.10261, §4.2).

    Args:
        unit: (N, dim) of the views of a batch, L2 norm 1
        others: (N, N) bool, whether two views show other pictures

    Returns:
        scalar; 0 where all views show one picture
    """
    with torch.no_grad():
        nearest = (unit @ unit.T).masked_fill(~others, -torch.inf).argmax(1)
    known = others.any(1)
    distance = functional.pairwise_distance(unit[known], unit[nearest[known]])
    return -(distance + 1e-8).log().sum() / max(len(distance), 1)


def _others(pictures: torch.Tensor, mixed: torch.Tensor) -> torch.Tensor:
    """(N, N) bool, whether two views have no picture in common; a blend shows two."""
    blended = torch.where(mixed[:, 1] > 0, pictures.roll(-1), pictures)
    shown = torch.stack([pictures, blended], 1)
    return ~(shown[:, None, :, None] == shown[None, :, None, :]).any(-1).any(-1)

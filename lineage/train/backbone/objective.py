"""What a batch is trained towards."""

from __future__ import annotations

import torch
from pytorch_metric_learning.losses import CrossBatchMemory, NTXentLoss
from torch import nn
from torch.nn import functional

from lineage.train.backbone.recipe import Recipe


class Objective(nn.Module):
    """The weighted sum of the losses that a recipe asks for.

    Args:
        recipe: the weights
        targets: (pictures, dim) L2 norm 1, the teacher's vectors of the clean pictures; None without a teacher
    """

    def __init__(self, recipe: Recipe, targets: torch.Tensor | None) -> None:
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
        if recipe.contrastive and pure.any():
            losses["contrastive"] = recipe.contrastive * self.memory(unit[pure], pictures[pure])
        if recipe.koleo:
            losses["koleo"] = recipe.koleo * koleo(unit)
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


def koleo(unit: torch.Tensor) -> torch.Tensor:
    """Differential-entropy regulariser: minus the mean log distance to the nearest other vector of the batch.

    (N, dim) L2 norm 1 → scalar; spreads the vectors evenly over the sphere (arXiv 1806.03198, eq. 2).
    """
    with torch.no_grad():
        similarity = unit @ unit.T
        nearest = (similarity - 3 * torch.eye(len(unit), device=unit.device)).argmax(1)
    return -(functional.pairwise_distance(unit, unit[nearest]) + 1e-8).log().mean()

"""The loop of the conditional form: posts in, a restorer out."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch.nn import functional

from lineage.errors import UsageError
from lineage.train.autoencoder.descent import Report, descend
from lineage.train.autoencoder.gallery import Gallery
from lineage.train.autoencoder.losses import Cost, cost
from lineage.train.autoencoder.model import Model
from lineage.train.autoencoder.posts import LaidBatch, Posts, hidden_cells
from lineage.train.autoencoder.recipe import AutoencoderRecipe


def train(
    gallery: Gallery,
    recipe: AutoencoderRecipe,
    *,
    start: Model | None = None,
    report: Report = lambda _done, _loss: None,
) -> Model:
    """Train a restorer.

    Args:
        gallery: pictures and their look-alikes
        recipe: the switches
        start: to go on from, else a new one
        report: told (share of the run that is done, loss) after every step

    Raises:
        UsageError: `start` has another shape than the recipe, or the loss runs away
    """
    torch.manual_seed(recipe.seed)
    if start is not None and start.shape != recipe.shape:
        raise UsageError(f"the weights to start from are of {start.shape}, and {recipe.shape} was asked for")
    model = (start or Model(recipe.shape)).train().to(memory_format=torch.channels_last)
    pay, batches = cost(recipe.loss), iter(Posts(gallery, recipe))
    descend(model, lambda: sum(_losses(model, next(batches), pay, recipe), torch.zeros(())), recipe, report)
    return model.eval()


def _losses(model: Model, batch: LaidBatch, pay: Cost, recipe: AutoencoderRecipe) -> Iterator[torch.Tensor]:
    """Of restoring posts, of redrawing assets, of telling pairs apart, of naming covered cells."""
    both, right = batch.pairs, batch.right > 0
    post, whole, counted = (torch.from_numpy(part) for part in (both.post, both.asset, both.counted))
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=recipe.bfloat16):
        restored, redrawn = model.redraw(post, whole)
    asset, seen = whole[:, :3], whole[:, 3:]
    yield pay(restored[right], asset[right], seen[right] * (1 - batch.hidden[right, None]))
    yield pay(redrawn, asset, seen)
    if recipe.margin == 0:  # the reading of the error is fitted all the same
        restored, redrawn = restored.detach(), redrawn.detach()
    cells = model.departure(restored, redrawn, asset)
    weight = recipe.margin or 1.0
    yield weight * _parted(model.departure.logit(model.departure.figures(cells, counted)), batch)
    yield weight * _named(model.departure.explained(cells)[right], counted[right], batch.hidden[right])


def _parted(logits: torch.Tensor, batch: LaidBatch) -> torch.Tensor:
    """Cross-entropy of the pairs, right and wrong ones weighing the same."""
    errors = functional.binary_cross_entropy_with_logits(logits, batch.right, reduction="none")
    spoken = torch.from_numpy(batch.pairs.spoken).float()
    sides = [spoken * batch.right, spoken * (1 - batch.right)]
    return sum(((errors * side).sum() / side.sum().clamp(min=1) for side in sides), torch.zeros(()))


def _named(logits: torch.Tensor, counted: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the cells of right pairs, covered ones and others weighing the same."""
    covered = hidden_cells(hidden)
    errors = functional.binary_cross_entropy_with_logits(logits, 1 - covered, reduction="none")
    sides = [(counted & (covered > 0.5)).float(), (counted & (covered < 0.1)).float()]
    return 0.5 * sum(((errors * side).sum() / side.sum().clamp(min=1) for side in sides), torch.zeros(()))

"""Gradient descent with a rate that falls over steps or over time, whichever ends the run."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import torch
from torch import nn

from lineage.errors import UsageError
from lineage.train.autoencoder.recipe import AutoencoderRecipe

Report = Callable[[float, float], None]
"""Told (share of the run that is done, loss) after every step."""

DECAY = 1e-4  # AdamW's weight decay
STEEPEST = 1.0  # norm to which gradients are clipped: a post that shows nearly nothing has huge ones
WARMUP = 0.03  # share of the run in which the rate rises


def descend(
    model: nn.Module,
    loss_of: Callable[[], torch.Tensor],
    recipe: AutoencoderRecipe,
    report: Report,
    *,
    decay: float = DECAY,
    warmup: float = WARMUP,
) -> None:
    """Take the steps of a recipe.

    Args:
        model: what is trained
        loss_of: the loss on the next batch
        recipe: rate, steps, minutes
        report: told after every step
        decay: weight decay
        warmup: share of the run in which the rate rises

    Raises:
        UsageError: the loss runs away
    """
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.rate, weight_decay=decay)
    began = time.monotonic()
    for step in range(recipe.steps):
        done = max(step / recipe.steps, (time.monotonic() - began) / (60 * recipe.minutes) if recipe.minutes else 0.0)
        if done >= 1:
            return
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * _share(done, warmup)
        loss = loss_of()
        if not torch.isfinite(loss):
            raise UsageError(f"the loss is not finite at step {step}; use a lower rate")
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(model.parameters(), STEEPEST)
        optimizer.step()
        report(done, float(loss.detach()))


def _share(done: float, warmup: float) -> float:
    """Of the highest rate: a rise, then half a cosine."""
    if done < warmup:
        return (done + 0.1 * warmup) / (1.1 * warmup)
    return 0.5 * (1 + math.cos(math.pi * (done - warmup) / (1 - warmup)))

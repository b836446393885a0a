"""Gradient descent with a rate that falls over steps or over time, whichever ends the run."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import torch
from torch import nn

from lineage.errors import UsageError
from lineage.train.autoencoder.recipe import Recipe

Report = Callable[[float, float], None]
"""Told (share of the run that is done, loss) after every step."""

DECAY = 1e-4  # AdamW's weight decay
STEEPEST = 1.0  # norm to which gradients are clipped: a post that shows nearly nothing has huge ones
WARMUP = 0.03  # share of the run in which the rate rises


def descend(model: nn.Module, loss_of: Callable[[], torch.Tensor], recipe: Recipe, report: Report) -> None:
    """Take the steps of a recipe.

    Args:
        model: what is trained
        loss_of: the loss on the next batch
        recipe: rate, steps, minutes
        report: told after every step

    Raises:
        UsageError: the loss runs away
    """
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.rate, weight_decay=DECAY)
    began = time.monotonic()
    for step in range(recipe.steps):
        done = max(step / recipe.steps, (time.monotonic() - began) / (60 * recipe.minutes) if recipe.minutes else 0.0)
        if done >= 1:
            return
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * _share(done)
        loss = loss_of()
        if not torch.isfinite(loss):
            raise UsageError(f"the loss is not finite at step {step}; use a lower rate")
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(model.parameters(), STEEPEST)
        optimizer.step()
        report(done, float(loss.detach()))


def _share(done: float) -> float:
    """Of the highest rate: a rise, then half a cosine."""
    if done < WARMUP:
        return (done + 0.1 * WARMUP) / (1.1 * WARMUP)
    return 0.5 * (1 + math.cos(math.pi * (done - WARMUP) / (1 - WARMUP)))

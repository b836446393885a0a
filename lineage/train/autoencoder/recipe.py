"""What a training run is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from lineage.verify.restore.shape import Shape

Loss = Literal["mse", "l1", "ms-ssim", "perceptual"]


@dataclass(frozen=True, slots=True)
class AutoencoderRecipe:
    """All that a run depends on besides its pictures.

    Attributes:
        shape: of the network
        loss: what redrawing wrongly costs
        margin: weight of telling copies from look-alikes, beside that of redrawing, which is 1; 0: the network learns
            to redraw and nothing else
        steps: optimiser steps, at most
        minutes: wall time, at most; the learning rate falls in step with whichever ends first; 0: no limit
        posts: per step
        rivals: look-alikes that each post is laid over, besides its source
        reuse: times that a post is used, each time laid anew: making one costs more than learning from it
        pool: posts that are kept for it
        hardest: greatest strength of the manipulations, 0..1
        rate: AdamW's learning rate, falling as half a cosine
        bfloat16: compute in half precision, for processors that have it
        seed: of pictures, posts and weights
    """

    shape: Shape = field(default_factory=Shape)
    loss: Loss = "l1"
    margin: float = 1.0
    steps: int = 2500
    minutes: float = 0.0
    posts: int = 6
    rivals: int = 2
    reuse: int = 4
    pool: int = 1500
    hardest: float = 1.0
    rate: float = 2e-3
    bfloat16: bool = False
    seed: int = 0

"""What a training run is made of. Every switch is here, goes into the checkpoint, and can be swept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackboneRecipe:
    """All that a run depends on besides its pictures.

    Attributes:
        base: backbone to start from
        dim: length of the vector; None: that of the base. Where a head is made for it: 512, with a teacher the
            teacher's
        between: numbers of a hidden layer of a fresh head; 0: it is one linear layer
        freeze: child of the network up to which nothing moves, such as `trunk.stage3`; empty: everything moves
        resolutions: (side in px, share of the views) in the order of training: low first, because a view then costs a
            third and teaches most of the same
        views: number of training views in all
        batch: views per step; every picture is in it twice
        rate: AdamW's learning rate for what came with the base; the new head learns `head_rate` times as fast
        head_rate: see `rate`
        decay: weight decay
        warmup: steps in which the rate rises from 0; it falls as a cosine afterwards
        average: decay of the exponential moving average of the weights, which is what is validated; the best is saved
        hardest: greatest strength of the manipulations, 0..1
        region: share of the views that show the region of the source in the post instead of the whole post, as the
            views of a query do
        match: share of the steps, the first ones, in which nothing but the distance to the teacher counts: matching its
            bottleneck before training on the task
        distance: weight of the distance to the teacher's vector of the clean picture
        squared: whether that distance is the squared error times `dim` / 2 instead of 1 - cosine; the two are equal
            for vectors of norm 1, so the former also holds the norm
        proxies: weight of the softmax over the teacher's vectors of all training pictures
        contrastive: weight of InfoNCE between views, with cross-batch memory
        koleo: weight of the differential-entropy regulariser (arXiv 1806.03198, as in SSCD, arXiv 2202.10261)
        memory: vectors of earlier batches that the contrastive loss compares with
        temperature: of both softmax losses
        mixup: share of the views that are blended with another view (arXiv 2202.10261, §4.3)
        seed: of pictures, views and weights
    """

    base: str = "lite0"
    dim: int | None = None
    between: int = 0
    freeze: str = "trunk.stage3"
    resolutions: tuple[tuple[int, float], ...] = ((96, 0.35), (128, 0.4), (160, 0.25))
    views: int = 130_000
    batch: int = 64
    rate: float = 1e-3
    head_rate: float = 3.0
    decay: float = 0.02
    warmup: int = 200
    average: float = 0.998
    hardest: float = 1.0
    region: float = 0.4
    match: float = 0.0
    distance: float = 2.0
    squared: bool = False
    proxies: float = 0.5
    contrastive: float = 0.25
    koleo: float = 0.0
    memory: int = 4096
    temperature: float = 0.05
    mixup: float = 0.0
    seed: int = 0

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run."""
        return self.views // self.batch

    def resolution(self, step: int) -> int:
        """Side of the views at a step, px."""
        done = step / max(self.steps, 1)
        for side, share in self.resolutions:
            if done < share:
                return side
            done -= share
        return self.resolutions[-1][0]

"""Training views: what a post, or the part of it that a query would cut out, shows of a picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from torch.utils.data import Dataset

from lineage import geometry
from lineage.backbones.preprocess import fit
from lineage.manipulate import Manipulated, any_post
from lineage.records import Pixels
from lineage.train.backbone.gallery import SplitPart
from lineage.train.backbone.recipe import BackboneRecipe

CONTEXT = 4  # foreign pictures that a collage, a meme or a background may use
JITTER = 0.04  # of the region's sides: views of a query do not find the border exactly
NARROWEST = 16  # px, a region below this says nothing


@dataclass(frozen=True, slots=True)
class ViewBatch:
    """Views of one step.

    Attributes:
        views: (batch, S, S, 3) uint8
        picture: (batch,) index into the gallery; every picture twice
    """

    views: Pixels
    picture: npt.NDArray[np.int64]


class Batches(Dataset[ViewBatch]):
    """The batch of each step, made of the step's number and the seed alone, so that a run can be resumed exactly."""

    def __init__(self, gallery: SplitPart, recipe: BackboneRecipe) -> None:
        self._gallery = gallery
        self._recipe = recipe

    def __getitem__(self, step: int) -> ViewBatch:
        cv2.setNumThreads(1)  # the worker processes share the processor with the training
        rng = np.random.default_rng((self._recipe.seed, step))
        chosen = np.repeat(self._chosen(step), 2)
        side = self._recipe.resolution(step)
        views = [self._view(int(number), rng, side) for number in chosen]
        return ViewBatch(np.stack(views), chosen)

    def _chosen(self, step: int) -> npt.NDArray[np.int64]:
        """Pictures of a step, siblings side by side: they are each other's hard negatives."""
        wanted = self._recipe.batch // 2
        count = len(self._gallery.pictures)
        places = range(step * wanted, (step + 1) * wanted)
        order = {
            epoch: _order(self._gallery.groups, (self._recipe.seed, epoch))
            for epoch in {place // count for place in places}
        }
        return np.array([order[place // count][place % count] for place in places], np.int64)

    def _view(self, number: int, rng: np.random.Generator, side: int) -> Pixels:
        pictures = self._gallery.pictures
        context = [pictures[int(other)] for other in rng.integers(len(pictures), size=CONTEXT) if other != number]
        post = any_post(pictures[number], seed=int(rng.integers(2**31)), context=context, hardest=self._recipe.hardest)
        pixels = rectangle_shown(post, pictures[number], rng) if rng.random() < self._recipe.region else post.pixels
        return fit(pixels, side)


def _order(groups: tuple[int, ...], seed: tuple[int, int]) -> npt.NDArray[np.int64]:
    """Pictures of one epoch: groups in any order, the members of a group in a row."""
    rng = np.random.default_rng(seed)
    members = np.asarray(groups)
    rank = rng.permutation(members.max() + 1)[members]
    return np.lexsort((rng.random(len(members)), rank))


def rectangle_shown(post: Manipulated, original: Pixels, rng: np.random.Generator) -> Pixels:
    """The upright rectangle of a post in which the original lies, its borders a little off; else the whole post."""
    height, width = post.pixels.shape[:2]
    corners = geometry.corners((original.shape[1], original.shape[0]))
    if (np.c_[corners, np.ones(4)] @ post.original_to_result[2] <= 0).any():  # beyond the horizon
        return post.pixels
    places = geometry.apply(post.original_to_result, corners) * max(height, width)
    low, high = places.min(0), places.max(0)
    low, high = low + rng.normal(0, JITTER, 2) * (high - low), high + rng.normal(0, JITTER, 2) * (high - low)
    left, top = np.clip(low, 0, (width, height)).astype(int)
    right, bottom = np.clip(high, 0, (width, height)).astype(int)
    small = min(right - left, bottom - top) < NARROWEST
    return post.pixels if small else np.ascontiguousarray(post.pixels[top:bottom, left:right])

"""Posts, laid over what they were made from and over its look-alikes, as a query would lay them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from lineage.geometry import corners, fit_homography
from lineage.manipulate import Manipulated, any_post
from lineage.records import Laid, Map, Pixels
from lineage.train.autoencoder.gallery import Gallery
from lineage.train.autoencoder.near_frames import next_frame
from lineage.train.autoencoder.recipe import AutoencoderRecipe
from lineage.verify.restore.departure import CELLS, Pairs, pairs
from lineage.verify.restore.model import square

CONTEXT = 4  # foreign pictures that a collage, a meme or a background may use
SLACK = (
    0.0005,
    0.012,
)  # of the longer side, how far the geometry of a query may be off: typical for copies … weak ones
LOOSE = 0.05  # the same where a picture is laid over one that has nothing to do with it
FIRST = 8  # batches of new posts before any is used again
STRANGER = 0.15  # share of the rivals that are any other picture: with few matches, geometry finds those too
TWIN = 0.45  # share of the rivals that are made of the source; of pictures without look-alikes all the others are
ALIKE = 0.5  # share of the posts that are made from pictures with look-alikes, where there are any


@dataclass(frozen=True, slots=True)
class LaidBatch:
    """Laid pairs with their truth.

    Attributes:
        pairs: N of them, ready for the network
        right: (N,) float32, 1 where the post was made from the asset
        hidden: (N, S, S) float32, 1 where a sticker or the like covers the asset, only told where `right`
    """

    pairs: Pairs
    right: torch.Tensor
    hidden: torch.Tensor


@dataclass(frozen=True, slots=True)
class _Post:
    source: int
    made: Manipulated


@dataclass(frozen=True, slots=True)
class _Laid:
    planes: tuple[Pixels, Pixels, Pixels]
    hidden: Pixels
    right: bool


class Posts:
    """An endless stream of batches; the same gallery and recipe give the same ones."""

    def __init__(self, gallery: Gallery, recipe: AutoencoderRecipe) -> None:
        self._gallery, self._recipe = gallery, recipe
        self._alike = [number for number, rivals in enumerate(gallery.rivals) if rivals]
        self._rng = np.random.default_rng((recipe.seed, 3))
        self._pool: list[_Post] = []

    def __iter__(self) -> Iterator[LaidBatch]:
        """Batches of `recipe.posts` posts, each over its source and its rivals."""
        while True:
            laid = [one for _ in range(self._recipe.posts) for one in self._laid(self._draw())]
            both = pairs([one.planes for one in laid])
            right = torch.tensor([float(one.right) for one in laid])
            hidden = torch.from_numpy(np.stack([one.hidden for one in laid])).float()
            yield self._turned(LaidBatch(both, right, hidden))

    def _draw(self) -> _Post:
        """One from the pool, or a new one that takes another's place there."""
        rng = self._rng
        if len(self._pool) >= FIRST * self._recipe.posts and rng.random() >= 1 / self._recipe.reuse:
            return self._pool[int(rng.integers(len(self._pool)))]
        post = self._make()
        if len(self._pool) < self._recipe.pool:
            self._pool.append(post)
        else:
            self._pool[int(rng.integers(len(self._pool)))] = post
        return post

    def _make(self) -> _Post:
        rng, pictures = self._rng, self._gallery.pictures
        source, *others = (int(number) for number in rng.choice(len(pictures), CONTEXT + 1, replace=False))
        if self._alike and rng.random() < ALIKE:
            source = int(rng.choice(self._alike))
        seed, context = int(rng.integers(2**31)), [pictures[number] for number in others]
        return _Post(source, any_post(pictures[source], seed=seed, context=context, hardest=self._recipe.hardest))

    def _laid(self, post: _Post) -> list[_Laid]:
        rng, side = self._rng, self._recipe.shape.side
        to_post, pixels = post.made.original_to_result, post.made.pixels
        slack = SLACK[0] * (SLACK[1] / SLACK[0]) ** rng.random()
        picture = self._gallery.pictures[post.source]
        planes = square(pixels, Laid(picture, to_post @ shake(picture, rng, slack)), side=side)
        laid = [_Laid(planes, _hidden(post.made, planes[2]), right=True)]
        for _ in range(self._recipe.rivals):
            rival, to_source = self._rival(post.source)
            planes = square(pixels, Laid(rival, to_post @ to_source), side=side)
            laid.append(_Laid(planes, np.zeros((side, side), np.uint8), right=False))
        return laid

    def _rival(self, source: int) -> tuple[Pixels, Map]:
        """A picture that the post was not made from, and the map to the source that a query would find."""
        rng, pictures, rivals = self._rng, self._gallery.pictures, self._gallery.rivals[source]
        kind = rng.random()
        if kind < STRANGER:
            other = pictures[int((source + rng.integers(1, len(pictures))) % len(pictures))]
            return other, shake(other, rng, LOOSE)
        slack = SLACK[0] * (SLACK[1] / SLACK[0]) ** rng.random()
        if rivals and kind >= STRANGER + TWIN:
            rival = rivals[int(rng.integers(len(rivals)))]
            return pictures[rival.picture], rival.rival_to_picture @ shake(pictures[rival.picture], rng, slack)
        return next_frame(pictures[source], rng), shake(pictures[source], rng, slack)

    def _turned(self, batch: LaidBatch) -> LaidBatch:
        """The whole batch upright or upside down, mirrored or not: what differs does so in any direction."""
        axes = tuple(axis for axis in (-1, -2) if self._rng.random() < 0.5)
        both = batch.pairs
        turned = Pairs(
            np.flip(both.asset, axes).copy(),
            np.flip(both.post, axes).copy(),
            np.flip(both.counted, axes).copy(),
            both.spoken,
        )
        return LaidBatch(turned, batch.right, batch.hidden.flip(axes))


def shake(picture: Pixels, rng: np.random.Generator, slack: float) -> Map:
    """A map of a picture's unit frame that moves its corners by about `slack`."""
    frame = corners((picture.shape[1], picture.shape[0]))
    moved = fit_homography(frame, frame + rng.normal(0, slack, frame.shape))
    return np.eye(3) if moved is None else moved


def _hidden(made: Manipulated, inside: Pixels) -> Pixels:
    """(S, S) uint8, 1 where the asset lies inside the post and cannot be seen."""
    height, width = made.visible.shape
    side = len(inside)
    scale = min(1.0, side / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    visible = cv2.resize(made.visible.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    hidden = np.zeros((side, side), np.uint8)
    hidden[: size[1], : size[0]] = visible < 0.5
    return np.asarray(hidden * (inside > 127), np.uint8)


def hidden_cells(hidden: torch.Tensor) -> torch.Tensor:
    """(N, S, S) → (N, CELLS, CELLS) share of each cell that is hidden, 0..1."""
    return torch.nn.functional.avg_pool2d(hidden[:, None], hidden.shape[-1] // CELLS)[:, 0]

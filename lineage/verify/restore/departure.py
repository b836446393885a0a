"""How far the restored post lies from the redrawn asset: per cell, and of the pair as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from lineage.backbones.graph import Weights
from lineage.records import Floats, Pixels

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

Truths = npt.NDArray[np.bool_]
Square = tuple[Pixels, Pixels, Pixels]
"""Asset, post in the asset's frame, and 255 where the post shows it: (S, S, 3), (S, S, 3) and (S, S) uint8."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """N assets and posts in the assets' frames, ready for the network.

    Attributes:
        asset, post: (N, 4, S, S) float32: R G B with mean 0 and deviation 1 over what is seen, and where that is
        counted: (N, CELLS, CELLS) bool: visible, textured cells
        spoken: (N,) bool, whether enough cells count for anything to be said
    """

    asset: Floats
    post: Floats
    counted: Truths
    spoken: Truths


def pairs(squares: Sequence[Square]) -> Pairs:
    """Give each post the colours of its asset, as far as one map of all colours does, and standardise both over what is
    seen: brightness, contrast, tint and even inverted colours of the whole are no evidence."""
    made = [(*_standardised(*square), *_speaking(*square)) for square in squares]
    return Pairs(*(np.stack(parts) for parts in zip(*made, strict=True)))


def _speaking(asset: Pixels, post: Pixels, inside: Pixels) -> tuple[Truths, np.bool_]:
    """Which cells count, and whether they are enough."""
    visible = _cells((inside > 127).astype(np.float32)) > VISIBLE
    counted = visible & ((_deviation(asset) > TEXTURE) | (_deviation(post) > TEXTURE))
    return counted, np.bool_(visible.sum() >= FEWEST_VISIBLE and counted.sum() >= FEWEST_TEXTURED)


def _standardised(asset: Pixels, post: Pixels, inside: Pixels) -> tuple[Floats, Floats]:
    """(4, S, S) each."""
    seen = (inside > 127).astype(np.float32)[..., None]
    original, matched = asset.astype(np.float32), _recoloured(post.astype(np.float32), asset.astype(np.float32), seen)
    count = max(float(seen.sum()), 1.0)
    middle = (original * seen).sum((0, 1)) / count
    spread = np.sqrt(np.square((original - middle) * seen).sum((0, 1)) / count) + np.float32(SOFT)
    of_asset, of_post = (
        np.concatenate([(one - middle) / spread * seen, seen], 2).transpose(2, 0, 1) for one in (original, matched)
    )
    return of_asset, of_post


def _recoloured(post: Floats, asset: Floats, seen: Floats) -> Floats:
    """The post after the affine map of colours that brings most of it nearest to the asset.

    Least squares, trimmed: what fits worst, such as stickers and text, has no say in the next round.
    """
    whole = _averaged(seen, COARSE).reshape(-1, 1)
    kept = whole[:, 0] > VISIBLE
    if not kept.any():
        return post
    small = [_averaged(picture * seen, COARSE).reshape(-1, 3)[kept] / 255 for picture in (post, asset)]
    source, target = np.concatenate([small[0], whole[kept]], 1), small[1]  # a partly seen one has a smaller constant
    ridge = np.float32(RIDGE) * np.eye(4, dtype=np.float32) + np.float32(1e-6)
    colours, fitting = np.zeros((4, 3), np.float32), np.ones(len(source), np.bool_)
    for _ in range(ROUNDS):
        some = source[fitting]
        colours = np.linalg.solve(some.T @ some + ridge, some.T @ target[fitting])
        error = np.abs(source @ colours - target).sum(1)
        fitting = error <= np.quantile(error, FITTED)
    return np.asarray(post @ colours[:3] + 255 * colours[3], np.float32)


def _deviation(picture: Pixels) -> Floats:
    """(S, S, 3) → (CELLS, CELLS) standard deviation of the grey levels in each cell."""
    grey = picture.astype(np.float32).mean(2)
    return np.asarray(np.sqrt(np.maximum(_cells(grey * grey) - _cells(grey) ** 2, 0)))


def _cells(plane: Floats) -> Floats:
    """(S, S) → (CELLS, CELLS), averaged."""
    return _averaged(plane, len(plane) // CELLS)


def _averaged(plane: Floats, factor: int) -> Floats:
    """(S, S[, C]) → (S / factor, S / factor[, C])."""
    side = len(plane) // factor
    return np.asarray(cv2.resize(plane, (side, side), interpolation=cv2.INTER_AREA), np.float32)


class Departure:
    """Error between two redrawn pictures over the error of redrawing the asset, and what that comes to.

    Three numbers and a linear map were learned with the network: how much error every picture is allowed, from which
    departure on a cell is not explained, and how trimmed mean, mean and explained share add up to one logit.

    Args:
        weights: by the names of the torch module; those of this are taken out

    Attributes:
        limit: departure from which on a cell is not explained

    Raises:
        KeyError: one is missing
    """

    def __init__(self, weights: Weights) -> None:
        self.limit = float(weights.pop("limit"))
        self._allowed = np.exp(weights.pop("allowed"))
        self._steepness = weights.pop("steepness")
        self._weigh = weights.pop("weigh.weight")[0], weights.pop("weigh.bias")[0]

    def cells(self, restored: Floats, redrawn: Floats, asset: Floats) -> Floats:
        """(3, S, S) each → (CELLS, CELLS): log of the error over what is allowed there."""
        error, hard = (_cells(np.abs(redrawn - other).mean(0)) for other in (restored, asset))
        near, count = (_summed(plane) for plane in (hard, np.ones_like(hard)))
        return np.asarray(np.log(error + np.float32(NOISE)) - np.log(near / count + self._allowed), np.float32)

    def figures(self, cells: Floats, counted: Truths) -> tuple[float, float, float]:
        """(CELLS, CELLS) each → trimmed mean, mean, and share of explained cells (soft); of none 0."""
        ordered = np.sort(cells[counted])
        if not len(ordered):
            return 0.0, 0.0, 0.0
        kept = int(np.ceil(np.float32(KEPT) * len(ordered)))
        explained = 1 / (1 + np.exp(-self._steepness * (self.limit - ordered)))
        return float(ordered[:kept].mean()), float(ordered.mean()), float(explained.mean())

    def logit(self, figures: tuple[float, float, float]) -> float:
        """Logit that the post was made from the asset."""
        weight, bias = self._weigh
        return float(weight @ np.array(figures, np.float32) + bias)


def _summed(plane: Floats) -> Floats:
    """Over each cell and its neighbours, as far as there are any."""
    return np.asarray(cv2.boxFilter(plane, -1, (3, 3), normalize=False, borderType=cv2.BORDER_CONSTANT), np.float32)

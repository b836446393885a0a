"""Compact local features of a picture, and the visual words that find them in an index.

A feature is a RootSIFT descriptor (Lowe 2004; Arandjelović & Zisserman 2012) reduced by PCA and rounded to 8 bit, so that a
picture's few hundred features fit into some 16 kB. A visual word is a pair of nearest centres, one for each half of a
descriptor: a product vocabulary (Jégou et al. 2011) of K² words for the price of 2 K centres.

The projection and the centres are data, trained by `lineage/train/vocabulary.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file

from lineage.errors import WeightsError
from lineage.records import Floats, Keypoints, Pixels, Words

SIDE = 512  # px, longer side: larger pictures are reduced
LIMIT = 400  # features of an asset
CONTRAST = 0.01  # a quarter of Lowe's threshold: packshots on white have little else
CELLS = 8  # features are spread over 8 × 8 cells
WEIGHTS = Path(__file__).parent / "weights" / "keypoints.safetensors"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The trained data.

    Attributes:
        mean: (128,) float32, of RootSIFT descriptors
        projection: (128, D) float32, principal components
        step: (1,) float32, what one of the 256 levels stands for
        centres: (2, K, D / 2) float32, in levels; for the even and for the odd components
    """

    mean: Floats
    projection: Floats
    step: Floats
    centres: Floats

    def compress(self, descriptors: Floats) -> npt.NDArray[np.uint8]:
        """(N, 128) RootSIFT → (N, D) uint8, 128 standing for zero."""
        levels = (descriptors - self.mean) @ self.projection / self.step
        return np.clip(np.rint(levels) + 128, 0, 255).astype(np.uint8)


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that ships with the package; read once.

    Raises:
        WeightsError: its file is missing or damaged
    """
    try:
        return Vocabulary(**load_file(WEIGHTS))
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{WEIGHTS}: cannot be read ({error}); reinstall lineage") from error


def extract(pixels: Pixels, *, limit: int = LIMIT, side: int = SIDE) -> Keypoints:
    """The strongest features of a picture, spread over it.

    Args:
        pixels: (H, W, 3) uint8 RGB
        limit: how many at most
        side: px; a picture whose longer side is longer is reduced to it

    Returns:
        Key points, strongest first; none where the picture has no structure.
    """
    features, descriptors = describe(pixels, limit=limit, side=side)
    return Keypoints(
        positions=features[:, :2],
        scales=features[:, 2],
        angles=features[:, 3],
        descriptors=vocabulary().compress(descriptors),
    )


def describe(pixels: Pixels, *, limit: int, side: int) -> tuple[Floats, Floats]:
    """The features behind `extract`: (N, 4) x, y, scale, angle and (N, 128) RootSIFT, before any compression."""
    longer = max(pixels.shape[:2])
    factor = min(1.0, side / longer)
    grey = cv2.resize(
        cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA
    )
    sift = cv2.SIFT_create(contrastThreshold=CONTRAST)
    found = sift.detect(grey, None)
    table = np.array([(*k.pt, k.size, k.angle, k.response) for k in found], np.float32).reshape(-1, 5)
    chosen = _spread(table[:, :2] / max(grey.shape), table[:, 4], limit)
    described, descriptors = sift.compute(grey, [found[i] for i in chosen])
    features = np.array([(*k.pt, k.size, k.angle) for k in described], np.float32).reshape(-1, 4)
    # OpenCV counts from the centre of the first pixel, the unit frame from its corner.
    features[:, :2] = (features[:, :2] + 0.5) / max(grey.shape)
    features[:, 2] /= max(grey.shape)
    if descriptors is None:
        return features, np.zeros((0, 128), np.float32)
    return features, np.sqrt(descriptors / np.maximum(descriptors.sum(1, keepdims=True), 1e-6))


def words(keypoints: Keypoints, *, assignments: int = 1) -> Words:
    """Visual words of features; how often a word occurs is damped by a square root.

    Args:
        keypoints: of a picture
        assignments: nearest words per feature; more than one on the asking side makes up for features near a border
    """
    if not len(keypoints):
        return Words(np.zeros(0, np.uint32), np.zeros(0, np.float32))
    indices, counts = np.unique(_assign(keypoints.descriptors, assignments), return_counts=True)
    return Words(indices.astype(np.uint32), np.sqrt(counts).astype(np.float32))


def _assign(descriptors: npt.NDArray[np.uint8], assignments: int) -> npt.NDArray[np.int64]:
    """(N, D) → (N, assignments): the nearest words, a pair of centres (a, b) being word a · K + b."""
    centres = vocabulary().centres
    levels = descriptors.astype(np.float32) - 128
    distances = [_squared_distances(levels[:, half::2], centres[half]) for half in (0, 1)]
    nearest = [np.argsort(d, axis=1)[:, :assignments] for d in distances]
    near = [np.take_along_axis(d, n, axis=1) for d, n in zip(distances, nearest, strict=True)]
    pairs = (near[0][:, :, None] + near[1][:, None, :]).reshape(len(levels), -1)
    word = (nearest[0][:, :, None] * centres.shape[1] + nearest[1][:, None, :]).reshape(len(levels), -1)
    return np.take_along_axis(word, np.argsort(pairs, axis=1)[:, :assignments], axis=1)


def _squared_distances(a: Floats, b: Floats) -> Floats:
    """(N, D), (M, D) → (N, M), up to a constant per row."""
    return np.asarray((b * b).sum(1) - 2 * a @ b.T, np.float32)


def _spread(positions: Floats, strengths: Floats, limit: int) -> npt.NDArray[np.intp]:
    """Up to `limit` indices: every cell's strongest first, then every cell's second …"""
    cells = (positions * CELLS).astype(np.intp) @ (CELLS + 1, 1)
    order = np.lexsort((-strengths, cells))
    first = np.searchsorted(cells[order], cells[order])
    rank = np.arange(len(order)) - first
    return order[np.lexsort((-strengths[order], rank))][:limit]

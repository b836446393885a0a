"""Compact local features of a picture, and the visual words that find them in an index.

A feature is a RootSIFT descriptor (Lowe 2004; Arandjelović & Zisserman 2012), reduced by PCA to 32 components of 8 bit.
A visual word is a pair of nearest centres, one for the even and one for the odd components: a product vocabulary (Jégou
et al. 2011) has K² words for the price of 2 K centres. Projection and centres are data, trained by
`lineage/train/vocabulary.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file

from lineage.errors import WeightsError
from lineage.records import Floats, Keypoints, Pixels, Words

Codes = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.intp]

SIDE = 512  # px, longer side: larger pictures are reduced
LIMIT = 400  # features of a picture: 16 kB
CONTRAST = 0.01  # a quarter of OpenCV's default: packshots on white have little else
CELLS, OCTAVES = 8, 4  # features are spread over 8 × 8 cells and over scales
FINEST = 2.0  # px, diameter of the smallest features of OpenCV's SIFT
SMALLEST = 8  # px: in a narrower picture there is no neighbourhood to describe
ZERO = 128  # the level that stands for 0
WEIGHTS = Path(__file__).parent.parent / "weights" / "keypoints.safetensors"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The trained data.

    Attributes:
        mean: (128,) float32, of RootSIFT descriptors
        projection: (128, D) float32, principal components
        parity: (D,) float32, what mirroring the picture does to each component: 1 keeps it, -1 turns its sign
        step: (1,) float32, what one level stands for
        centres: (2, K, D / 2) float32, in levels from zero; for the even and for the odd components
    """

    mean: Floats
    projection: Floats
    parity: Floats
    step: Floats
    centres: Floats

    def compress(self, descriptors: Floats) -> Codes:
        """(N, 128) RootSIFT → (N, D) levels 1..255, so that mirroring has room on either side of ZERO."""
        levels = (descriptors - self.mean) @ self.projection / self.step
        return np.asarray(np.clip(np.rint(levels) + ZERO, 1, 255), np.uint8)


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
    """The strongest features of a picture, spread over places and scales.

    Args:
        pixels: (H, W, 3) uint8 RGB
        limit: how many at most
        side: px; a picture whose longer side is longer is reduced to it

    Returns:
        Key points, strongest first; none where the picture has no structure.
    """
    features, descriptors = describe(pixels, limit=limit, side=side)
    return Keypoints(
        positions=np.ascontiguousarray(features[:, :2]),
        scales=np.ascontiguousarray(features[:, 2]),
        angles=np.ascontiguousarray(features[:, 3]),
        descriptors=vocabulary().compress(descriptors),
    )


def mirror(keypoints: Keypoints, *, width: float) -> Keypoints:
    """The features that the mirror image of a picture has, without extracting them again; feature i stays feature i.

    A mirrored patch has the same gradients in another order, and every principal component is symmetric or
    antisymmetric under that order.

    Args:
        keypoints: of the picture
        width: of the picture, unit frame: 1 for one that is wider than high
    """
    signed = keypoints.descriptors.astype(np.float32) - ZERO
    return Keypoints(
        positions=np.array((width, 0), np.float32) + keypoints.positions * np.array((-1, 1), np.float32),
        scales=keypoints.scales,
        angles=(180 - keypoints.angles) % 360,
        descriptors=(signed * vocabulary().parity + ZERO).astype(np.uint8),
    )


def negative(keypoints: Keypoints) -> Keypoints:
    """The features that the negative of a picture has, without extracting them again; feature i stays feature i.

    Every gradient points the other way there, so that a feature is turned by 180° and so is its patch. Turning the
    4 × 4 cells of a descriptor hardly leaves the space of the principal components: norms of 0.98 and more are kept.
    """
    signed = keypoints.descriptors.astype(np.float32) - ZERO
    turn, offset = _half_turn()
    levels = np.clip(np.rint(signed @ turn + offset) + ZERO, 1, 255)
    return replace(keypoints, angles=(keypoints.angles + 180) % 360, descriptors=levels.astype(np.uint8))


@cache
def _half_turn() -> tuple[Floats, Floats]:
    """(D, D) and (D,): what turning a patch by 180° does to the levels of a descriptor."""
    trained = vocabulary()
    turned = np.arange(128).reshape(4, 4, 8)[::-1, ::-1].ravel()
    offset = (trained.mean[turned] - trained.mean) @ trained.projection / trained.step
    turn = trained.projection[turned].T @ trained.projection
    return np.asarray(turn, np.float32), np.asarray(offset, np.float32)


def unit_descriptors(keypoints: Keypoints) -> Floats:
    """(N, D) centred descriptors, L2 norm 1: their products are cosines."""
    centred = keypoints.descriptors.astype(np.float32) - ZERO
    return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1), np.float32)


def words(keypoints: Keypoints, *, assignments: int = 1) -> Words:
    """Visual words of features, L2 norm 1.

    How often a word occurs does not count: stripes, text and fringes repeat themselves and would drown the rest.

    Args:
        keypoints: of a picture
        assignments: nearest words per feature; more than one makes up for features near a border between words
    """
    return words_of_parts(keypoints, [np.ones(len(keypoints), np.bool_)], assignments=assignments)[0]


def words_of_parts(
    keypoints: Keypoints, parts: Sequence[npt.NDArray[np.bool_]], *, assignments: int = 1
) -> tuple[Words, ...]:
    """The `words` of some of the features, for each of several (N,) choices of them."""
    assigned = _assign(keypoints.descriptors, assignments)
    return tuple(_counted_once(assigned[part]) for part in parts)


def _counted_once(assigned: npt.NDArray[np.int64]) -> Words:
    indices = np.unique(assigned)
    return Words(indices.astype(np.uint32), np.full(len(indices), max(len(indices), 1) ** -0.5, np.float32))


def describe(pixels: Pixels, *, limit: int, side: int) -> tuple[Floats, Floats]:
    """The features behind `extract`: (N, 4) x, y, scale, angle in the unit frame and (N, 128) RootSIFT."""
    grey = _grey(pixels, side)
    longer = max(grey.shape)
    sift = cv2.SIFT.create(contrastThreshold=CONTRAST, enable_precise_upscale=True)
    found = sift.detect(grey) if min(grey.shape) >= SMALLEST else ()
    table = np.array([(*k.pt, k.size, k.response) for k in found], np.float32).reshape(-1, 4)
    if not found:
        return np.zeros((0, 4), np.float32), np.zeros((0, 128), np.float32)
    described, descriptors = sift.compute(grey, [found[i] for i in _spread(table, longer)[:limit]])
    # OpenCV counts from the centre of the first pixel, the unit frame from its corner.
    features = np.array([(k.pt[0] + 0.5, k.pt[1] + 0.5, k.size, k.angle) for k in described], np.float32)
    features[:, :3] /= longer
    return features, np.sqrt(descriptors / np.maximum(descriptors.sum(1, keepdims=True), 1))


def _grey(pixels: Pixels, side: int) -> npt.NDArray[np.uint8]:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    factor = side / max(grey.shape)
    if factor < 1:
        size = [max(1, round(edge * factor)) for edge in (grey.shape[1], grey.shape[0])]
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)


def _spread(table: Floats, longer: int) -> Indices:
    """Order of N features (x, y, size, response), px: the strongest of every cell and octave first, then every second …

    Plain strength would give everything to a logo, and to fine features that no small or blurred copy shows.
    """
    octave = np.log2(np.maximum(table[:, 2] / FINEST, 1)).astype(np.intp).clip(0, OCTAVES - 1)
    bucket = (table[:, :2] * CELLS / longer).astype(np.intp) @ (CELLS, 1) * OCTAVES + octave
    order = np.lexsort((-table[:, 3], bucket))
    rank = np.arange(len(order)) - np.searchsorted(bucket[order], bucket[order])
    return order[np.lexsort((-table[order, 3], rank))]


def _assign(descriptors: Codes, assignments: int) -> npt.NDArray[np.int64]:
    """(N, D) → (N, assignments): the nearest words, a pair of centres (a, b) being word a · K + b."""
    centres = vocabulary().centres
    levels = descriptors.astype(np.float32) - ZERO
    near, far = zip(*(_nearest(levels[:, half::2], centres[half], assignments) for half in (0, 1)), strict=True)
    shape = len(levels), assignments**2
    word = (near[0][:, :, None] * centres.shape[1] + near[1][:, None, :]).reshape(shape)
    distance = (far[0][:, :, None] + far[1][:, None, :]).reshape(shape)
    return np.take_along_axis(word, np.argsort(distance, axis=1)[:, :assignments], axis=1)


def _nearest(levels: Floats, centres: Floats, count: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """(N, count) nearest centres, nearest first, and their squared distances up to a constant per row."""
    distances = 2 * levels @ centres.T
    np.subtract((centres * centres).sum(1), distances, out=distances)  # 6 MB that need not be taken again
    rows = np.arange(len(levels))
    nearest = np.zeros((len(levels), count), np.int64)
    smallest = np.zeros((len(levels), count), np.float32)
    for rank in range(count):  # a few passes are faster than one partial sort of each row
        nearest[:, rank] = distances.argmin(1)
        smallest[:, rank] = distances[rows, nearest[:, rank]]
        distances[rows, nearest[:, rank]] = np.inf
    return nearest, smallest

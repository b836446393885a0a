"""A head: vectors → one score a class, one-vs-rest, made a probability.

Kernel ridge regression with a Gaussian kernel on 0/1 targets (Rifkin & Klautau 2004: one-vs-rest by least squares is as
good as any), on a sample of landmarks (Nyström, Williams & Seeger 2001), so that its cost grows with the number of
pictures only. It has a closed form: forty heads are fitted in the time that one takes by descent, and every score that
calibration and thresholds see comes from a head that did not see the picture. Probabilities: Platt 1999.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression, Ridge

from lineage.insight.labels.truth import Flags
from lineage.records import Floats

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HeadRecipe:
    """What can be chosen about a head; `--search` compares `SEARCHED`.

    Attributes:
        gamma: width of the kernel exp(-gamma |x - y|²) on standardised vectors of norm 1; towards 0 it becomes linear
        alpha: ridge penalty
        landmarks: of the Nyström sample, at most
    """

    gamma: float = 1.0
    alpha: float = 0.3
    landmarks: int = 1000


SEARCHED = tuple(HeadRecipe(gamma, alpha) for gamma in (0.3, 1.0, 2.0) for alpha in (0.1, 0.3, 1.0, 3.0))
"""What `--search` compares."""


@dataclass(frozen=True, slots=True)
class Features:
    """Vectors (N, D) → (N, L) whose dot products are about the kernel.

    Attributes:
        mean, scale: (D,) float32
        landmarks: (L, D) float32, standardised, L2 norm 1
        whitening: (L, L) float32
        gamma: of the kernel
    """

    mean: Floats
    scale: Floats
    landmarks: Floats
    whitening: Floats
    gamma: float

    def __call__(self, vectors: Floats) -> Floats:
        """(N, D) → (N, L) float32."""
        cosines = _unit((vectors - self.mean) / self.scale) @ self.landmarks.T
        kernel = np.exp(2 * self.gamma * (cosines - 1))  # |x - y|² = 2 - 2 cos
        return np.asarray(kernel @ self.whitening.T, np.float32)


@dataclass(frozen=True, slots=True)
class LabelHead:
    """(N, D) vectors → (N, T) probabilities, one for each of T targets.

    Attributes:
        features: the kernel's
        weights: (L, T) float32
        bias: (T,) float32
        slope, offset: (T,) float64, of the sigmoid
    """

    features: Features
    weights: Floats
    bias: Floats
    slope: Array
    offset: Array

    def __call__(self, vectors: Floats) -> Array:
        """(N, D) → (N, T) probabilities."""
        return np.asarray(expit((self.features(vectors) @ self.weights + self.bias) * self.slope + self.offset))

    def towards(self, vector: Floats, target: int) -> Floats:
        """(D,) L2 norm 1 → (D,): what to add to the vector to raise the score of a target most, lengths held fixed."""
        kernel = self.features
        moved = (vector - kernel.mean) / kernel.scale
        length = np.linalg.norm(moved)
        close = np.exp(2 * kernel.gamma * (kernel.landmarks @ moved / length - 1))
        pulls = (self.weights[:, target] @ kernel.whitening) * close
        slope = 2 * kernel.gamma * self.slope[target] / length
        return np.asarray(slope * (pulls @ kernel.landmarks) / kernel.scale, np.float32)


def fit_features(vectors: Floats, recipe: HeadRecipe, *, seed: int) -> Features:
    """Standardisation and landmarks from (N, D) vectors; no labels needed."""
    mean, scale = vectors.mean(0), vectors.std(0) + 1e-6
    sample = Nystroem(gamma=recipe.gamma, n_components=min(recipe.landmarks, len(vectors)), random_state=seed)
    sample.fit(_unit((vectors - mean) / scale))
    landmarks, whitening = (np.asarray(part, np.float32) for part in (sample.components_, sample.normalization_))
    return Features(mean, scale, landmarks, whitening, recipe.gamma)


def fit_scores(features: Floats, targets: Flags, recipe: HeadRecipe) -> tuple[Floats, Floats]:
    """Weights (L, T) and bias (T,) from (N, L) features and (N, T) targets."""
    ridge = Ridge(alpha=recipe.alpha).fit(features, targets.astype(np.float32))
    return np.asarray(ridge.coef_.reshape(targets.shape[1], -1).T, np.float32), np.asarray(ridge.intercept_, np.float32)


def calibrate(scores: Array, targets: Flags) -> tuple[Array, Array]:
    """Slope and offset (T,) of the sigmoid that makes (N, T) scores of unseen pictures probabilities.

    The penalty is weak (C = 1e4 on scores of a few tenths): it only keeps separable classes finite. A target that all
    pictures have, or none, gets its share.
    """
    fitted = [_platt(column, shown) for column, shown in zip(scores.T, targets.T, strict=True)]
    slope, offset = np.array(fitted).T
    return slope, offset


def _platt(scores: Array, shown: Flags) -> tuple[float, float]:
    if shown.all() or not shown.any():
        share = (shown.sum() + 1) / (len(shown) + 2)  # Laplace's rule of succession
        return 0.0, float(np.log(share / (1 - share)))
    model = LogisticRegression(C=1e4).fit(scores[:, None], shown)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), np.float32)

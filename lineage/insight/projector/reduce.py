"""Vectors → a few coordinates: PCA, t-SNE, UMAP."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from lineage.errors import UsageError
from lineage.machine.require import extra
from lineage.records import Floats

COMPRESSED = 50  # principal components that t-SNE starts from, as its authors advise (van der Maaten & Hinton 2008)
NEIGHBOURS = 15  # that t-SNE's perplexity, UMAP and the trustworthiness look at; UMAP's default
_TRUST_SAMPLE = 2000  # points; trustworthiness needs all distances


def pca(vectors: Floats, dimensions: int, *, seed: int) -> Floats:
    """The directions of largest variance: distances on the map are shadows of true ones."""
    centred = vectors.astype(np.float64) - vectors.mean(0)
    directions = np.linalg.eigh(centred.T @ centred)[1].T[::-1][:dimensions]
    largest = np.abs(directions).argmax(1)
    signs = np.sign(directions[np.arange(len(directions)), largest])  # else a map might be another's mirror image
    return np.asarray(centred @ (directions * signs[:, None]).T, np.float32)


def tsne(vectors: Floats, dimensions: int, *, seed: int) -> Floats:
    """t-distributed stochastic neighbour embedding: neighbours stay together, distances of clusters mean nothing.

    Raises:
        MissingExtra: scikit-learn is not installed
    """
    with extra("measure"):
        from sklearn.manifold import TSNE
    compressed = pca(vectors, min(COMPRESSED, *vectors.shape), seed=seed)
    perplexity = min(2 * NEIGHBOURS, (len(vectors) - 1) / 3)
    map_ = TSNE(dimensions, perplexity=perplexity, init="pca", random_state=seed)
    return np.asarray(map_.fit_transform(compressed), np.float32)


def umap(vectors: Floats, dimensions: int, *, seed: int) -> Floats:
    """Uniform manifold approximation (McInnes et al. 2018, arXiv 1802.03426); as t-SNE, faster on many points.

    Raises:
        MissingExtra: umap-learn is not installed
    """
    neighbours = min(NEIGHBOURS, len(vectors) - 1)
    start = "spectral" if len(vectors) > 2 * dimensions + 2 else "random"  # fewer points have too few eigenvectors
    with warnings.catch_warnings(action="ignore"):  # about parts that it lacks, and about the seed; errors it raises
        map_ = _umap()(neighbours, dimensions, metric="cosine", init=start, random_state=seed, n_jobs=1)
        return np.asarray(map_.fit_transform(vectors), np.float32)


def _umap() -> Any:  # noqa: ANN401, umap-learn is not typed
    with extra("insight"):
        from umap import UMAP
    return UMAP


METHODS: Mapping[str, Callable[..., Floats]] = {"pca": pca, "tsne": tsne, "umap": umap}


def require_methods(names: Sequence[str]) -> None:
    """`UsageError` unless there are such projections, and at least one is wanted."""
    unknown = [name for name in names if name not in METHODS]
    if unknown or not names:
        raise UsageError(f"{', '.join(unknown) or 'nothing'}: no such projection; there are {', '.join(METHODS)}")


def reduce(vectors: Floats, method: str, *, dimensions: int, seed: int) -> Floats:
    """(N, D) → (N, dimensions) in -1..1 around the middle.

    Raises:
        MissingExtra: the method needs a package that is not installed
    """
    map_ = METHODS[method](vectors, dimensions, seed=seed)
    centred = map_ - map_.mean(0)
    return np.asarray(centred / max(float(np.abs(centred).max()), 1e-9), np.float32)


def trust(vectors: Floats, map_: Floats, *, seed: int) -> float:
    """Trustworthiness on a sample: 1 where all neighbours on the map are such in truth (Venna & Kaski 2001), 0..1.

    Raises:
        MissingExtra: scikit-learn is not installed
    """
    with extra("measure"):
        from sklearn.manifold import trustworthiness
    chosen = np.random.default_rng(seed).permutation(len(vectors))[:_TRUST_SAMPLE]
    neighbours = max(1, min(NEIGHBOURS, len(chosen) // 2 - 1))
    return float(trustworthiness(vectors[chosen], map_[chosen], n_neighbors=neighbours, metric="cosine"))

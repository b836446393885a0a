"""The assets of the library that look most like the pictures that led to a suggestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lineage.errors import UsageError
from lineage.protocols import Embedder, Store
from lineage.read.exposure import brightened
from lineage.read.tables import read_rows
from lineage.records import Pixels


@dataclass(frozen=True, slots=True)
class Near:
    """An asset of the library.

    Attributes:
        id: of the asset
        path: by which a person knows it
        similarity: cosine with the mean of the pictures, -1..1
    """

    id: str
    path: str
    similarity: float


def read_catalogue(file: Path) -> dict[str, str]:
    """Label by asset, from a CSV with the columns asset and label.

    Raises:
        UsageError: the file or a column is missing
    """
    return {row["asset"]: row["label"] for row in read_rows(file, needed=("asset", "label"))}


def nearest_assets(
    pictures: Sequence[Pixels],
    embedder: Embedder,
    store: Store,
    *,
    count: int,
    label: str,
    catalogue: Mapping[str, str] | None = None,
) -> list[Near]:
    """The nearest assets, best first.

    Args:
        pictures: at least one
        embedder: the one that the index was written by
        store: where the assets are
        count: at most so many
        label: only assets that the catalogue gives this label; without a catalogue all assets
        catalogue: label by path of the asset

    Raises:
        UsageError: the catalogue has assets of this label, and none is in the index
    """
    mean = embedder.embed([brightened(picture) for picture in pictures]).mean(0, keepdims=True)
    vectors = np.asarray(mean / np.linalg.norm(mean), np.float32)
    (hits,) = store.search_vectors(vectors, limit=count if catalogue is None else store.count())
    assets = store.assets([hit.id for hit in hits])
    found = [Near(hit.id, assets[hit.id].path, hit.score) for hit in hits if hit.id in assets]
    if catalogue is None:
        return found[:count]
    fitting = [near for near in found if catalogue.get(near.path) == label]
    if not fitting and label in catalogue.values():
        raise UsageError(f"none of the assets that the catalogue calls {label!r} is in the index")
    return fitting[:count]

"""Entries for the store's tests, of the size and statistics that real ones have."""

from __future__ import annotations

import hashlib
import uuid

import numpy as np

from lineage.records import Asset, Entry, Fingerprint, Hashes, Keypoints, Location, Stamp, Words, asset_id
from lineage.store.schema import SCHEMA_VERSION

DIM = 64
VOCABULARY = 5_000
DESCRIPTOR = 32


def stamp(*, dim: int = DIM, backbone: str = "toy", weights: str = "0" * 64) -> Stamp:
    return Stamp(str(uuid.uuid4()), SCHEMA_VERSION, backbone, weights, dim)


def asset(number: int, *, path: str | None = None) -> Asset:
    sha256 = hashlib.sha256(str(number).encode()).hexdigest()
    where = Location("/pictures", path or f"spring/{number}.jpg", 1_000 + number, 1_700_000_000_123_456_789 + number)
    return Asset(asset_id(sha256), sha256, 1200 + number, 800, "JPEG", (where,))


def entry(number: int, *, dim: int = DIM, points: int = 20, words: int = 40, preview: int = 200) -> Entry:
    rng = np.random.default_rng(number)
    mark = Fingerprint(
        vector(number, dim=dim), hashes(number), keypoints(rng, points), sparse(rng, words), rng.bytes(preview)
    )
    return Entry(asset(number), mark)


def vector(number: int, *, dim: int = DIM) -> np.ndarray:
    """Unit vectors in families of ten, so that neighbours are near as those of a shoot are."""
    family = np.random.default_rng(10_000 + number // 10).normal(size=dim)
    made = family + 0.5 * np.random.default_rng(number).normal(size=dim)
    return (made / np.linalg.norm(made)).astype(np.float32)


def hashes(number: int) -> Hashes:
    digest = hashlib.sha256(f"hash {number}".encode()).hexdigest()
    return Hashes(digest[:16], digest, number % 101)


def keypoints(rng: np.random.Generator, count: int) -> Keypoints:
    return Keypoints(
        positions=rng.random((count, 2), np.float32),
        scales=np.exp2(rng.uniform(-9, -1, count)).astype(np.float32),
        angles=rng.uniform(0, 360, count).astype(np.float32),
        descriptors=rng.integers(0, 256, (count, DESCRIPTOR), np.uint8),
    )


def sparse(rng: np.random.Generator, count: int) -> Words:
    """Some words are common and most are rare, as in any language."""
    chosen = np.unique((VOCABULARY * rng.random(count) ** 3).astype(np.uint32))
    return Words(chosen, rng.uniform(0.5, 3, len(chosen)).astype(np.float32))

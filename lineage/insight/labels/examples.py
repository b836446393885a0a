"""Labelled pictures → vectors: of every picture, and of posts made from it, so that heads learn what posts look like.

Vectors cost far more than anything that is done with them, so they are kept in the user's cache, batch by batch, under
names made of everything that they depend on, code and libraries too: a run that was stopped goes on, a longer table
costs its new rows only.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

from lineage.insight.labels.regions import file_of, look, region
from lineage.machine.provenance import NETWORKS, digest, made_by
from lineage.manipulate import any_post
from lineage.protocols import Embedder
from lineage.read.images import decode
from lineage.records import Floats, Pixels

LONGEST = 512  # px, as assets are decoded for the index
HARDEST = 0.5  # strength of the manipulations; beyond it crops often leave nothing of what the label means
BATCH = 16  # pictures decoded and manipulated before their vectors are made
CODE = (
    "lineage.insight.labels.examples",
    "lineage.insight.labels.regions",
    "lineage.insight.labels.faces",
    *(
        "lineage.read.images",
        "lineage.read.colour",
        "lineage.read.exposure",
        "lineage.read.film",
        "lineage.read.drawn",
        "lineage.read.camera",
        "lineage.read.bands",
        "lineage.read.cost",
        "lineage.read.local",
        "lineage.read.__init__",
        "lineage.machine.heap",
        "lineage.machine.whole_file",
        "lineage.read.formats",
    ),
    *("lineage.manipulate", "lineage.geometry", "lineage.backbones", "lineage.records"),
)
LIBRARIES = (
    *("numpy", "pillow", "pillow-heif", "pypdfium2", "rawpy", "resvg-py"),
    *("albumentations", "albucore", "scipy", "scikit-image"),
    *NETWORKS,
)


@dataclass(frozen=True, slots=True)
class Member:
    """One of the views whose answers are averaged: a backbone looking at a region."""

    embedder: Embedder
    region: str

    @property
    def name(self) -> str:
        """As reports call it: `lite0 tiles`."""
        return f"{self.embedder.spec.name} {self.region}"


Examples = Mapping[str, Floats]
"""By the member's name: (N, 1 + copies, D) float32, L2 norm 1; the picture first, then the posts made from it."""


def embed_examples(
    files: Sequence[Path],
    members: Sequence[Member],
    *,
    copies: int,
    seed: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Examples:
    """Vectors of all pictures and of `copies` posts made from each, the same posts for all members.

    Raises:
        ImageError: a picture cannot be read
    """
    made: dict[str, list[Floats]] = {member.name: [] for member in members}
    for first in range(0, len(files), BATCH):
        batch = files[first : first + BATCH]
        for name, vectors in _embed(batch, first, members, copies, seed).items():
            made[name].append(vectors)
        progress(len(batch))
    empty = {member.name: np.zeros((0, 1 + copies, member.embedder.spec.dim), np.float32) for member in members}
    return {name: np.concatenate([empty[name], *vectors]) for name, vectors in made.items()}


def _embed(files: Sequence[Path], first: int, members: Sequence[Member], copies: int, seed: int) -> dict[str, Floats]:
    """Vectors of one batch, whose first picture has this number; what the cache lacks is made and kept."""
    places = {member.name: _place(files, first, member, copies, seed) for member in members}
    missing = [member for member in members if not places[member.name].exists()]
    if missing:
        pictures = [
            version for n, file in enumerate(files, first) for version in _versions(file, copies, seed=(seed, n))
        ]
        for member in missing:
            vectors = look(pictures, member.embedder, region(member.region))
            _keep(vectors.reshape(len(files), 1 + copies, -1), places[member.name])
    return {name: np.load(place) for name, place in places.items()}


def _keep(vectors: Floats, place: Path) -> None:
    """Write as a whole: a run may be stopped at any moment."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f"{place.name}.{os.getpid()}.part.npy")
    np.save(part, vectors)
    part.replace(place)


def _versions(file: Path, copies: int, *, seed: tuple[int, int]) -> list[Pixels]:
    """The picture and posts made from it. Nothing foreign goes into them: it could show a class of its own."""
    pixels = decode(file, longest=LONGEST).pixels
    seeds = np.random.default_rng(seed).integers(2**31, size=copies)
    return [pixels, *(any_post(pixels, seed=int(one), hardest=HARDEST).pixels for one in seeds)]


@cache
def _maker() -> str:
    """Digest of the code and the libraries that make vectors."""
    return digest(made_by(CODE, LIBRARIES))


def _place(files: Sequence[Path], first: int, member: Member, copies: int, seed: int) -> Path:
    read = [*files, *filter(None, [file_of(member.region)])]
    states = [(str(file.absolute()), (stat := file.stat()).st_size, stat.st_mtime_ns) for file in read]
    spec = member.embedder.spec
    key = [_maker(), spec.weights, spec.input_size, member.region, copies, seed, first, states]
    return user_cache_path("lineage") / "labels" / f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]}.npy"

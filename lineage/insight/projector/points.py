"""What is projected: pictures with their vectors, from an index or from files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lineage.errors import UsageError
from lineage.protocols import Embedder, Store
from lineage.read.images import decode, shrink
from lineage.records import Floats, Pixels

THUMBNAIL = 96  # px, longer side of a picture that is kept
FEWEST = 5  # fewer points have no arrangement to speak of
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Points:
    """N pictures to project.

    Attributes:
        names: (N) paths
        groups: (N) what colours them: folder, label or campaign; empty where nobody says
        vectors: (N, D) float32, L2 norm 1
        pictures: (N) thumbnails, (h, w, 3) uint8
        total: how many there were before the sample was drawn
        keys: (N) ids of the assets; empty where they are files
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    vectors: Floats
    pictures: tuple[Pixels, ...]
    total: int
    keys: tuple[str, ...] = ()


def points_of_index(store: Store, *, sample: int, seed: int, groups: Mapping[str, str] | None) -> Points:
    """A sample of the assets, with the vectors and previews that the index holds.

    Args:
        store: the index
        sample: at most so many assets, drawn so that only these are ever in memory
        seed: of the sample
        groups: by path; None: the folder

    Raises:
        UsageError: the index has too few assets
    """
    chosen: list[tuple[str, Floats, bytes, str]] = []
    total = 0
    rng = np.random.default_rng(seed)
    for entry in (entry for batch in store.scroll() for entry in batch):
        total += 1  # reservoir sampling (Vitter 1985, algorithm R)
        place = len(chosen) if len(chosen) < sample else int(rng.integers(total))
        if place < sample:
            kept = entry.fingerprint
            chosen[place : place + 1] = [(entry.asset.path, kept.vector, kept.preview, entry.asset.id)]
    _require_enough(len(chosen))
    names, vectors, previews, keys = zip(*sorted(chosen, key=lambda one: one[0]), strict=True)
    pictures = (decode(preview, name=name).pixels for name, preview in zip(names, previews, strict=True))
    grouped = tuple(group_of(name, groups) for name in names)
    thumbnails = tuple(shrink(pixels, THUMBNAIL) for pixels in pictures)
    return Points(names, grouped, np.stack(vectors), thumbnails, total, keys)


def points_of_pictures(
    pictures: Iterable[tuple[str, Pixels]], embedder: Embedder, *, total: int, groups: Mapping[str, str] | None
) -> Points:
    """Named pictures with the vectors that the embedder makes of them; otherwise as `points_of_index`."""
    names: list[str] = []
    vectors: list[Floats] = []
    thumbnails: list[Pixels] = []
    waiting: list[Pixels] = []
    for name, pixels in pictures:
        names.append(name)
        thumbnails.append(shrink(pixels, THUMBNAIL))
        waiting.append(pixels)
        if len(waiting) == _BATCH:
            vectors.append(embedder.embed(waiting))
            waiting.clear()
    vectors.append(embedder.embed(waiting))
    _require_enough(len(names))
    grouped = tuple(group_of(name, groups) for name in names)
    return Points(tuple(names), grouped, np.concatenate(vectors), tuple(thumbnails), total)


def group_of(name: str, groups: Mapping[str, str] | None) -> str:
    """What a table says of this path or of its end; without a table the folder."""
    if groups is None:
        return name.rpartition("/")[0].rpartition("/")[2]
    return next((groups[form] for form in forms(name) if groups.get(form)), "")


def forms(name: str) -> tuple[str, str]:
    """The ways in which a table may name a path: as it is, and by its end."""
    return name, name.rpartition("/")[2]


def _require_enough(count: int) -> None:
    if count < FEWEST:
        raise UsageError(f"{count} pictures are too few to be arranged; at least {FEWEST} are needed")


def largest_groups(groups: Sequence[str], *, count: int) -> list[str]:
    """Names of the largest groups, the largest first; the unnamed are none."""
    names, sizes = np.unique([group for group in groups if group] or [""], return_counts=True)
    order = sorted(range(len(names)), key=lambda n: (-sizes[n], names[n]))
    return [str(names[n]) for n in order[:count] if names[n]]

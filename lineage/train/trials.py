"""Posts with known truth, made from the assets of an index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lineage.errors import ImageError, UsageError
from lineage.images import decode
from lineage.manipulate import any_post
from lineage.protocols import Store
from lineage.records import Entry, Pixels
from lineage.train.decision import Trial

CONTEXT = 4  # foreign pictures that a collage, a meme or a background may use
NOVEL = 0.5  # share of the posts whose source is hidden


def draw_trials(store: Store, *, count: int, longest: int, seed: int) -> Iterator[Trial]:
    """Make posts from randomly drawn assets, one at a time.

    Args:
        store: where the assets come from
        count: number of posts
        longest: px, longer side at which an original is read; its preview serves where the file is gone
        seed: the same seed on the same index gives the same posts

    Raises:
        UsageError: the index has too few assets
    """
    rng = np.random.default_rng(seed)
    ids = np.array([entry.asset.id for batch in store.scroll() for entry in batch])
    if len(ids) <= CONTEXT:
        raise UsageError(
            f"the index holds {len(ids)} assets, too few to make posts of them; at least {CONTEXT + 1} are needed"
        )
    for _ in range(count):
        chosen = [str(key) for key in rng.choice(ids, CONTEXT + 1, replace=False)]
        entries = store.entries(chosen)
        source, *context = (original(entries[key], longest=longest) for key in chosen)
        foreign, hide = frozenset(chosen[1:]), rng.random() < NOVEL
        post = any_post(source, seed=int(rng.integers(2**31)), context=context).pixels
        yield Trial(post, chosen[0], foreign | {chosen[0]} if hide else foreign)


def original(entry: Entry, *, longest: int) -> Pixels:
    """The asset's picture from the first of its files that can be read, else its preview."""
    for location in entry.asset.locations:
        try:
            return decode(Path(location.root, location.path), longest=longest).pixels
        except (ImageError, OSError):  # moved or broken since: the preview is the same picture, smaller
            continue
    return decode(entry.fingerprint.preview, name=entry.asset.path).pixels

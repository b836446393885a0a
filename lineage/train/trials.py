"""Posts with known truth, made from the assets of an index."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from lineage.errors import UsageError
from lineage.feedback import read_feedback
from lineage.feedback.notes import kept_post
from lineage.hashes import SamePicture
from lineage.images import decode
from lineage.manipulate import any_post
from lineage.places import UNREADABLE, read
from lineage.protocols import Journal, Store
from lineage.records import Entry, Pixels
from lineage.train.table import Trial

Names = npt.NDArray[np.str_]
CONTEXT = 4  # foreign pictures that a collage, a meme or a background may use


def draw_trials(store: Store, *, count: int, longest: int, seed: int) -> Iterator[Trial]:
    """Make posts from randomly drawn assets, one at a time.

    Of any four in a row two are novel, and one of these and one of the others are held back. Those that are held back
    come from one half of the assets, the others from the other half. Other files that show the same picture as one in
    the post are always hidden: naming one of them is no mistake, and counted as one it would raise the level.

    Args:
        store: where the assets come from
        count: number of posts
        longest: px, longer side at which an original is read; its preview serves where the file is gone
        seed: the same seed on the same index gives the same posts

    Raises:
        UsageError: the index has too few assets
    """
    rng = np.random.default_rng(seed)
    hashes = {entry.asset.id: entry.fingerprint.hashes for batch in store.scroll() for entry in batch}
    ids, same, place = np.array([*hashes]), SamePicture([*hashes.values()]), {key: n for n, key in enumerate(hashes)}
    if len(ids) <= CONTEXT:
        raise UsageError(
            f"the index holds {len(ids)} assets, too few to make posts of them; at least {CONTEXT + 1} are needed"
        )
    halves = np.array_split(rng.permutation(ids), 2)
    for number in range(count):
        novel, held_back = number % 2 == 1, number % 4 >= 2
        chosen = _draw(rng, ids, halves[held_back])
        entries = store.entries(chosen)
        source, *context = (original(entries[key], longest=longest) for key in chosen)
        post = any_post(source, seed=int(rng.integers(2**31)), context=context)
        shown = {str(ids[n]) for key in chosen for n in same.among(place[key])}.union(chosen)
        hidden = frozenset(shown if novel else shown - {chosen[0]})
        yield Trial(post.pixels, chosen[0], hidden, held_back=held_back, steps=len(post.steps))


def judged_trials(journal: Journal) -> Iterator[Trial]:
    """The posts that people have judged, by the last word on each pair; none of them is held back."""
    feedback = read_feedback(journal)
    for note in feedback.pairs:
        if note.hashes is None or note not in feedback.about(note.hashes):
            continue  # somebody said otherwise later
        confirmed, pixels = note.what == "confirm", kept_post(journal, note)
        denied = frozenset() if confirmed else frozenset({note.asset})
        yield Trial(pixels, note.asset if confirmed else "", frozenset(), held_back=False, denied=denied)


def _draw(rng: np.random.Generator, ids: Names, sources: Names) -> list[str]:
    """A source, and behind it the pictures that may stand in its post, from all of the index."""
    source = str(rng.choice(sources))
    others = [str(key) for key in rng.choice(ids, CONTEXT + 1, replace=False) if key != source]
    return [source, *others[:CONTEXT]]


def original(entry: Entry, *, longest: int) -> Pixels:
    """The asset's picture from the first of its files that can be read, else its preview."""
    for location in entry.asset.locations:
        try:
            content = read(location.root, location.path)
            return decode(content, name=location.path, longest=longest).pixels
        except UNREADABLE:  # moved or broken since: the preview is the same picture, smaller
            continue
    return decode(entry.fingerprint.preview, name=entry.asset.path).pixels

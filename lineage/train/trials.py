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
ATTEMPTS = 1000  # to draw a file whose picture is in its half: all are but further files of a picture


def draw_trials(store: Store, *, count: int, longest: int, seed: int) -> Iterator[Trial]:
    """Make posts from randomly drawn assets, one at a time.

    Of any four in a row two are novel, and one of these and one of the others are held back. Those that are held back
    come from one half of the assets, the others from the other half, and files of one picture from the same half. Other
    files that show the same picture as one in the post are always hidden: naming one of them is no mistake, and counted
    as one it would raise the level.

    Args:
        store: where the assets come from
        count: number of posts
        longest: px, longer side at which an original is read; its preview serves where the file is gone
        seed: the same seed on the same index gives the same posts

    Raises:
        UsageError: the index has too few assets, or too few different ones
    """
    rng = np.random.default_rng(seed)
    hashes = {entry.asset.id: entry.fingerprint.hashes for batch in store.scroll() for entry in batch}
    ids, same, place = np.array([*hashes]), SamePicture([*hashes.values()]), {key: n for n, key in enumerate(hashes)}
    if len(ids) <= CONTEXT:
        raise UsageError(
            f"the index holds {len(ids)} assets, too few to make posts of them; at least {CONTEXT + 1} are needed"
        )
    halves = _Halves(ids, same, rng)
    for number in range(count):
        novel, held_back = number % 2 == 1, number % 4 >= 2
        chosen = _with_others(rng, ids, halves.draw(held_back=held_back))
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


class _Halves:
    """The assets in two halves, at random; a picture is in that of the first of its files."""

    def __init__(self, ids: Names, same: SamePicture, rng: np.random.Generator) -> None:
        self._ids, self._same, self._rng = ids, same, rng
        self._halves = np.array_split(rng.permutation(len(ids)), 2)
        self._members = [frozenset(half.tolist()) for half in self._halves]

    def draw(self, *, held_back: bool) -> str:
        """The id of an asset whose picture is in the half.

        Raises:
            UsageError: it has none that can be found
        """
        for number in self._rng.choice(self._halves[held_back], ATTEMPTS).tolist():
            if self._same.first(number) in self._members[held_back]:
                return str(self._ids[number])
        raise UsageError(f"the index holds {len(self._ids)} assets, but nearly all show one picture; index others too")


def _with_others(rng: np.random.Generator, ids: Names, source: str) -> list[str]:
    """A source, and behind it the pictures that may stand in its post, from all of the index."""
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

"""Posts with known truth, made from the assets of an index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from lineage.describe.same_picture import SamePicture, same_post
from lineage.errors import UsageError
from lineage.feedback import Feedback, read_feedback
from lineage.feedback.state import with_attachments
from lineage.manipulate import any_post
from lineage.protocols import Journal, Store
from lineage.read.images import decode
from lineage.read.originals import original
from lineage.records import Hashes, Note
from lineage.train.decision.backing import require_pictures
from lineage.train.decision.crops import crops_of
from lineage.train.decision.table import Trial

Names = npt.NDArray[np.str_]
CONTEXT = 4  # foreign pictures that a collage, a meme or a background may use
ATTEMPTS = 1000  # to draw a file of a fresh picture before all are looked through


def draw_trials(
    store: Store, *, count: int, longest: int, seed: int, false_known: float | None = None
) -> Iterator[Trial]:
    """Make posts from randomly drawn assets, one at a time.

    Of any four in a row two are novel, and one of these and one of the others are of the half that is held back from
    the first fit: they come from one half of the assets, the others from the other half, and files of one picture from
    the same half. Of each of the four kinds every picture of its half comes once before any comes again. Other files
    that show the same picture as one in the post are always hidden: naming one of them is no mistake, and counted as
    one it would raise the level.

    Args:
        store: where the assets come from
        count: number of posts
        longest: px, longer side at which an original is read; its preview serves where the file is gone or changed
        seed: the same seed on the same index gives the same posts
        false_known: level that the novel posts are to back, 0..1; None: none

    Raises:
        UsageError: the index has too few assets, or too few different ones, also for the level
    """
    library = _Library(store)
    recipes = [*_recipes(library, np.random.default_rng(seed), count=count)]
    if false_known is not None:
        pictures = {one.picture for one in recipes if one.novel}
        require_pictures(len(pictures), false_known=false_known, of=f"the index of {len(library.ids)} assets")
    for one in recipes:
        entries = store.entries(one.chosen)
        source, *context = (original(entries[key], longest=longest) for key in one.chosen)
        post = any_post(source, seed=one.seed, context=context)
        shown = library.showing(one.chosen).union(*(crops_of(store, entries[key]) for key in one.chosen))
        hidden = shown if one.novel else shown - {one.chosen[0]}
        yield Trial(
            post.pixels, one.chosen[0], hidden, held_back=one.held_back, steps=len(post.steps), picture=one.picture
        )


def judged_trials(journal: Journal, store: Store) -> Iterator[Trial]:
    """The posts that people have judged, each once, by the last word on each pair; none of them is held back.

    Of several sources one is learned and the others are hidden, as are further files of what the sources show: they
    are not wrong either. A post whose sources are no longer in the index says nothing of what is.

    Args:
        journal: of the index
        store: the index
    """
    feedback = read_feedback(journal)
    if not feedback.pairs:
        return  # and the library need not be read
    library = _Library(store)
    for hashes in _posts(feedback):
        if trial := _judged(journal, library, feedback.about(hashes)):
            yield trial


def judged_posts(journal: Journal) -> int:
    """How many posts people have judged, each once."""
    return len(_posts(read_feedback(journal)))


def _posts(feedback: Feedback) -> list[Hashes]:
    """The hashes of each post that was judged, once however often it was."""
    told: list[Hashes] = []
    for note in feedback.pairs:
        if note.hashes and not any(same_post(note.hashes, one) for one in told):
            told.append(note.hashes)
    return told


def _judged(journal: Journal, library: _Library, pairs: Sequence[Note]) -> Trial | None:
    """What is learned of a post by what was said about it; None: nothing."""
    confirmed = [note for note in pairs if note.what == "confirm" and note.asset in library]
    denied = frozenset(note.asset for note in pairs if note.what == "reject")
    told = confirmed[:1] or (pairs[-1:] if denied else ())
    for note, kept in with_attachments(journal, told):
        post = decode(kept, name=note.picture).pixels
        if not confirmed:
            return Trial(post, "", frozenset(), held_back=False, denied=denied)
        hidden = library.showing([one.asset for one in confirmed]) - {note.asset}
        return Trial(post, note.asset, hidden, held_back=False)
    return None


class _Library:
    """The assets of an index, and which of them show the same picture."""

    def __init__(self, store: Store) -> None:
        hashes = {entry.asset.id: entry.fingerprint.hashes for batch in store.scroll() for entry in batch}
        self.ids = np.array([*hashes], np.str_)
        self.same = SamePicture([*hashes.values()])
        self._place = {key: number for number, key in enumerate(hashes)}

    def __contains__(self, key: str) -> bool:
        return key in self._place

    def showing(self, chosen: Iterable[str]) -> frozenset[str]:
        """These assets, and all others that show the same picture as one of them."""
        return frozenset(str(self.ids[n]) for key in chosen for n in self.same.among(self._place[key])).union(chosen)


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What a post is made of.

    Attributes:
        chosen: ids of the source and of foreign pictures
        picture: number of the picture that the source shows
        seed: of the manipulations
        novel: whether the source is hidden
        held_back: which half of the assets it is made from
    """

    chosen: tuple[str, ...]
    picture: int
    seed: int
    novel: bool
    held_back: bool


def _recipes(library: _Library, rng: np.random.Generator, *, count: int) -> Iterator[_Recipe]:
    if len(library.ids) <= CONTEXT:
        raise UsageError(
            f"the index holds {len(library.ids)} assets, too few to make posts of them; "
            f"at least {CONTEXT + 1} are needed"
        )
    halves = _Halves(library, rng)
    for number in range(count):
        novel, held_back = number % 2 == 1, number % 4 >= 2
        source = halves.draw(novel=novel, held_back=held_back)
        chosen = _with_others(rng, library.ids, str(library.ids[source]))
        yield _Recipe(chosen, library.same.first(source), int(rng.integers(2**31)), novel=novel, held_back=held_back)


class _Halves:
    """The assets in two halves, at random; a picture is in that of the first of its files."""

    def __init__(self, library: _Library, rng: np.random.Generator) -> None:
        self._same, self._rng, self._size = library.same, rng, len(library.ids)
        self._halves = np.array_split(rng.permutation(self._size), 2)
        self._members = [frozenset(half.tolist()) for half in self._halves]
        self._drawn: dict[tuple[bool, bool], set[int]] = defaultdict(set)

    def draw(self, *, novel: bool, held_back: bool) -> int:
        """Index of an asset whose picture is in the half, and was not drawn for this kind since all others were.

        Raises:
            UsageError: it has none
        """
        half, drawn = self._halves[held_back], self._drawn[novel, held_back]
        tried = self._rng.choice(half, ATTEMPTS).tolist()
        for _ in range(2):
            for number in chain(tried, half):
                picture = self._same.first(int(number))
                if picture in self._members[held_back] and picture not in drawn:
                    drawn.add(picture)
                    return int(number)
            drawn.clear()  # each was drawn once
        raise UsageError(f"the index holds {self._size} assets, but nearly all show one picture; index others too")


def _with_others(rng: np.random.Generator, ids: Names, source: str) -> tuple[str, ...]:
    """A source, and behind it the pictures that may stand in its post, from all of the index."""
    others = [str(key) for key in rng.choice(ids, CONTEXT + 1, replace=False) if key != source]
    return (source, *others[:CONTEXT])

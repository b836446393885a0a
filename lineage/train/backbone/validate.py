"""How well a network finds pictures it was not trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lineage.manipulate import any_post
from lineage.records import Floats, Pixels
from lineage.train.backbone.gallery import SplitPart

MOST = 500  # pictures of an exam: ± 2 points of a recall of .8, in a minute of one core

Embed = Callable[[Sequence[Pixels]], Floats]


@dataclass(frozen=True, slots=True)
class Exam:
    """Fixed posts of held-out pictures, one each; the sources of every second one count as not in the library.

    Attributes:
        pictures: (h, w, 3) uint8 each, what is asked for
        posts: one of each
    """

    pictures: tuple[Pixels, ...]
    posts: tuple[Pixels, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """Figures of one exam, all 0..1.

    Attributes:
        recall_at_1, recall_at_50: share of the posts whose source is the first, among the first 50
        recall_at_p90: share of the known posts claimed when nine claims of ten are right
    """

    recall_at_1: float
    recall_at_50: float
    recall_at_p90: float


def set_exam(gallery: SplitPart, *, seed: int, hardest: float) -> Exam:
    """Make one post of each of `MOST` pictures at most; foreign parts come from the same pictures."""
    rng = np.random.default_rng(seed)
    pictures = [gallery.pictures[int(number)] for number in rng.permutation(len(gallery.pictures))[:MOST]]
    posts = []
    for number, picture in enumerate(pictures):
        context = [pictures[int(k)] for k in rng.integers(len(pictures), size=4) if k != number]
        posts.append(any_post(picture, seed=int(rng.integers(2**31)), context=context, hardest=hardest).pixels)
    return Exam(tuple(pictures), tuple(posts))


def mark(exam: Exam, embed: Embed) -> Marks:
    """Ask for every post by cosine."""
    cosines = embed(exam.posts) @ embed(exam.pictures).T
    own = np.diag(cosines)[:, None]
    rank = (cosines > own).sum(1)
    return Marks(float((rank < 1).mean()), float((rank < 50).mean()), _recall_at_p90(cosines))


def _recall_at_p90(cosines: npt.NDArray[np.floating]) -> float:
    """Only first answers are claimed. The source of every second post is taken out of its list."""
    count = len(cosines)
    novel = np.arange(count) % 2 == 1
    asked = cosines.copy()
    asked[novel, novel.nonzero()[0]] = -np.inf
    right = (asked.argmax(1) == np.arange(count)) & ~novel
    order = np.argsort(-asked.max(1))
    hits = right[order].cumsum()
    precise = hits / np.arange(1, count + 1) >= 0.9
    return float(hits[precise].max() / (~novel).sum()) if precise.any() else 0.0

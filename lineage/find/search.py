"""Search fusion: several questions to the store, one list of candidates.

The branches fail on different posts, and the parts of a post may show different assets. So each question has its say:
an asset ranks as high as the best answer ranks it. Scores of different questions are never mixed here; that is the
decision's business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from lineage.describe.hashes import ALIKE, distance
from lineage.describe.post import Question
from lineage.geometry import corners
from lineage.protocols import Lookup
from lineage.records import Candidate, Candidates, Entry, Hit, Map, View

BRANCHES = ("hashes", "vectors", "words")  # in the order of trust where ranks are equal
PER_QUESTION = 50  # hits asked of each branch for each view


def search(
    store: Lookup,
    question: Question,
    *,
    limit: int,
    hidden: frozenset[str] = frozenset(),
    without: frozenset[str] = frozenset(),
) -> Candidates:
    """Ask all branches and unite their answers per asset.

    Args:
        store: the index
        question: what to look for
        limit: number of candidates at most
        hidden: ids to act as if they were not in the index, for calibration and evaluation
        without: branches that propose nothing, for measuring what each is worth
    """
    depth = PER_QUESTION + len(hidden)
    answers = {
        "hashes": store.search_hashes(question.hashes, limit=depth),
        "vectors": store.search_vectors(question.vectors, limit=depth),
        "words": store.search_words(question.words, limit=depth),
    }
    shown = {branch: _shown(hits, hidden) for branch, hits in answers.items()}
    heard = {branch: () if branch in without else shown[branch] for branch in BRANCHES}
    best = {branch: _best_scores(hits) for branch, hits in heard.items()}
    chosen = _interleave(heard)[:limit]
    entries = store.entries(chosen)
    branches = {key: tuple(branch for branch in BRANCHES if key in best[branch]) for key in chosen}
    candidates = tuple(
        (_candidate(entries[key], question, best["words"].get(key, 0.0), branches[key]), entries[key])
        for key in chosen
        if key in entries
    )
    return Candidates(candidates, _background(shown["vectors"]))


def _shown(answers: Iterable[Sequence[Hit]], hidden: frozenset[str]) -> tuple[Sequence[Hit], ...]:
    """The answers of an index that does not have the hidden assets."""
    return tuple([hit for hit in hits if hit.id not in hidden][:PER_QUESTION] for hits in answers)


def _best_scores(answers: Iterable[Sequence[Hit]]) -> dict[str, float]:
    scores: dict[str, float] = defaultdict(lambda: -np.inf)
    for hit in (hit for answer in answers for hit in answer):
        scores[hit.id] = max(scores[hit.id], hit.score)
    return dict(scores)


def _interleave(hits: Mapping[str, Sequence[Sequence[Hit]]]) -> list[str]:
    """Assets by the best rank that any answer gives them; of equal ranks by branch, then by score."""
    places: dict[str, tuple[int, int, float]] = {}
    for order, branch in enumerate(BRANCHES):
        for answer in hits[branch]:
            for rank, hit in enumerate(answer):
                place = rank, order, -hit.score
                places[hit.id] = min(places.get(hit.id, place), place)
    return sorted(places, key=lambda key: (*places[key], key))


def _candidate(entry: Entry, question: Question, words: float, branches: tuple[str, ...]) -> Candidate:
    cosines = question.vectors @ entry.fingerprint.vector
    nearest = min(distance(hashes, entry.fingerprint.hashes) for hashes in question.hashes)
    view = question.views[int(cosines.argmax())]
    start = _filling(question.views[0] if nearest <= ALIKE else view, entry)
    return Candidate(entry.asset.id, float(cosines.max()), view.name, words, nearest, branches, start)


def _filling(view: View, entry: Entry) -> Map:
    """The map by which an asset fills a view of the post: unit frame → unit frame."""
    asset = corners((entry.asset.width, entry.asset.height))[2]
    own = corners((view.pixels.shape[1], view.pixels.shape[0]))[2]
    return np.asarray(view.view_to_post @ np.diag([*(own / asset), 1.0]))


def _background(answers: Sequence[Sequence[Hit]]) -> float | None:
    best_view = max(answers, key=lambda hits: hits[0].score if hits else -1.0)
    tail = [hit.score for hit in best_view[9:]]
    return float(np.mean(tail)) if len(tail) >= 10 else None

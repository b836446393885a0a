"""Does the promise hold for the posts that this library is asked about?

Two questions are put to the latest posts, each of which counts once, however often it was asked about.

*Are too many claimed?* Novel posts of this library are those that were called novel and those of which a person has
rejected what was claimed. A person sees claims and doubtful posts only, and not all of them: what nobody looked at
counts for nothing, so the false claims that are counted are the fewest that there can be. Where even these are more
than the level lets through but in one case of a hundred, the scores of these posts back the level as well, and
whichever is stricter holds. So judgements raise a threshold and never lower it: few rejected claims among a few that
somebody looked at prove nothing. `lineage train decision` starts afresh.

*Do novel posts score higher than those that back the level?* Nobody has to look for this: below where review begins
all posts are called novel. If they are like the novel posts of the fit that score as low, each is equally likely to
take any place among these and its forerunners, and whoever bets on high places wins nothing in the long run
(conformal test martingale: Vovk et al. 2021, with its simple jumper). A capital that has grown a hundredfold is seen
in one such series of a hundred. Copies that were missed let it grow too; that is told.
"""

from __future__ import annotations

import uuid
from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb

from lineage.decide.calibration import STRICTER
from lineage.decide.thresholds import samples_needed
from lineage.describe.same_picture import same_post
from lineage.feedback.notes import ENGINE, now
from lineage.feedback.state import Feedback
from lineage.records import Guarantee, Hashes, Limit, Note, Sighting

DOUBT = 0.01  # how improbable so many false claims must be where the promise holds
CAPITAL = 100.0  # from which the series is told to drift
JUMPS = 0.01  # share of the capital that changes sides at each post, as in the paper
FEWEST = 50  # posts, below which nothing is said


@dataclass(frozen=True, slots=True)
class Drift:
    """How the scores of novel posts compare with those that back the level.

    Attributes:
        posts: number of those compared
        capital: the highest that a bet on higher scores came to, from 1
    """

    posts: int
    capital: float

    @property
    def drifts(self) -> bool:
        """Whether they score higher than chance allows."""
        return self.posts >= FEWEST and self.capital >= CAPITAL


def limits_to_note(
    sightings: Sequence[Sighting], feedback: Feedback, guarantees: Sequence[Guarantee], *, calibration: str
) -> list[Note]:
    """Notes, to be written, about groups in which more novel posts were claimed than is promised; where a limit was
    taken back, by what was asked since.

    Args:
        sightings: posts that were asked about, of one index
        feedback: what people decided, and which groups have become stricter already
        guarantees: what holds now, of each group
        calibration: version of the one that decided
    """
    notes = []
    for guarantee in guarantees:
        novel = sorted(
            one.score
            for one in _once(sightings, calibration)
            if one.score is not None and one.group == guarantee.group and _novel(one, feedback)
            if one.when > feedback.lifted.get((calibration, guarantee.group), "")
        )
        claimed = sum(score >= guarantee.known_from for score in novel)
        if len(novel) < samples_needed(guarantee.level) or at_least(claimed, len(novel), guarantee.level) > DOUBT:
            continue
        reason = f"{claimed} of {len(novel)} novel posts were claimed, and {100 * guarantee.level:.3g} % may be"
        limit = Limit(calibration, guarantee.group, tuple(round(score, 6) for score in novel))
        notes.append(Note(str(uuid.uuid4()), now(), ENGINE, "stricter", reason=reason, limit=limit))
    return notes


def drift(
    sightings: Sequence[Sighting], backing: Mapping[str, tuple[Sequence[float], float]], *, calibration: str
) -> Drift:
    """Whether posts called novel score higher than the novel posts that back the level.

    Args:
        sightings: posts that were asked about, of one index, in the order of time
        backing: by group, scores of the novel posts that back it, and the score from which a person looks
        calibration: version of the one that decided
    """
    ranked = {group: sorted(one for one in scores if one < review) for group, (scores, review) in backing.items()}
    betting, waiting, posts, highest = 0.5, 0.5, 0, 1.0
    for one in _once(sightings, calibration):
        if one.decision != "novel" or one.score is None or one.score >= backing.get(one.group, ((), 0.0))[1]:
            continue
        place = _place(ranked[one.group], one.score, tie=uuid.UUID(one.id).int / 2**128)
        insort(ranked[one.group], one.score)
        changing = JUMPS / 2 * (betting + waiting)
        betting, waiting = (1 - JUMPS) * betting + changing, (1 - JUMPS) * waiting + changing
        betting *= 1.5 - place
        posts, highest = posts + 1, max(highest, betting + waiting)
    return Drift(posts, highest)


def at_least(count: int, of: int, share: float) -> float:
    """Probability of `count` or more of `of`, where each is one with probability `share`."""
    return 1 - sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(count))


def _place(ranked: Sequence[float], score: float, *, tie: float) -> float:
    """Share of the scores that are higher, 0..1; its place among equal ones is drawn."""
    above, equal = len(ranked) - bisect_right(ranked, score), bisect_right(ranked, score) - bisect_left(ranked, score)
    return (above + tie * (equal + 1)) / (len(ranked) + 1)


def _once(sightings: Sequence[Sighting], calibration: str) -> list[Sighting]:
    """The first sighting of each post that this calibration decided about, re-saved copies of it among the others:
    later ones know what people said of it.
    """
    first: list[tuple[Hashes, Sighting]] = []
    for one in sightings:
        decided = one.calibration == calibration or one.calibration.startswith(calibration + STRICTER)
        if decided and one.hashes and not any(same_post(hashes, one.hashes) for hashes, _ in first):
            first.append((one.hashes, one))
    return [one for _, one in first]


def _novel(sighting: Sighting, feedback: Feedback) -> bool:
    """Whether it was called novel and nobody disagrees, or a person has rejected what it was said to be made from."""
    said = feedback.about(sighting.hashes) if sighting.hashes else ()
    if any(note.what == "confirm" for note in said):
        return False
    rejected = {note.asset for note in said if note.what == "reject"}
    return sighting.decision == "novel" or (sighting.asset in rejected if sighting.asset else bool(rejected))

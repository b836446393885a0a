"""Predictions held against the truth, as arrays that every figure is computed from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.corpora.corpus import Post
from eval.corpora.regions import overlap
from eval.scores.predictions import Prediction

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SOMETHING = 0.02  # of a source's structure, below which a post shows nothing that anybody could know it by


@dataclass(frozen=True, slots=True)
class Judged:
    """Predictions held against the truth: N posts, P claimed pairs.

    Attributes:
        known: (N,) the post was made from a picture of the library
        top: (N,) score of the first claim, -inf where there is none
        right: (N,) the first claim is the right file
        claimed: (N,) the verdict is `known`
        dismissed: (N,) the verdict is `novel`; what is claimed then are relatives, not sources
        agreement: (N,) intersection over union of claimed and true region of `Post.asset` where the first claim is
            right, 0 where its claim has no region; NaN where the first claim is wrong, nobody knows the true region, it
            is another of several sources and this one is not claimed, or the recogniser never tells regions
        verdicts: whether the recogniser gives verdicts, which makes its scores probabilities
        sources: (N,) number of library files that the post was made from
        proposed: (N,) share of them among what the search found; NaN where the recogniser does not tell
        named: (N,) share of them that the post is said to be made from
        shown: (N,) whether the post still shows `SOMETHING` of its source; false where nobody knows
        post, score, hit: (P,) index of the post, score, and whether the asset is the right one
    """

    known: Flags
    top: Array
    right: Flags
    claimed: Flags
    dismissed: Flags
    agreement: Array
    verdicts: bool
    sources: Array
    proposed: Array
    named: Array
    shown: Flags
    post: npt.NDArray[np.int64]
    score: Array
    hit: Flags


def judge(posts: Sequence[Post], predictions: Sequence[Prediction]) -> Judged:
    """Hold predictions against the truth; a post without a prediction counts as unanswered."""
    answers = {prediction.post: prediction for prediction in predictions}
    ordered = [answers.get(post.name, Prediction(post.name, None, ())) for post in posts]
    truth = [post.sources for post in posts]
    first = [prediction.first for prediction in ordered]
    right = [claim is not None and claim.asset in sources for claim, sources in zip(first, truth, strict=True)]
    best = [_best(prediction) for prediction in ordered]
    pairs = [(n, score, asset in truth[n]) for n, claims in enumerate(best) for asset, score in claims.items()]
    return Judged(
        known=np.array([bool(sources) for sources in truth], bool),
        top=np.array([claim.score if claim else -np.inf for claim in first], np.float64),
        right=np.array(right, bool),
        claimed=np.array([prediction.verdict == "known" for prediction in ordered], bool),
        dismissed=np.array([prediction.verdict == "novel" for prediction in ordered], bool),
        agreement=_agreement(posts, ordered, right),
        verdicts=any(prediction.verdict is not None for prediction in ordered),
        sources=np.array([len(sources) for sources in truth], np.float64),
        proposed=np.array([_share(t, p.proposed) for t, p in zip(truth, ordered, strict=True)], np.float64),
        named=np.array([_share(t, p.named) for t, p in zip(truth, ordered, strict=True)], np.float64),
        shown=np.array([(prediction.shown or 0.0) >= SOMETHING for prediction in ordered], bool),
        post=np.array([pair[0] for pair in pairs], np.int64),
        score=np.array([pair[1] for pair in pairs], np.float64),
        hit=np.array([pair[2] for pair in pairs], bool),
    )


def _best(prediction: Prediction) -> dict[str, float]:
    best: dict[str, float] = {}
    for claim in prediction.claims:
        best[claim.asset] = max(best.get(claim.asset, -np.inf), claim.score)
    return best


def _share(sources: Sequence[str], found: Sequence[str] | None) -> float:
    """Share of a post's sources that are among what was found; NaN where nobody tells or there are none."""
    return len({*sources} & {*found}) / len(sources) if sources and found is not None else np.nan


def _agreement(posts: Sequence[Post], predictions: Sequence[Prediction], right: Sequence[bool]) -> Array:
    """The true region is that of `Post.asset`: of a post with several sources the claim of this one counts."""
    found = np.full(len(predictions), np.nan)
    if any(claim.region_in_post for prediction in predictions for claim in prediction.claims):
        for n, (post, prediction) in enumerate(zip(posts, predictions, strict=True)):
            claim = next((claim for claim in prediction.claims if claim.asset == post.asset), None)
            if right[n] and claim and prediction.true_region:
                found[n] = overlap(claim.region_in_post, prediction.true_region)
    return found

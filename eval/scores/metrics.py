"""Figures of merit of a recogniser, each with the interval that the sample backs.

The ranking figures follow DISC2021 (Douze et al., "The 2021 Image Similarity Dataset and Challenge", arXiv
2106.09672): all (post, asset) pairs of all posts stand in one list ordered by score, so a score must mean the same on
every post. Pairs of equal score enter together. What was never claimed counts as missed, which is where
`sklearn.metrics` differs; it is the oracle of the tests for the rest. Every figure takes weights of the posts, many
sets at once: bootstrap resamples and another share of known posts are nothing but weights, and a thousand resamples
cost one cumulative sum instead of minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.scores.judged import Array, Flags, Judged
from lineage.reporting.interval import middle

DEPEND_ON_PRIOR = ("uap", "recall@p90", "recall@p99", "ece")  # the others are shares of known or of novel posts alone
KNOWN_ONLY = ("uap", "recall@p90", "recall@p99", "right_file@1", "proposed", "known_right")  # of known posts alone
BINS = 10  # of the reliability curve; equal width, as usual since Guo et al. 2017, arXiv 1706.04599
_CHUNK = 100  # resamples at once: 100 × 50,000 pairs are 40 MB
LOWER_IS_BETTER = frozenset({"false_known", "ece"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, its 95 % interval, and the number of posts that it was computed from."""

    value: float
    low: float
    high: float
    posts: int


def measure(judged: Judged, *, prior: float | None = None, resamples: int = 1000, seed: int = 0) -> dict[str, Figure]:
    """All figures that this sample can say something about.

    Args:
        judged: predictions held against the truth
        prior: share of known posts to weigh the sample to, 0..1; None leaves it as it is
        resamples: bootstrap resamples behind the intervals. Posts are drawn among the known and among the novel: their
            proportion is a choice of the suite, not an accident of the sample.
        seed: of the resampling
    """
    base = _prior_weights(judged.known, prior)
    values = figures(judged, base[None])
    draws = _resample(judged.known, resamples, seed) * base
    chunks = [figures(judged, draws[start : start + _CHUNK]) for start in range(0, resamples, _CHUNK)]
    posts = _sample_sizes(judged)
    return {
        name: _figure(float(value[0]), np.concatenate([chunk[name] for chunk in chunks]), posts[name])
        for name, value in values.items()
    }


def figures(judged: Judged, weights: Array) -> dict[str, Array]:
    """Every figure under R sets of weights of the N posts, (R, N) → name → (R,). Figures without a sample are left out.

    uap: micro average precision. recall@p90, recall@p99: recall at the lowest threshold where at least that share of
    the claims is right. right_file@1: share of known posts whose first claim is the right file. auroc: a known post's
    first score exceeds a novel post's. proposed: share of the sources of known posts that the search found at all,
    before anything was verified. named: share of the sources that the answer names, of posts with several. known_right:
    share of known posts with verdict `known` and the right file. right_file@1_shown, known_right_shown: the same of
    known posts that still show something of their source, by the exact map. false_known: share of novel posts with
    verdict `known`. ece: expected calibration error of the first claim's probability, over the posts that have one.
    region_iou: mean over the known posts whose first claim is right and whose true region is known; a claim without a
    region counts 0.
    """
    known = weights[:, judged.known].sum(axis=1)
    novel = weights[:, ~judged.known].sum(axis=1)
    found: dict[str, Array] = {}
    if judged.known.any():
        hits, claims = rank_claims(judged, weights)
        precision = _ratio(hits, claims)
        total = weights @ judged.sources
        found["uap"] = (np.diff(hits, axis=1, prepend=0.0) * precision).sum(axis=1) / total
        for percent in (90, 99):
            found[f"recall@p{percent}"] = (
                np.where(precision >= percent / 100, hits, 0.0).max(axis=1, initial=0.0) / total
            )
        found["right_file@1"] = (weights @ judged.right) / known
    if (told := judged.known & np.isfinite(judged.proposed)).any():
        found["proposed"] = (weights[:, told] @ judged.proposed[told]) / known
    if judged.verdicts and (several := judged.sources > 1).any():
        found["named"] = _ratio(weights[:, several] @ judged.named[several], weights @ several)
    if judged.known.any() and not judged.known.all():
        found["auroc"] = _auroc(judged, weights) / (known * novel)
    if judged.verdicts and judged.known.any():
        found["known_right"] = (weights @ (judged.claimed & judged.right)) / known
    if (shown := judged.known & judged.shown).any():
        found["right_file@1_shown"] = _ratio(weights @ (shown & judged.right), weights @ shown)
        if judged.verdicts:
            found["known_right_shown"] = _ratio(weights @ (shown & judged.claimed & judged.right), weights @ shown)
    if judged.verdicts and not judged.known.all():
        found["false_known"] = (weights @ (judged.claimed & ~judged.known)) / novel
    if judged.verdicts and np.isfinite(judged.top).any():
        found["ece"] = _calibration_error(judged, weights)
    if (located := np.isfinite(judged.agreement)).any():
        found["region_iou"] = _ratio(weights[:, located] @ judged.agreement[located], weights @ located)
    return found


def rank_claims(judged: Judged, weights: Array) -> tuple[Array, Array]:
    """Weight of right and of all claims down to each distinct score, highest first: two arrays (R, distinct scores)."""
    order = np.argsort(-judged.score, kind="stable")
    score = judged.score[order]
    if not len(score):
        return np.zeros((len(weights), 0)), np.zeros((len(weights), 0))
    starts = np.flatnonzero(np.r_[True, score[1:] != score[:-1]])
    each = weights[:, judged.post[order]]
    claims = np.add.reduceat(each, starts, axis=1).cumsum(axis=1)
    hits = np.add.reduceat(each * judged.hit[order], starts, axis=1).cumsum(axis=1)
    return hits, claims


def precision_recall(judged: Judged) -> tuple[Array, Array]:
    """Precision and recall at each distinct score, highest first; of posts with several sources each of them counts."""
    hits, claims = rank_claims(judged, np.ones((1, len(judged.known))))
    return (hits / claims)[0], hits[0] / max(1.0, float(judged.sources.sum()))


def reliability(judged: Judged) -> list[tuple[float, float, int]]:
    """For each bin that holds posts: mean probability of the first claim, share that is right, number of posts."""
    bins = _bins(judged.top)
    return [
        (float(judged.top[bins == n].mean()), float(judged.right[bins == n].mean()), int((bins == n).sum()))
        for n in range(BINS)
        if (bins == n).any()
    ]


def _sample_sizes(judged: Judged) -> dict[str, int]:
    """How many posts each figure is computed from; of a figure that compares known with novel posts, of the fewer."""
    known, novel = int(judged.known.sum()), int((~judged.known).sum())
    answered, located = int(np.isfinite(judged.top).sum()), int(np.isfinite(judged.agreement).sum())
    others = {"auroc": min(known, novel), "false_known": novel, "ece": answered, "region_iou": located}
    others["named"] = int((judged.sources > 1).sum())
    others |= dict.fromkeys(("right_file@1_shown", "known_right_shown"), int((judged.known & judged.shown).sum()))
    return {**dict.fromkeys(KNOWN_ONLY, known), **others}


def _prior_weights(known: Flags, prior: float | None) -> Array:
    share = float(known.mean())
    if prior is None or share in (0.0, 1.0):
        return np.ones(len(known))
    return np.where(known, prior / share, (1 - prior) / (1 - share))


def _resample(known: Flags, resamples: int, seed: int) -> Array:
    """(R, N) how often each post is drawn, with replacement: as many known and as many novel ones as there are."""
    rng = np.random.default_rng(seed)
    counts = np.zeros((resamples, len(known)))
    for group in (np.flatnonzero(known), np.flatnonzero(~known)):
        if len(group):
            counts[:, group] = rng.multinomial(len(group), np.full(len(group), 1 / len(group)), size=resamples)
    return counts


def _figure(value: float, resampled: Array, posts: int) -> Figure:
    low, high = map(float, middle(resampled))
    if high - low < 1e-9:
        # Where nothing ever went wrong, or everything did, resamples cannot tell otherwise. What never happened in n
        # trials happens at most in 3/n with 95 % certainty (Hanley & Lippman-Hand, JAMA 1983).
        low, high = value - 3 / posts, value + 3 / posts
    return Figure(value, max(0.0, low), min(1.0, high), posts)


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _auroc(judged: Judged, weights: Array) -> Array:
    """Weight of (known, novel) pairs in the right order, ties counted half (Mann–Whitney U): (R,)."""
    order = np.argsort(judged.top, kind="stable")
    top = judged.top[order]
    starts = np.flatnonzero(np.r_[True, top[1:] != top[:-1]])
    known = np.add.reduceat(weights[:, order] * judged.known[order], starts, axis=1)
    novel = np.add.reduceat(weights[:, order] * ~judged.known[order], starts, axis=1)
    return np.asarray((known * (novel.cumsum(axis=1) - novel / 2)).sum(axis=1))


def _bins(top: Array) -> npt.NDArray[np.int64]:
    """Bin of each probability, -1 where there is none."""
    answered = np.isfinite(top)
    return np.where(answered, np.minimum(BINS - 1, np.where(answered, top, 0.0) * BINS), -1).astype(np.int64)


def _calibration_error(judged: Judged, weights: Array) -> Array:
    bins = _bins(judged.top)
    excess = np.where(bins >= 0, np.where(bins >= 0, judged.top, 0.0) - judged.right, 0.0)
    gaps = np.abs(np.stack([weights[:, bins == n] @ excess[bins == n] for n in range(BINS)]))
    return _ratio(gaps.sum(axis=0), weights @ (bins >= 0))

"""`lineage train decision`: fit the calibrated decision to a library.

Assets are drawn from the index and posts made from them. For half of the posts the original is hidden, so that its
look-alikes answer: what they score is what a novel post scores in this library. The logistic model is fitted on all
candidates; its two thresholds are taken from out-of-fold probabilities, so that no post judges itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lineage.decide import FEATURES, Calibration, feature_table
from lineage.engine import Engine
from lineage.errors import UsageError
from lineage.records import Floats, Pixels

FOLDS = 5
FEWEST_POSTS = 100  # fewer say nothing about thresholds of a few per cent
REVIEW_FACTOR = 5  # a person may be asked about five times as many novel posts as may be claimed wrongly


@dataclass(frozen=True, slots=True)
class Trial:
    """A post with known truth.

    Attributes:
        pixels: (H, W, 3) uint8, the post
        source: id of the asset it was made from
        hidden: ids that the search must act as if it had not: foreign pictures that went into the post, and for a
            novel post the source itself
    """

    pixels: Pixels
    source: str
    hidden: frozenset[str]

    @property
    def novel(self) -> bool:
        """Whether the right answer is that the index has no such asset."""
        return self.source in self.hidden


@dataclass(frozen=True, slots=True)
class Table:
    """Evidence of all candidates of many posts.

    Attributes:
        features: (N, features) float32
        right: (N,) bool, whether the candidate is the source
        post: (N,) int, number of the post
        novel: (posts,) bool
    """

    features: Floats
    right: npt.NDArray[np.bool_]
    post: npt.NDArray[np.int64]
    novel: npt.NDArray[np.bool_]


def collect(engine: Engine, trials: Iterable[Trial], *, progress: Callable[[int], None] = lambda _: None) -> Table:
    """Ask the engine about every trial and keep the features of its candidates."""
    features, right, post, novel = [], [], [], []
    for number, trial in enumerate(trials):
        evidence = engine.evidence(trial.pixels, hidden=trial.hidden)
        features.append(feature_table(evidence))
        right += [one.asset.id == trial.source for one in evidence]
        post += [number] * len(evidence)
        novel.append(trial.novel)
        progress(1)
    return Table(np.concatenate(features), np.array(right), np.array(post), np.array(novel))


def fit(table: Table, *, name: str, false_known: float) -> Calibration:
    """Fit coefficients and thresholds.

    Args:
        table: of `collect`
        name: what the calibration is called in answers
        false_known: share of novel posts that may be called known, 0..1

    Raises:
        UsageError: too few posts
    """
    if len(table.novel) < FEWEST_POSTS:
        raise UsageError(f"{len(table.novel)} posts are too few to fit a decision; at least {FEWEST_POSTS} are needed")
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
    unseen = cross_val_predict(model, table.features, table.right, groups=table.post, cv=folds, method="predict_proba")[
        :, 1
    ]
    highest = np.zeros(len(table.novel))
    np.maximum.at(highest, table.post, unseen)
    known, review = (_threshold(highest[table.novel], share) for share in (false_known, REVIEW_FACTOR * false_known))
    scaler, logistic = model.fit(table.features, table.right)
    return Calibration(
        name=name,
        features=FEATURES,
        mean=tuple(map(float, scaler.mean_)),
        scale=tuple(map(float, scaler.scale_)),
        coefficients=tuple(map(float, logistic.coef_[0])),
        intercept=float(logistic.intercept_[0]),
        known=known,
        review=min(review, known),
    )


def _threshold(novel: npt.NDArray[np.float64], share: float) -> float:
    """Lowest probability that at most this share of the novel posts exceeds: the split-conformal quantile
    (Vovk et al. 2005), which counts the next, unseen post as well."""
    rank = int(np.ceil((len(novel) + 1) * (1 - min(share, 1.0))))
    return float(np.nextafter(np.sort(novel)[min(rank, len(novel)) - 1], 1.0))

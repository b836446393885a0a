"""`lineage train decision`: fit the calibrated decision to a library.

Assets are drawn from the index and posts made from them. For half of the posts the original is hidden, so that its
look-alikes answer: what they score is what a novel post scores in this library. The logistic model is fitted on the
posts made from one half of the assets. The novel posts made from the other half back the conformal level: no post, and
no asset, judges itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lineage.conformal import finest_level, samples_needed
from lineage.decide import FEATURES, Calibration, feature_table
from lineage.engine import Engine
from lineage.errors import UsageError
from lineage.records import Floats, Pixels

FEWEST_POSTS = 100  # fewer say nothing about fifteen features
POSTS_PER_SAMPLE = 4  # half of the posts are novel, and half of these are held back


@dataclass(frozen=True, slots=True)
class Trial:
    """A post with known truth.

    Attributes:
        pixels: (H, W, 3) uint8, the post
        source: id of the asset it was made from; empty where nobody knows
        hidden: ids that the search must act as if it had not: foreign pictures that went into the post, and for a
            novel post the source itself
        held_back: whether the post is for the conformal level and not for the fit
        denied: where the source is not known, ids of assets that it was not made from: all that is learned of this post
    """

    pixels: Pixels
    source: str
    hidden: frozenset[str]
    held_back: bool
    denied: frozenset[str] = frozenset()

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
        held_back: (posts,) bool, for the conformal level and not for the fit
    """

    features: Floats
    right: npt.NDArray[np.bool_]
    post: npt.NDArray[np.int64]
    novel: npt.NDArray[np.bool_]
    held_back: npt.NDArray[np.bool_]


def collect(engine: Engine, trials: Iterable[Trial], *, progress: Callable[[int], None] = lambda _: None) -> Table:
    """Ask the engine about every trial and keep the features of its candidates."""
    features, right, post, novel, held_back = [], [], [], [], []
    for number, trial in enumerate(trials):
        evidence = engine.evidence(trial.pixels, hidden=trial.hidden)
        told = [n for n, one in enumerate(evidence) if not trial.denied or one.asset.id in trial.denied]
        features.append(feature_table(evidence)[told])
        right += [evidence[n].asset.id == trial.source for n in told]
        post += [number] * len(told)
        novel.append(trial.novel)
        held_back.append(trial.held_back)
        progress(1)
    return Table(np.concatenate(features), np.array(right), np.array(post), np.array(novel), np.array(held_back))


def require_backing(*, posts: int, false_known: float) -> None:
    """Refuse, before the work, what so many posts cannot back.

    Raises:
        UsageError: too few posts to fit a decision, or to back the level
    """
    if posts < FEWEST_POSTS:
        raise UsageError(f"{posts} posts are too few to fit a decision; at least {FEWEST_POSTS} are needed")
    samples, needed = posts // POSTS_PER_SAMPLE, samples_needed(false_known)
    if samples < needed:
        raise UsageError(
            f"a false-known level of {false_known:g} needs {needed} novel posts that are held back, and of {posts} "
            f"posts {samples} are, which back {finest_level(samples):.2g}; make {POSTS_PER_SAMPLE * needed}: "
            f"--posts {POSTS_PER_SAMPLE * needed}"
        )


def fit(table: Table, *, name: str, false_known: float) -> Calibration:
    """Fit the coefficients, and score the novel posts that were held back.

    Args:
        table: of `collect`
        name: what the calibration is called in answers
        false_known: share of novel posts that may be called known, 0..1

    Raises:
        UsageError: too few posts to fit, or too few held back for the level
    """
    require_backing(posts=len(table.novel), false_known=false_known)
    fitted = ~table.held_back[table.post]
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    scaler, logistic = model.fit(table.features[fitted], table.right[fitted])
    calibration = Calibration(
        name=name,
        features=FEATURES,
        mean=tuple(map(float, scaler.mean_)),
        scale=tuple(map(float, scaler.scale_)),
        coefficients=tuple(map(float, logistic.coef_[0])),
        intercept=float(logistic.intercept_[0]),
        false_known=false_known,
        novel=(),
    )
    highest, _ = _best(calibration, table)
    return calibration.with_novel(highest[table.novel & table.held_back]).at(false_known)


def found_share(calibration: Calibration, table: Table) -> float:
    """Share of the held-back known posts that are called known with the right file, 0..1."""
    highest, right = _best(calibration, table)
    known = ~table.novel & table.held_back
    return float((right & (highest >= calibration.guarantee.known_from))[known].mean())


def _best(calibration: Calibration, table: Table) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """(posts,) highest probability of any candidate, 0 where there is none, and whether it is that of the source."""
    probabilities = calibration.probabilities(table.features)
    highest, right = np.zeros(len(table.novel)), np.zeros(len(table.novel), np.bool_)
    for row in np.argsort(probabilities, kind="stable"):  # the highest comes last and stays
        highest[table.post[row]], right[table.post[row]] = probabilities[row], table.right[row]
    return highest, right

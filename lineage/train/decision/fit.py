"""`lineage train decision`: fit the calibrated decision to a library.

Assets are drawn from the index and posts made from them. For half of the posts the original is hidden, so that its
look-alikes answer: what they score is what a novel post scores in this library. The assets are parted in halves, and
the posts of either half are scored by trees that were fitted to those of the other (cross-conformal prediction: Vovk
2015). The novel ones back the level, one of each picture: no post, and no asset, judges itself, and posts of one
picture are no two samples. The trees that ship are fitted to all posts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from lineage.decide.calibration import Calibration
from lineage.decide.familiar import Familiar, familiar
from lineage.decide.features import CAMERA, FEATURES, GROUPS, OF_LIBRARY, OF_RESTORER, claimable, groups
from lineage.errors import UsageError
from lineage.records import Floats
from lineage.train.decision.backing import require_pictures, require_posts
from lineage.train.decision.grown import probabilities, trees_of
from lineage.train.decision.table import Numbers, Table, Truths

TREES, RATE, LEAVES, SMALLEST, SHRINKAGE = 400, 0.03, 16, 60, 1.0  # larger steps: thresholds scatter, see decisions.md
FORESTS, SEEN = 2, 0.3  # models whose mean decides; share of the features that each branch of theirs chooses from
PARTINGS = (
    6  # ways in which the pictures are halved: a single one sets thresholds between .65 and .87, see decisions.md
)
UNEVEN = 0.2  # of the pictures, by which halves may differ: those of few are drawn again
UNSOUND = frozenset({"margin_restored"})  # the true frame among its neighbours leads no more than a stranger by itself
FREE = frozenset({"asset_seen", "changed_ground", "changed_ratio", "changed_in_place", "changed_cut", *CAMERA})
FALLING = frozenset(
    {
        *("error", "residual_disagreeing", "residual_moved", "restored_loss", "crowded"),
        *("changed_structure", "changed_piece", "recoloured_hue", "recoloured_tone"),
    }
)
"""Features that say nothing by themselves, and those more of which never makes a source more probable; of all others
more never makes it less probable."""


Answered = tuple[npt.NDArray[np.float64], Truths, Numbers]
"""Of each post: probability of the likeliest candidate, whether it is the source, its row in the table."""


def fit(table: Table, *, name: str, false_known: float) -> Calibration:
    """Fit the trees, and back the level by the scores of novel posts.

    Args:
        table: of `collect`
        name: what the calibration is called in answers
        false_known: share of novel posts that may be called known, 0..1

    Raises:
        UsageError: too few posts to fit, or too few pictures for the level
    """
    require_posts(len(table.novel))
    require_pictures(len(table.backing), false_known=false_known, of="the evidence")
    features = tuple(one for one in FEATURES if one not in UNSOUND and (table.restorer or one not in OF_RESTORER))
    everything = np.ones(len(table.novel), np.bool_)
    calibration = model(table, features, name=name, false_known=false_known, fitted=everything)
    answers = [best(cross_fit(table, features, half), table) for half in halvings(table)]
    backed = calibration.with_novel(*_novel(answers, table)).at(false_known)
    highest, right, row = answers[0]
    rows = table.features[row]
    known_from = np.array([one.known_from for one in backed.guarantees])[backed.group(rows)]
    claimed = right & ~table.novel & claimable(rows) & (highest >= known_from)
    return replace(backed, familiar=_familiar(rows[claimed], table.held_back[claimed], features))


def halvings(table: Table) -> Iterator[Truths]:
    """`PARTINGS` times (posts,) which posts belong to one half: first those of the table, then others by picture."""
    yield table.held_back
    counted = table.picture >= 0  # the others were parted with what they belong to, which nobody knows here
    for seed in range(1, PARTINGS):
        rng, count = np.random.default_rng(seed), int(table.picture.max(initial=0)) + 1
        drawn = rng.integers(2, size=count) == 1
        while abs(2 * drawn.sum() - count) > max(1, UNEVEN * count):
            drawn = rng.integers(2, size=count) == 1
        yield np.where(counted, drawn[table.picture], table.held_back)


def _novel(answers: Sequence[Answered], table: Table) -> tuple[list[float], list[int]]:
    """Score and group of as many novel posts as there are: of all partings' scores together each `PARTINGS`-th.

    One parting is one accident. Of the scores of all of them, as many neighbours as there were partings stand for one
    post, and the highest of these counts.
    """
    rows = [table.features[row[table.backing]] for _, _, row in answers]
    highest = [score[table.backing] for score, _, _ in answers]
    score = np.concatenate([np.where(claimable(own), of, 0.0) for own, of in zip(rows, highest, strict=True)])
    group = np.concatenate([groups(own) for own in rows])
    scores, numbers = list[float](), list[int]()
    for number in range(len(GROUPS)):
        left = len(score) // len(answers) - len(scores)  # the last group has what others leave
        own = np.sort(score[group == number])[::-1]
        kept = own[:: len(answers)][: left if number == len(GROUPS) - 1 else round(len(own) / len(answers))].tolist()
        scores, numbers = [*scores, *kept], [*numbers, *[number] * len(kept)]
    return scores, numbers


def _familiar(rows: Floats, halves: Truths, features: Sequence[str]) -> Familiar | None:
    """What right claims are like in what the trees look at of post and asset."""
    names = [one for one in features if one not in OF_LIBRARY]
    return familiar(rows[:, [FEATURES.index(one) for one in names]], halves, names)


def cross_fit(table: Table, features: Sequence[str], parting: Truths) -> npt.NDArray[np.float64]:
    """(N,) probability of each candidate by trees that were fitted to the posts of the other half.

    Args:
        table: of `collect`
        features: names of the columns that they look at
        parting: (posts,) which posts belong to one half

    Raises:
        UsageError: in a half every candidate is right, or none is
    """
    found, columns = np.zeros(len(table.post)), _columns(table, features)
    for half in (parting, ~parting):
        of_half = half[table.post]
        found[of_half] = probabilities(_grown(table, features, ~half), columns[of_half])
    return found


def model(
    table: Table, features: Sequence[str], *, name: str, false_known: float, fitted: Truths | None = None
) -> Calibration:
    """Boosted trees on these features; no novel post backs them yet.

    Args:
        table: of `collect`
        features: names of the columns that they look at
        name: what the calibration is called in answers
        false_known: share of novel posts that may be called known, 0..1
        fitted: (posts,) which posts they are fitted to; None: those that are not held back

    Raises:
        UsageError: every candidate is right, or none is
    """
    models = _grown(table, features, ~table.held_back if fitted is None else fitted)
    return Calibration(
        name=name,
        features=tuple(features),
        forest=trees_of(models, _columns(table, features)),
        false_known=false_known,
        novel=(),
        backbone=table.backbone,
        restorer=table.restorer if OF_RESTORER & set(features) else "",
    )


def _columns(table: Table, features: Sequence[str]) -> Floats:
    return np.asarray(table.features[:, [FEATURES.index(one) for one in features]])


def _grown(table: Table, features: Sequence[str], fitted: Truths) -> list[HistGradientBoostingClassifier]:
    rows = fitted[table.post]
    if np.unique(table.right[rows]).size != 2:
        found = "no other asset was" if table.right[rows].any() else "none of their sources was"
        raise UsageError(f"of the posts to fit a decision to, {found} among the candidates; index more pictures first")
    columns = _columns(table, features)[rows]
    return [
        HistGradientBoostingClassifier(
            max_iter=TREES,
            learning_rate=RATE,
            max_leaf_nodes=LEAVES,
            min_samples_leaf=SMALLEST,
            l2_regularization=SHRINKAGE,
            max_features=SEEN,
            monotonic_cst=[0 if one in FREE else -1 if one in FALLING else 1 for one in features],
            early_stopping=False,
            random_state=seed,
        ).fit(columns, table.right[rows])
        for seed in range(FORESTS)
    ]


def best(probabilities: npt.NDArray[np.float64], table: Table) -> Answered:
    """The likeliest candidate of each post.

    Args:
        probabilities: (N,) of all candidates
        table: with N rows

    Returns:
        (posts,) its probability, 0 where there is none, whether it is the source, and its row in the table.
    """
    highest, right = np.zeros(len(table.novel)), np.zeros(len(table.novel), np.bool_)
    rows = np.zeros(len(table.novel), np.int64)
    for row in np.argsort(-probabilities, kind="stable")[::-1]:  # the highest comes last and stays, of equals the first
        post = table.post[row]
        highest[post], right[post], rows[post] = probabilities[row], table.right[row], row
    return highest, right, rows

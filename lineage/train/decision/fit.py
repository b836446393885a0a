"""`lineage train decision`: fit the calibrated decision to a library.

Assets are drawn from the index and posts made from them. For half of the posts the original is hidden, so that its
look-alikes answer: what they score is what a novel post scores in this library. The assets are parted in halves, and
the posts of either half are scored by trees that were fitted to those of the other (cross-conformal prediction: Vovk
2015). The novel ones back the level, one of each picture: no post, and no asset, judges itself, and posts of one
picture are no two samples. The trees that ship are fitted to all posts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from lineage.decide.calibration import Calibration
from lineage.decide.familiar import Familiar, familiar
from lineage.decide.features import CAMERA, FEATURES, OF_LIBRARY, OF_RESTORER, claimable, groups
from lineage.errors import UsageError
from lineage.records import Floats
from lineage.train.decision.backing import require_pictures, require_posts
from lineage.train.decision.grown import trees_of
from lineage.train.decision.table import Numbers, Table, Truths

TREES, RATE, LEAVES, SMALLEST, SHRINKAGE = 400, 0.03, 16, 30, 1.0  # larger steps: thresholds scatter, see decisions.md
FREE = frozenset({"asset_seen", "changed_ground", "changed_ratio", "changed_in_place", "changed_cut", *CAMERA})
FALLING = frozenset(
    {
        *("error", "residual_disagreeing", "residual_moved", "restored_loss", "crowded"),
        *("changed_structure", "changed_piece", "recoloured_hue", "recoloured_tone"),
    }
)
"""Features that say nothing by themselves, and those more of which never makes a source more probable; of all others
more never makes it less probable."""


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
    features = tuple(one for one in FEATURES if table.restorer or one not in OF_RESTORER)
    everything = np.ones(len(table.novel), np.bool_)
    calibration = model(table, features, name=name, false_known=false_known, fitted=everything)
    highest, right, row = best(cross_fit(table, features), table)
    rows = table.features[row]
    scores = np.where(claimable(rows), highest, 0.0)
    backed = calibration.with_novel(scores[table.backing].tolist(), groups(rows)[table.backing].tolist()).at(
        false_known
    )
    known_from = np.array([one.known_from for one in backed.guarantees])[backed.group(rows)]
    claimed = right & ~table.novel & (scores >= known_from)
    return replace(backed, familiar=_familiar(rows[claimed], table.held_back[claimed], features))


def _familiar(rows: Floats, halves: Truths, features: Sequence[str]) -> Familiar | None:
    """What right claims are like in what the trees look at of post and asset."""
    names = [one for one in features if one not in OF_LIBRARY]
    return familiar(rows[:, [FEATURES.index(one) for one in names]], halves, names)


def cross_fit(table: Table, features: Sequence[str]) -> npt.NDArray[np.float64]:
    """(N,) probability of each candidate by trees that were fitted to the posts of the other half.

    Raises:
        UsageError: in a half every candidate is right, or none is
    """
    probabilities = np.zeros(len(table.post))
    for half in (table.held_back, ~table.held_back):
        of_half = half[table.post]
        other = model(table, features, name="half", false_known=1.0, fitted=~half)
        probabilities[of_half] = other.probabilities(table.features[of_half])
    return probabilities


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
    rows = (~table.held_back if fitted is None else fitted)[table.post]
    if np.unique(table.right[rows]).size != 2:
        found = "no other asset was" if table.right[rows].any() else "none of their sources was"
        raise UsageError(f"of the posts to fit a decision to, {found} among the candidates; index more pictures first")
    columns = table.features[:, [FEATURES.index(one) for one in features]]
    boosted = HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=SMALLEST,
        l2_regularization=SHRINKAGE,
        monotonic_cst=[0 if one in FREE else -1 if one in FALLING else 1 for one in features],
        early_stopping=False,
        random_state=0,
    )
    boosted.fit(columns[rows], table.right[rows])
    return Calibration(
        name=name,
        features=tuple(features),
        forest=trees_of(boosted, columns),
        false_known=false_known,
        novel=(),
        backbone=table.backbone,
        restorer=table.restorer if OF_RESTORER & set(features) else "",
    )


def best(probabilities: npt.NDArray[np.float64], table: Table) -> tuple[npt.NDArray[np.float64], Truths, Numbers]:
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

"""`lineage train decision`: fit the calibrated decision to a library.

Assets are drawn from the index and posts made from them. For half of the posts the original is hidden, so that its
look-alikes answer: what they score is what a novel post scores in this library. The model is fitted on the
posts made from one half of the assets. The novel posts made from the other half back the conformal level, one of each
picture: no post, and no asset, judges itself, and posts of one picture are no two samples.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from lineage.decide import Calibration
from lineage.errors import UsageError
from lineage.features import CAMERA, FEATURES, OF_RESTORER
from lineage.train.backing import require_pictures, require_posts
from lineage.train.grown import grown
from lineage.train.table import Table, Truths

TREES, RATE, LEAVES, SMALLEST, SHRINKAGE = 150, 0.06, 12, 30, 1.0  # more or smaller trees changed nothing
FREE = frozenset({"asset_seen"})
FALLING = frozenset({"error", "residual_disagreeing", "residual_moved", "restored_loss", *CAMERA})
"""Features that say nothing by themselves, and those more of which never makes a source more probable; of all others
more never makes it less probable."""


def fit(table: Table, *, name: str, false_known: float) -> Calibration:
    """Fit the trees, and score the novel posts that were held back.

    Args:
        table: of `collect`
        name: what the calibration is called in answers
        false_known: share of novel posts that may be called known, 0..1

    Raises:
        UsageError: too few posts to fit, or too few pictures held back for the level
    """
    require_posts(len(table.novel))
    require_pictures(len(table.backing), false_known=false_known, of="the evidence")
    features = tuple(one for one in FEATURES if table.restorer or one not in OF_RESTORER)
    calibration = model(table, features, name=name, false_known=false_known)
    highest, _ = best(calibration, table)
    return calibration.with_novel(highest[table.backing]).at(false_known)


def model(table: Table, features: Sequence[str], *, name: str, false_known: float) -> Calibration:
    """Boosted trees on these features, fitted to the posts that are not held back; no novel post backs it yet.

    Raises:
        UsageError: every candidate is right, or none is
    """
    fitted = ~table.held_back[table.post]
    if np.unique(table.right[fitted]).size != 2:
        found = "no other asset was" if table.right[fitted].any() else "none of their sources was"
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
    boosted.fit(columns[fitted], table.right[fitted])
    return Calibration(
        name=name,
        features=tuple(features),
        forest=grown(boosted, columns),
        false_known=false_known,
        novel=(),
        backbone=table.backbone,
        restorer=table.restorer if OF_RESTORER & set(features) else "",
    )


def found_share(calibration: Calibration, table: Table) -> float:
    """Share of the held-back known posts that are called known with the right file, 0..1."""
    highest, right = best(calibration, table)
    known = ~table.novel & table.held_back
    return float((right & (highest >= calibration.guarantee.known_from))[known].mean())


def best(calibration: Calibration, table: Table) -> tuple[npt.NDArray[np.float64], Truths]:
    """(posts,) highest probability of any candidate, 0 where there is none, and whether it is that of the source."""
    probabilities = calibration.probabilities(table.features)
    highest, right = np.zeros(len(table.novel)), np.zeros(len(table.novel), np.bool_)
    for row in np.argsort(-probabilities, kind="stable")[::-1]:  # the highest comes last and stays, of equals the first
        highest[table.post[row]], right[table.post[row]] = probabilities[row], table.right[row]
    return highest, right

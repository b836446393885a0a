"""What each kind of evidence is worth: leave it out, fit again to the same table, measure on the posts held back.

One table serves all fits, so what was left out still chose the candidates and laid them into the post: this says what
a kind of evidence adds to the decision, not to the search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

from lineage.decide.calibration import LIKELIER, Calibration, kept_parts
from lineage.decide.features import CAMERA, CHANGES, FEATURES, GEOMETRY, OF_RESTORER, RESIDUAL, claimable, groups
from lineage.decide.thresholds import samples_needed, sure_threshold
from lineage.reporting.interval import middle
from lineage.train.decision.fit import best, model
from lineage.train.decision.table import Numbers, Table, Truths

Scores = npt.NDArray[np.float64]

KINDS: Mapping[str, frozenset[str]] = {
    "autoencoder": OF_RESTORER,
    "residual": frozenset({*RESIDUAL, "margin_residual"}),
    "autoencoder and residual": OF_RESTORER | {*RESIDUAL, "margin_residual"},
    "geometry": frozenset({*GEOMETRY, "margin_weight"}),
    "camera": frozenset(CAMERA),
    "changes": frozenset(CHANGES),
    "look-alikes": frozenset({"crowded"}),
    "normalisation": frozenset({"similarity_above_background"}),
    "hashes": frozenset({"hash_agreement"}),
    "margins": frozenset(name for name in FEATURES if name.startswith("margin_")),
}
"""Name of a kind of evidence → its features."""

LOOKS_ALIKE = np.log1p(16)  # log inliers from which a candidate surely shows something of the post
RESAMPLES = 500
HALVINGS = 200  # ways in which the held-back posts are parted to see whether the level holds
TOO_FEW = "too few to say"  # half of the pictures cannot back the level at all


@dataclass(frozen=True, slots=True)
class Answers:
    """The best candidate of each of N held-back posts.

    Attributes:
        score: (N,) its probability
        right: (N,) whether it is the source
        novel: (N,) whether there is none
        picture: (N,) int, number of the picture that the post was made from
        group: (N,) int, its number among `features.GROUPS`
        claimable: (N,) whether it was located, and not contradicted
    """

    score: Scores
    right: Truths
    novel: Truths
    picture: Numbers
    group: Numbers
    claimable: Truths

    def __getitem__(self, chosen: Numbers | Truths) -> Answers:
        return Answers(*(getattr(self, column.name)[chosen] for column in fields(self)))


def micro_precision(answers: Answers) -> float:
    """Area under precision over recall of all claims together, one a post; a source that is not found counts."""
    found, known = answers.right.sum(), (~answers.novel).sum()
    return float(average_precision_score(answers.right, answers.score) * found / known) if found else 0.0


def recall_at_99(answers: Answers) -> float:
    """Largest share of the known posts that is claimed rightly while 99 % of the claims are right."""
    right = np.cumsum(answers.right[np.argsort(-answers.score, kind="stable")])
    precise = right >= 0.99 * np.arange(1, len(right) + 1)
    return float(right[precise].max(initial=0) / max((~answers.novel).sum(), 1))


MEASURES: Mapping[str, Callable[[Answers], float]] = {"µAP": micro_precision, "R@P99": recall_at_99}


def ablation(calibration: Calibration, table: Table) -> str:
    """Markdown: verdict quality with all evidence and without each kind of it, 95 % bootstrap intervals over posts.

    Args:
        calibration: fitted to the table with all evidence; its level is measured
        table: of `collect`
    """
    level = calibration.false_known
    fitted = {"all": model(table, calibration.features, name="ablation", false_known=level)}
    for name, left_out in KINDS.items():
        if not left_out & OF_RESTORER or table.restorer:
            kept = [feature for feature in calibration.features if feature not in left_out]
            fitted[f"without {name}"] = model(table, kept, name="ablation", false_known=level)
    answers = {name: _answers(one, table) for name, one in fitted.items()}
    head = "| posts | evidence | µAP | R@P99 | known, right | known, false |\n|---|---|---|---|---|---|"
    lines = [
        f"| {group} ({chosen.sum()}) | {name} | " + " | ".join(_cells(answers[name], chosen, level)) + " |"
        for group, chosen in _groups(table).items()
        for name in answers
    ]
    return "\n".join([head, *lines])


def _answers(calibration: Calibration, table: Table) -> Answers:
    highest, right, row = best(calibration.probabilities(table.features), table)
    rows = table.features[row]
    own = right & ~table.novel
    return Answers(highest, own, table.novel, table.picture, groups(rows), claimable(rows))[table.held_back]


def _groups(table: Table) -> dict[str, Truths]:
    """Name → (held-back posts,) bool."""
    wrong = ~table.right & (table.features[:, FEATURES.index("log_inliers")] >= LOOKS_ALIKE)
    alike = np.isin(np.arange(len(table.novel)), table.post[wrong])
    groups = {"all": np.ones(len(table.novel), np.bool_), "with look-alikes": alike, "chains": table.steps > 1}
    return {name: chosen[table.held_back] for name, chosen in groups.items()}


def _cells(answers: Answers, chosen: Truths, level: float) -> Iterator[str]:
    claimed = _claimed(answers, level)

    def figures(rows: Numbers) -> list[float]:
        own = [of(answers[rows]) for of in MEASURES.values()]
        if claimed is None:
            return own
        right = _share((claimed & answers.right)[rows], ~answers.novel[rows])
        return [*own, right, _share(claimed[rows], answers.novel[rows])]

    rows, rng = np.flatnonzero(chosen), np.random.default_rng(0)
    drawn = [rng.choice(rows, len(rows)) for _ in range(RESAMPLES)]
    low, high = middle([figures(one) for one in drawn])
    for value, least, most in zip(figures(rows), low, high, strict=True):
        yield f"{value:.3f} ({least:.3f}–{most:.3f})"
    if claimed is None:
        yield from [TOO_FEW] * 2


def _share(which: Truths, of: Truths) -> float:
    return float(which[of].mean()) if of.any() else 0.0


def _claimed(answers: Answers, level: float) -> Truths | None:
    """(N,) called known, the level of each half of the pictures backed by the other half; None: too few back it."""
    order = dict.fromkeys([*answers.picture[answers.novel].tolist(), *answers.picture.tolist()])
    evens = [*order][::2]  # half of those with novel posts, and half of the others
    half, claimed = np.isin(answers.picture, evens), np.zeros(len(answers.score), np.bool_)
    for mine in (half, ~half):
        known_from = _known_from(_of_each_picture(answers[~mine & answers.novel]), answers[mine].group, level)
        if known_from is None:
            return None
        claimed[mine] = (answers.score[mine] >= known_from) & answers.claimable[mine]
    return claimed


def _of_each_picture(answers: Answers) -> Answers:
    """The first post of each picture."""
    return answers[np.unique(answers.picture, return_index=True)[1]]


def _known_from(novel: Answers, asked: Numbers, level: float) -> Scores | None:
    """The lowest score to be called known, of each post by the group of its answer.

    Args:
        novel: posts that set it, each of another picture
        asked: (N,) groups of the posts in question
        level: share of novel posts in each group, 0..1

    Returns:
        None where the novel posts cannot back the level.
    """
    needed = samples_needed(level)
    if len(novel.score) < needed:
        return None
    parts = kept_parts(novel.group.tolist(), needed=needed)
    group, score = np.minimum(novel.group, parts - 1), np.where(novel.claimable, novel.score, 0.0)
    limits = [sure_threshold(np.sort(score[group == one]).tolist(), level) for one in range(parts)]
    return np.maximum(LIKELIER, limits)[np.minimum(asked, parts - 1)]


def level_check(calibration: Calibration) -> float | None:
    """Share of novel posts called known where those of other pictures set the threshold; the level is what is promised.

    The posts that back each group, each of another picture, are parted in halves at random, many times: one half sets
    the threshold of the group, the other is asked.

    Returns:
        Mean over the partings and groups, 0..1; None where half of the posts are too few to back the level anywhere.
    """
    sizes = [len(calibration.backing(group)) for group in range(calibration.parts)]
    seen = [(held_out_share(calibration, group), size) for group, size in enumerate(sizes)]
    told = [(share, size) for share, size in seen if share is not None]
    return float(np.average([share for share, _ in told], weights=[size for _, size in told])) if told else None


def held_out_share(calibration: Calibration, group: int) -> float | None:
    """The same of one group; None where half of its posts are too few to back the level."""
    novel, rng = np.array(calibration.backing(group)), np.random.default_rng(group)
    if len(novel) // 2 < samples_needed(calibration.false_known):
        return None
    shares = []
    for _ in range(HALVINGS):
        sets, asked = np.array_split(rng.permutation(novel), 2)
        limit = max(LIKELIER, sure_threshold(np.sort(sets).tolist(), calibration.false_known))
        shares.append((asked >= limit).mean())
    return float(np.mean(shares))

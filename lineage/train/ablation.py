"""What each kind of evidence is worth: leave it out, fit again to the same table, measure on the posts held back.

One table serves all fits, so what was left out still chose the candidates and laid them into the post: this says what
a kind of evidence adds to the decision, not to the search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score

from lineage.conformal import threshold
from lineage.decide import LIKELIER
from lineage.features import CAMERA, FEATURES, GEOMETRY, OF_RESTORER, RESIDUAL
from lineage.train.decision import best, model
from lineage.train.table import Numbers, Table, Truths

Scores = npt.NDArray[np.float64]

KINDS: Mapping[str, frozenset[str]] = {
    "autoencoder": OF_RESTORER,
    "residual": frozenset({*RESIDUAL, "margin_residual"}),
    "autoencoder and residual": OF_RESTORER | {*RESIDUAL, "margin_residual"},
    "geometry": frozenset({*GEOMETRY, "margin_weight"}),
    "camera": frozenset(CAMERA),
    "normalisation": frozenset({"similarity_above_background"}),
    "hashes": frozenset({"hash_agreement"}),
    "margins": frozenset(name for name in FEATURES if name.startswith("margin_")),
}
"""Name of a kind of evidence → its features."""

LOOKS_ALIKE = np.log1p(16)  # log inliers from which a candidate surely shows something of the post
RESAMPLES = 500
HALVINGS = 200  # ways in which the held-back posts are parted to see whether the level holds


@dataclass(frozen=True, slots=True)
class Answers:
    """The best candidate of each of N held-back posts.

    Attributes:
        score: (N,) its probability
        right: (N,) whether it is the source
        novel: (N,) whether there is none
    """

    score: Scores
    right: Truths
    novel: Truths

    def __getitem__(self, chosen: Numbers | Truths) -> Answers:
        return Answers(self.score[chosen], self.right[chosen], self.novel[chosen])


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


def ablation(table: Table, *, false_known: float) -> str:
    """Markdown: verdict quality with all evidence and without each kind of it, 95 % bootstrap intervals over posts."""
    without = {f"without {name}": left_out for name, left_out in KINDS.items()}
    if not table.restorer:
        without = {name: left_out for name, left_out in without.items() if not left_out & OF_RESTORER}
    everything: frozenset[str] = frozenset() if table.restorer else OF_RESTORER
    answers = {
        name: _answers(table, left_out | everything) for name, left_out in {"all": frozenset(), **without}.items()
    }
    head = "| posts | evidence | µAP | R@P99 | known, right | known, false |\n|---|---|---|---|---|---|"
    lines = [
        f"| {group} ({chosen.sum()}) | {name} | " + " | ".join(_cells(answers[name], chosen, false_known)) + " |"
        for group, chosen in _groups(table).items()
        for name in answers
    ]
    return "\n".join([head, *lines])


def _answers(table: Table, left_out: frozenset[str]) -> Answers:
    kept = [name for name in FEATURES if name not in left_out]
    highest, right = best(model(table, kept, name="ablation", false_known=0.01), table)
    held = table.held_back
    return Answers(highest[held], right[held] & ~table.novel[held], table.novel[held])


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
        right = _share((claimed & answers.right)[rows], ~answers.novel[rows])
        return [*own, right, _share(claimed[rows], answers.novel[rows])]

    rows, rng = np.flatnonzero(chosen), np.random.default_rng(0)
    drawn = [rng.choice(rows, len(rows)) for _ in range(RESAMPLES)]
    low, high = np.percentile([figures(one) for one in drawn], (2.5, 97.5), axis=0)
    for value, least, most in zip(figures(rows), low, high, strict=True):
        yield f"{value:.3f} ({least:.3f}–{most:.3f})"


def _share(which: Truths, of: Truths) -> float:
    return float(which[of].mean()) if of.any() else 0.0


def _claimed(answers: Answers, level: float) -> Truths:
    """(N,) called known, the level of each half of the posts backed by the novel posts of the other half."""
    half = np.arange(len(answers.score)) // 2 % 2 == 0
    claimed = np.zeros(len(half), np.bool_)
    for mine in (half, ~half):
        claimed[mine] = answers.score[mine] >= _known_from(answers[~mine], level)
    return claimed


def _known_from(answers: Answers, level: float) -> float:
    return max(LIKELIER, threshold(np.sort(answers.score[answers.novel]).tolist(), level))


def level_check(table: Table, *, false_known: float) -> tuple[float, float]:
    """Share of novel posts called known where other novel posts set the threshold, at most `false_known` promised.

    The held-back novel posts are parted in halves at random, many times: one half sets the threshold, the other is
    asked. Both are made from assets that the model was not fitted to.

    Returns:
        Mean over the partings, and that of the right file over the known posts with the same thresholds.
    """
    everything = frozenset() if table.restorer else OF_RESTORER
    answers, rng = _answers(table, everything), np.random.default_rng(0)
    novel, known = answers.score[answers.novel], answers[~answers.novel]
    seen, found = [], []
    for _ in range(HALVINGS):
        sets, asked = np.array_split(rng.permutation(novel), 2)
        known_from = max(LIKELIER, threshold(np.sort(sets).tolist(), false_known))
        seen.append(float((asked >= known_from).mean()))
        found.append(float((known.right & (known.score >= known_from)).mean()))
    return float(np.mean(seen)), float(np.mean(found))

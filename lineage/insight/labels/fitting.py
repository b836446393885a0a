"""`lineage labels fit`: from examples to a model, and what it says of the tenth of the pictures that it never saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lineage.insight.labels.examples import Examples, Member
from lineage.insight.labels.fit import Parts, average, fit_head, fit_rule, flat
from lineage.insight.labels.head import HeadRecipe
from lineage.insight.labels.model import Eye, LabelModel
from lineage.insight.labels.resampling import Figure, interval, macro_f1, rate, resamples
from lineage.insight.labels.truth import Truth

TEST_PART = 0


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model and its test.

    Attributes:
        model: fitted to nine tenths of the pictures
        test: number of pictures in the tenth
        right: share of them that get exactly the labels that they show
        macro_f1: on them
        false_labels: share of those of none that get a label; None where there are none
    """

    model: LabelModel
    test: int
    right: Figure
    macro_f1: Figure
    false_labels: Figure | None


def fit_model(
    truth: Truth,
    parts: Parts,
    examples: Examples,
    members: Sequence[Member],
    names: Sequence[str],
    *,
    recipes: Sequence[HeadRecipe],
    false_labels: float,
    seed: int,
) -> Fitted:
    """Fit the model.

    Args:
        truth: N pictures
        parts: (N,) of `split`; the first is the test
        examples: of `embed_examples`, by member
        members: backbones and regions
        names: by which each member's backbone is loaded
        recipes: of the heads; the best on unseen pictures is taken
        false_labels: share of the pictures of none that may get a label
        seed: of splits and landmarks
    """
    seen, held = parts != TEST_PART, parts == TEST_PART
    tables = [examples[member.name] for member in members]
    fitted = [fit_head(table[seen], truth.marks[seen], parts[seen], recipes, seed=seed) for table in tables]
    unseen = average([one.unseen for one in fitted])
    rule = fit_rule(truth.marks[seen], unseen, single=truth.single, false_labels=false_labels)
    eyes = [Eye(name, member.embedder.spec.weights, member.region) for name, member in zip(names, members, strict=True)]
    training = flat(tables[0][seen])
    model = LabelModel(truth.classes, tuple(eyes), tuple(one.head for one in fitted), rule, training)
    given = model.labels(model.judge([table[held][:, :1] for table in tables]))[:, 0]
    groups = np.unique(truth.groups[held], return_inverse=True)[1]
    weights, none = resamples(groups), truth.none[held]
    wrong = rate(given[none].any(1), weights[:, none], groups[none]) if none.any() else None
    right = rate((given == truth.marks[held]).all(1), weights, groups)
    return Fitted(model, int(held.sum()), right, interval(macro_f1(truth.marks[held], given, weights)), wrong)

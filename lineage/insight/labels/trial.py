"""Labels put to the test: every picture is judged once, by heads and a rule that were made without its group.

A row of the comparison is a head, all heads together, or the nearest neighbours. All rows see the same pictures and the
same splits, and their thresholds are chosen in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lineage.insight.labels.examples import Examples
from lineage.insight.labels.fit import Judged, Parts, average, fit_head, fit_rule, flat, nearest
from lineage.insight.labels.head import HeadRecipe, LabelHead
from lineage.insight.labels.neighbours import judge_by_neighbours
from lineage.insight.labels.rule import Rule
from lineage.insight.labels.splits import PARTS
from lineage.insight.labels.truth import Flags, Truth
from lineage.records import Floats

NEIGHBOURS = "nearest neighbours"
ENSEMBLE = "ensemble"
_Said = tuple[Judged, Judged, Rule, HeadRecipe | None]


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What one row of the comparison said.

    Attributes:
        parts: (N,) in which part each picture was held out
        judged: the N pictures in K versions, each by what was made without its part
        strangers: S pictures of something else altogether; version p by what was made without part p
        rules: for each part, the rule that was made without it
        recipes: likewise the recipe that was chosen; empty where no single head answered
    """

    parts: Parts
    judged: Judged
    strangers: Judged
    rules: tuple[Rule, ...]
    recipes: tuple[HeadRecipe, ...]

    def labels(self, *, known: bool = True, near: bool = True) -> Flags:
        """(N, K, C) labels given, with or without the two guards of the open world."""
        given = np.zeros(self.judged.probabilities.shape, np.bool_)
        for part, rule in enumerate(_guarded(self.rules, known=known, near=near)):
            held = self.parts == part
            one = Judged(self.judged.probabilities[held], self.judged.known[held], self.judged.near[held])
            given[held] = rule.labels(flat(one.probabilities), one.known.ravel(), one.near.ravel()).reshape(
                given[held].shape
            )
        return given

    def stranger_labels(self, *, known: bool = True, near: bool = True) -> Flags:
        """(S, parts, C) labels given to strangers, with or without the guards."""
        one = self.strangers
        rules = enumerate(_guarded(self.rules, known=known, near=near))
        given = [rule.labels(one.probabilities[:, p], one.known[:, p], one.near[:, p]) for p, rule in rules]
        return np.stack(given, 1)


def run_trial(
    truth: Truth,
    examples: Examples,
    parts: Parts,
    *,
    strangers: Mapping[str, Floats],
    recipes: Sequence[HeadRecipe],
    false_labels: float,
    seed: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Mapping[str, RowOutcome]:
    """Hold out each part in turn.

    Args:
        truth: N pictures
        examples: by member
        parts: (N,)
        strangers: by member (S, D), S may be 0
        recipes, false_labels, seed: as for fitting

    Returns:
        outcomes by the row's name: the members, their ensemble where there are several, the neighbours of the first
    """
    rows: dict[str, list[_Said]] = {}
    for part in range(PARTS):
        seen = parts != part
        for name, unseen, held, foreign, recipe in _answers(
            truth.marks, examples, parts, part, strangers, recipes, seed
        ):
            rule = fit_rule(truth.marks[seen], unseen, single=truth.single, false_labels=false_labels)
            rows.setdefault(name, []).append((held, foreign, rule, recipe))
        progress(1)
    return {name: _joined(parts, answers) for name, answers in rows.items()}


def _answers(
    marks: Flags,
    examples: Examples,
    parts: Parts,
    part: int,
    strangers: Mapping[str, Floats],
    recipes: Sequence[HeadRecipe],
    seed: int,
) -> Iterator[tuple[str, Judged, Judged, Judged, HeadRecipe | None]]:
    """For each row: its name, what it says of the unseen, the held-out and the strangers, and its head's recipe."""
    seen, held = parts != part, parts == part
    members: list[tuple[Judged, Judged, Judged]] = []
    for name, vectors in examples.items():
        fitted = fit_head(vectors[seen], marks[seen], parts[seen], recipes, seed=seed)
        training = flat(vectors[seen])
        foreign = strangers[name][:, None]
        members.append(
            (fitted.unseen, _judge(fitted.head, training, vectors[held]), _judge(fitted.head, training, foreign))
        )
        yield name, *members[-1], fitted.recipe
    if len(members) > 1:
        unseen, out, foreigners = (average(column) for column in zip(*members, strict=True))
        yield ENSEMBLE, unseen, out, foreigners, None
    first = next(iter(examples))
    others = examples[first]
    versions = others.shape[1]
    both = np.concatenate([others[held], np.repeat(strangers[first][:, None], versions, 1)])
    unseen, answers = judge_by_neighbours(others[seen], marks[seen], parts[seen], both)
    count = int(held.sum())
    yield NEIGHBOURS, unseen, _rows(answers, slice(count)), _rows(answers, slice(count, None), versions=slice(1)), None


def _judge(head: LabelHead, training: Floats, vectors: Floats) -> Judged:
    answers, near = head(flat(vectors)), nearest(flat(vectors), training)
    probabilities = answers.reshape(*vectors.shape[:2], answers.shape[1])
    return Judged(probabilities[..., :-1], probabilities[..., -1], near.reshape(vectors.shape[:2]))


def _rows(judged: Judged, rows: slice, *, versions: slice = slice(None)) -> Judged:
    return Judged(judged.probabilities[rows, versions], judged.known[rows, versions], judged.near[rows, versions])


def _joined(parts: Parts, answers: list[_Said]) -> RowOutcome:
    """What was said part by part, in the order of the pictures."""
    order = np.argsort(np.argsort(parts, kind="stable"), kind="stable")
    held, foreign, rules, recipes = zip(*answers, strict=True)
    judged = Judged(*(np.concatenate([getattr(one, name) for one in held])[order] for name in _NAMES))
    strangers = Judged(*(np.concatenate([getattr(one, name) for one in foreign], 1) for name in _NAMES))
    return RowOutcome(parts, judged, strangers, tuple(rules), tuple(filter(None, recipes)))


_NAMES = ("probabilities", "known", "near")


def _guarded(rules: tuple[Rule, ...], *, known: bool, near: bool) -> Iterator[Rule]:
    """The rules without the guards that are left out; a cosine is never below -1."""
    for rule in rules:
        yield replace(rule, known_from=rule.known_from if known else 0.0, near_from=rule.near_from if near else -1.0)

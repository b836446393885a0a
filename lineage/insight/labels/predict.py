"""Pictures → labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lineage.insight.labels.examples import BATCH, Member
from lineage.insight.labels.model import LabelModel, require_same
from lineage.insight.labels.regions import look, region
from lineage.protocols import Embedder
from lineage.records import Floats, Pixels


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a picture shows.

    Attributes:
        name: of the picture
        labels: given, most probable first; empty: none of the classes
        probabilities: (C,) of all classes, in the order of the model
        known: probability that any class is shown
        near: cosine with the nearest training picture
    """

    name: str
    labels: tuple[str, ...]
    probabilities: tuple[float, ...]
    known: float
    near: float


def load_members(model: LabelModel, load: Callable[[str], Embedder]) -> list[Member]:
    """The model's members, each backbone loaded once.

    Raises:
        WeightsError: a backbone has other weights than when the model was fitted
    """
    loaded = {name: load(name) for name in dict.fromkeys(eye.backbone for eye in model.eyes)}
    members = [Member(loaded[eye.backbone], eye.region) for eye in model.eyes]
    for eye, member in zip(model.eyes, members, strict=True):
        require_same(eye, member)
    return members


def predict(model: LabelModel, members: Sequence[Member], pictures: Iterable[tuple[str, Pixels]]) -> Iterator[Labelled]:
    """Labels of named pictures, in their order, a few at a time."""
    batch: list[tuple[str, Pixels]] = []
    for picture in pictures:
        batch.append(picture)
        if len(batch) == BATCH:
            yield from _batch(model, members, batch)
            batch = []
    yield from _batch(model, members, batch)


def _batch(model: LabelModel, members: Sequence[Member], batch: Sequence[tuple[str, Pixels]]) -> Iterator[Labelled]:
    if batch:
        names, pixels = zip(*batch, strict=True)
        yield from label(model, names, [look(pixels, one.embedder, region(one.region)) for one in members])


def label(model: LabelModel, names: Sequence[str], vectors: Sequence[Floats]) -> Iterator[Labelled]:
    """Labels of N pictures whose vectors are known: for each eye (N, D)."""
    judged = model.judge([table[:, None] for table in vectors])
    given = model.labels(judged)[:, 0]
    for n, name in enumerate(names):
        probabilities = judged.probabilities[n, 0]
        order = [c for c in np.argsort(-probabilities) if given[n, c]]
        yield Labelled(
            name,
            tuple(model.classes[c] for c in order),
            tuple(map(float, probabilities)),
            float(judged.known[n, 0]),
            float(judged.near[n, 0]),
        )

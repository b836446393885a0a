"""A fitted label model: heads, rule, training vectors; one file of numbers that cannot run code when it is read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from lineage.errors import UsageError, WeightsError
from lineage.insight.labels.examples import Member
from lineage.insight.labels.fit import Judged, flat, nearest
from lineage.insight.labels.head import Array, Features, LabelHead
from lineage.insight.labels.rule import Rule
from lineage.insight.labels.truth import Flags
from lineage.machine.whole_file import whole
from lineage.records import Floats

FORM = "lineage labels 1"


@dataclass(frozen=True, slots=True)
class Eye:
    """What a head needs to be shown.

    Attributes:
        backbone: name by which it is loaded
        weights: SHA-256 of its weights
        region: of the picture
    """

    backbone: str
    weights: str
    region: str


@dataclass(frozen=True, slots=True)
class LabelModel:
    """Labels for pictures.

    Attributes:
        classes: (C) names
        eyes: one for each head
        heads: their probabilities are averaged
        rule: when a label is given
        training: (N, D) float32, what the first eye saw of the training pictures
    """

    classes: tuple[str, ...]
    eyes: tuple[Eye, ...]
    heads: tuple[LabelHead, ...]
    rule: Rule
    training: Floats

    def judge(self, vectors: Sequence[Floats]) -> Judged:
        """For each eye (N, K, D) vectors → what the heads say."""
        number, versions = vectors[0].shape[:2]
        pairs = zip(self.heads, vectors, strict=True)
        answers = np.mean([head(flat(seen)) for head, seen in pairs], 0).reshape(number, versions, -1)
        near = nearest(flat(vectors[0]), self.training).reshape(number, versions)
        return Judged(answers[..., :-1], answers[..., -1], near)

    def require(self, label: str) -> int:
        """The number of a class.

        Raises:
            UsageError: there is no such class
        """
        if label not in self.classes:
            raise UsageError(f"{label}: the model has no such label; there are {', '.join(self.classes)}")
        return self.classes.index(label)

    def labels(self, judged: Judged) -> Flags:
        """(N, K, C) the labels given."""
        given = self.rule.labels(flat(judged.probabilities), judged.known.ravel(), judged.near.ravel())
        return given.reshape(judged.probabilities.shape)


def require_same(eye: Eye, member: Member) -> None:
    """`WeightsError` unless the member is what the eye was when the model was fitted."""
    if member.embedder.spec.weights != eye.weights:
        raise WeightsError(
            f"{eye.backbone}: its weights are not those that the labels were fitted with; fit them again"
        )


def save_model(model: LabelModel, file: Path) -> None:
    """Write the model to one file."""
    tensors: dict[str, npt.NDArray[np.generic]] = {
        "training": np.ascontiguousarray(model.training, np.float16),
        "thresholds": model.rule.thresholds,
    }
    for number, head in enumerate(model.heads):
        tensors |= {f"{number}.{name}": np.ascontiguousarray(part) for name, part in _parts(head).items()}
    rule = {"known_from": model.rule.known_from, "near_from": model.rule.near_from, "single": model.rule.single}
    eyes = [
        [eye.backbone, eye.weights, eye.region, head.features.gamma]
        for eye, head in zip(model.eyes, model.heads, strict=True)
    ]
    about = {"form": FORM, "classes": json.dumps(model.classes), "eyes": json.dumps(eyes), "rule": json.dumps(rule)}
    with whole(file) as part:
        save_file(tensors, part, metadata=about)


def load_model(file: Path) -> LabelModel:
    """Read a model.

    Raises:
        UsageError: there is no such file
        WeightsError: it is no label model, or damaged
    """
    if not file.is_file():
        raise UsageError(f"{file}: there is no such model; lineage labels fit makes one")
    try:
        with safe_open(file, "numpy") as stored:
            about = stored.metadata() or {}
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118, no mapping
        if about.get("form") != FORM:
            raise WeightsError(f"{file}: not a label model of this version; fit it again with lineage labels fit")
        return _model(about, tensors)
    except (SafetensorError, KeyError, ValueError) as error:
        raise WeightsError(f"{file}: not a label model, or damaged; fit it again with lineage labels fit") from error


def _model(about: Mapping[str, str], tensors: Mapping[str, npt.NDArray[np.generic]]) -> LabelModel:
    eyes = json.loads(about["eyes"])
    heads = tuple(_head(tensors, number, eye[3]) for number, eye in enumerate(eyes))
    rule = Rule(np.asarray(tensors["thresholds"], np.float64), **json.loads(about["rule"]))
    training = np.asarray(tensors["training"], np.float32)
    return LabelModel(tuple(json.loads(about["classes"])), tuple(Eye(*eye[:3]) for eye in eyes), heads, rule, training)


def _parts(head: LabelHead) -> dict[str, npt.NDArray[np.generic]]:
    features = head.features
    return {
        "mean": features.mean,
        "scale": features.scale,
        "landmarks": features.landmarks,
        "whitening": features.whitening,
        "weights": head.weights,
        "bias": head.bias,
        "slope": head.slope,
        "offset": head.offset,
    }


def _head(tensors: Mapping[str, npt.NDArray[np.generic]], number: int, gamma: float) -> LabelHead:
    def floats(name: str) -> Floats:
        return np.asarray(tensors[f"{number}.{name}"], np.float32)

    def array(name: str) -> Array:
        return np.asarray(tensors[f"{number}.{name}"], np.float64)

    features = Features(floats("mean"), floats("scale"), floats("landmarks"), floats("whitening"), gamma)
    return LabelHead(features, floats("weights"), floats("bias"), array("slope"), array("offset"))

"""Why a picture was given a label: which places of it speak for the class, and whether it is so.

The slope of the class's score at the picture's vector is the direction in which the class lies, and the parts of the
vector in that direction come from places as those of a cosine do (`heat`). The claim is put to the test: the warmest
places are blurred away, and the heads asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from lineage.errors import UsageError
from lineage.insight.explain.heat import heat_towards, warmest
from lineage.insight.explain.network import network_of
from lineage.insight.labels.examples import Member
from lineage.insight.labels.head import LabelHead
from lineage.insight.labels.model import LabelModel
from lineage.insight.labels.predict import Labelled, predict
from lineage.insight.labels.regions import region
from lineage.insight.labels.rule import Rule
from lineage.protocols import Embedder
from lineage.records import Floats, Pixels

GRID = 96  # cells of the longer side: finer than any network's maps over a quarter of the picture
_BLUR = 0.12  # of the longer side: nothing that a class is told by is left


@dataclass(frozen=True, slots=True)
class LabelHeat:
    """Why a picture was given a label, or not.

    Attributes:
        label: the class
        labelled: what the heads say of the picture
        probability: of the class, 0..1
        needed: probability from which on it is given, if the picture passes for one of the classes at all
        because: why the label was given or not, a clause
        places: (h, w) float32, how much speaks for the class in each place; below 0 against it
        blurred: (H, W, 3) uint8, the picture without the fewest places that half of what speaks for it comes from
        without: probability of the class in that picture
        unseen: backbones of the model that cannot be looked into
    """

    label: str
    labelled: Labelled
    probability: float
    needed: float
    because: str
    places: Floats
    blurred: Pixels
    without: float
    unseen: tuple[str, ...]

    @property
    def given(self) -> bool:
        """Whether the picture was given the label."""
        return self.label in self.labelled.labels

    @property
    def half(self) -> float:
        """Smallest share of the picture that half of what speaks for the class comes from, 0..1."""
        return float(warmest(self.places).mean())


def label_heat(model: LabelModel, members: Sequence[Member], name: str, pixels: Pixels, label: str) -> LabelHeat:
    """What speaks for a class.

    Args:
        model: of `lineage labels fit`
        members: its backbones and regions
        name: of the picture
        pixels: (H, W, 3) uint8
        label: one of the model's classes

    Raises:
        UsageError: the model has no such class, or none of its backbones can be looked into
    """
    target = model.require(label)
    pairs = list(zip(model.heads, members, strict=True))
    open_ = [(head, member) for head, member in pairs if _is_open(member.embedder)]
    if not open_:
        network_of(members[0].embedder)
    places = np.mean([_places(head, member, pixels, target) for head, member in open_], 0)
    blurred = _blurred(pixels, places)
    whole, less = predict(model, members, [(name, pixels), (name, blurred)])
    needed = float(model.rule.thresholds[target])
    return LabelHeat(
        label,
        whole,
        whole.probabilities[target],
        needed,
        _because(model.rule, whole, label, whole.probabilities[target], needed),
        places,
        blurred,
        less.probabilities[target],
        tuple(member.embedder.spec.name for _, member in pairs if not _is_open(member.embedder)),
    )


def _because(rule: Rule, labelled: Labelled, label: str, probability: float, needed: float) -> str:
    """The guard that refused the label, or that none did."""
    if label in labelled.labels:
        return f"given from {needed:.2f} on"
    if probability < needed:
        return f"not given: it is from {needed:.2f} on"
    if rule.never:
        return "not given: too few pictures of none of the classes were fitted to, so no picture gets a label"
    if labelled.known < rule.known_from:
        return f"not given: that it shows any of the classes has {labelled.known:.2f}, needed is {rule.known_from:.2f}"
    if labelled.near < rule.near_from:
        return f"not given: it is too unlike all that was fitted to ({labelled.near:.2f}, needed {rule.near_from:.2f})"
    return "not given: another class is more probable, and a picture has one"


def _is_open(embedder: Embedder) -> bool:
    try:
        network_of(embedder)
    except UsageError:
        return False
    return True


def _places(head: LabelHead, member: Member, pixels: Pixels, target: int) -> Floats:
    """(h, w) float32 how much speaks for the target in each place, as one head's eye sees it.

    A place that several windows show, the middle of tiles, has the mean of what they see there: it is no more telling
    for being looked at more often.
    """
    windows = region(member.region)(pixels)
    looks = [np.ascontiguousarray(pixels[window]) for window in windows]
    mean = member.embedder.embed(looks).mean(0)
    norm = np.linalg.norm(mean)
    towards = head.towards(mean / norm, target) / np.float32(norm)
    scale = GRID / max(pixels.shape[:2])
    total, times = np.zeros((2, *(max(1, round(side * scale)) for side in pixels.shape[:2])), np.float32)
    for window, part in zip(windows, looks, strict=True):
        there = tuple(_cells(one, scale, length) for one, length in zip(window, total.shape, strict=True))
        seen = heat_towards(member.embedder, part, towards).places
        total[there] += cv2.resize(seen, total[there].shape[::-1]) * (seen.size / total[there].size)
        times[there] += 1
    return np.asarray(total / np.maximum(times, 1))


def _cells(side: slice, scale: float, length: int) -> slice:
    """The cells of the grid that a window's side covers, at least one."""
    first = min(round(side.start * scale), length - 1)
    return slice(first, max(round(side.stop * scale), first + 1))


def _blurred(pixels: Pixels, places: Floats) -> Pixels:
    """The picture with its warmest places blurred, their edges softly."""
    side = max(pixels.shape[:2])
    mask = cv2.resize(warmest(places).astype(np.float32), pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    smooth = cv2.GaussianBlur(pixels, (0, 0), _BLUR * side).astype(np.float32)
    return np.asarray(pixels + (smooth - pixels) * mask[..., None], np.uint8)

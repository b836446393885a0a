"""Evidence → probability → verdict: boosted trees whose every number is data, not code.

They are fitted by `lineage train decision` to the features of `features.py` and ship as JSON, with the
scores of novel posts that were held back from the fit. What is called known follows from these: `conformal.py`.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lineage.conformal import finest_level, novel_share, posts_needed, samples_needed, threshold
from lineage.errors import UsageError, WeightsError
from lineage.features import FEATURES, OF_RESTORER, feature_table
from lineage.forest import Forest
from lineage.records import Decision, Evidence, Floats, Guarantee, Match, Verdict
from lineage.settings import wrong_level

SHIPPED = Path(__file__).parent / "weights" / "decision.json"
REVIEW_FACTOR = 5  # a person may be asked about five times as many novel posts as may be claimed wrongly
_NODES, _NUMBERS = ("roots", "feature", "left", "right"), ("threshold", "value")
LIKELIER = 0.5  # nothing is claimed that is more probably wrong than right, however few novel posts score as high


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted decision.

    Attributes:
        name: what it was fitted on, for a person
        features: names among `features.FEATURES`, in the order of the columns that the trees look at
        forest: the trees
        false_known: share of novel posts that may be called known, 0.0001..0.5
        novel: highest probability of each novel post that was held back from the fit, increasing
        backbone: name and weights of the one that it was fitted with, as in `Stamp.network`
        restorer: version of the autoencoder whose evidence it was fitted to; empty: none
    """

    name: str
    features: tuple[str, ...]
    forest: Forest
    false_known: float
    novel: tuple[float, ...]
    backbone: str
    restorer: str = ""

    def probabilities(self, table: Floats) -> npt.NDArray[np.float64]:
        """(N, len(FEATURES)) as of `feature_table` → (N,) in 0..1."""
        return self.forest.probabilities(table[:, [FEATURES.index(name) for name in self.features]])

    @property
    def guarantee(self) -> Guarantee:
        """What is promised about novel posts, and by how many of them."""
        review = min(1.0, REVIEW_FACTOR * self.false_known)
        return Guarantee(
            level=self.false_known,
            samples=len(self.novel),
            known_from=max(LIKELIER, threshold(self.novel, self.false_known)),
            review_from=max(0.0, threshold(self.novel, review)),
        )

    def require(self, restorer: str) -> None:
        """Refuse an engine that lacks evidence that this was fitted to; evidence that it does not use does not matter.

        Args:
            restorer: version of its autoencoder; empty: it has none

        Raises:
            WeightsError: it has another one, or none where one is needed
        """
        if self.restorer and restorer != self.restorer:
            used = f"with autoencoder {restorer}" if restorer else "without one"
            raise WeightsError(
                f"the calibration {self.name!r} was fitted with autoencoder {self.restorer} and would be used {used}; "
                "change the setting `restorer`, or fit one: lineage train decision"
            )

    def unpromised(self, network: str) -> str:
        """Why it promises nothing about novel posts with this backbone, a clause for a person; empty: it does.

        Args:
            network: name and weights, as in `Stamp.network`
        """
        if network == self.backbone:
            return ""
        fitted, used = (one.rpartition(" ")[0] for one in (self.backbone, network))
        if fitted == used:
            fitted, used = f"other weights of {fitted}", "these"
        return f"fitted with {fitted}, so no promise with {used}: lineage train decision fits one"

    def with_novel(self, scores: Iterable[float]) -> Calibration:
        """The same model, backed by the highest probabilities of these novel posts."""
        return replace(self, novel=tuple(sorted(map(float, scores))))

    def at(self, false_known: float) -> Calibration:
        """The same model at another level.

        Raises:
            UsageError: the held-back novel posts are too few for it
        """
        needed = samples_needed(false_known)
        if needed > len(self.novel):
            raise UsageError(
                f"a false-known level of {false_known:g} needs {needed} novel posts and the calibration {self.name!r} "
                f"keeps {len(self.novel)}, which back {finest_level(len(self.novel)):.2g}; "
                "fit one with: lineage train decision --output FILE "
                f"--false-known {false_known:g} --posts {posts_needed(false_known)}"
            )
        return replace(self, false_known=false_known)


def load_calibration(file: Path = SHIPPED) -> Calibration:
    """Read a calibration.

    Raises:
        WeightsError: the file is missing, damaged, or was fitted for other features
    """
    try:
        raw: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(raw, dict):
            raise TypeError("it holds no names")
        if "coefficients" in raw:
            raise ValueError("it is of the former, logistic form")
        if not all(str(raw.get("backbone", "")).partition(" ")):
            raise ValueError("it does not say by name and weights with which backbone it was fitted")
        calibration = Calibration(
            name=str(raw["name"]),
            features=tuple(map(str, raw["features"])),
            forest=_forest(raw["forest"], columns=len(raw["features"])),
            false_known=float(raw["false_known"]),
            novel=tuple(sorted(map(float, raw["novel"]))),
            backbone=str(raw["backbone"]),
            restorer=str(raw.get("restorer") or ""),
        )
        if not all(0 <= p <= 1 for p in calibration.novel):
            raise ValueError("scores of novel posts outside of 0..1")
        if bool(calibration.restorer) != bool(OF_RESTORER & set(calibration.features)):
            raise ValueError("it names an autoencoder and no feature of one, or the other way round")
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise WeightsError(f"{file}: not a calibration ({error}); fit one with: lineage train decision") from error
    if not set(calibration.features) <= set(FEATURES):
        raise WeightsError(
            f"{file}: fitted for other features than this version uses; fit it again: lineage train decision"
        )
    if wrong := wrong_level(calibration.false_known):
        raise WeightsError(f"{file}: {wrong}; fit it again: lineage train decision")
    if samples_needed(calibration.false_known) > len(calibration.novel):
        raise WeightsError(
            f"{file}: {len(calibration.novel)} novel posts cannot back its false-known level of "
            f"{calibration.false_known:g}; fit it again: lineage train decision"
        )
    return calibration


def save_calibration(calibration: Calibration, file: Path) -> None:
    """Write a calibration as JSON, a line for each of its parts."""
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(part)}" for name, part in asdict(calibration).items())
    file.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def _forest(raw: Mapping[str, Any], *, columns: int) -> Forest:
    if not raw["roots"] or any(type(n) is not int for part in _NODES for n in raw[part]):
        raise ValueError("nodes that are no whole numbers, or no trees")
    for n in (*raw["threshold"], *raw["value"], raw["bias"]):
        if type(n) not in {int, float} or not math.isfinite(float(n)):
            raise ValueError(f"trees with {n} for a number")
    lists: dict[str, Any] = {name: tuple(raw[name]) for name in _NODES}
    numbers: dict[str, Any] = {name: tuple(map(float, raw[name])) for name in _NUMBERS}
    forest = Forest(**lists, **numbers, bias=float(raw["bias"]))
    forest.require_sound(columns)
    return forest


class ForestDecider:
    """The `Decider` that the package ships.

    Args:
        calibration: what it decides by
        network: name and weights of the backbone of the index, as in `Stamp.network`; empty: no index is asked, and
            novel posts that were asked about in one say nothing
    """

    def __init__(self, calibration: Calibration, *, network: str) -> None:
        self._calibration = calibration
        self._unpromised = calibration.unpromised(network) if network else ""
        self._counted = network == calibration.backbone
        self._guarantee = calibration.guarantee
        content = json.dumps(asdict(calibration), sort_keys=True).encode()
        self._version = f"{calibration.name} {hashlib.sha256(content).hexdigest()[:8]}"

    @property
    def version(self) -> str:
        """Name and hash of the calibration."""
        return self._version

    def decide(self, evidence: Sequence[Evidence]) -> Verdict:
        """Evidence in any order → verdict with matches best first, of equals the lower id; none → novel with p 0."""
        calibration = self._calibration
        probabilities = calibration.probabilities(feature_table(evidence))
        matches = [Match(one, float(p)) for one, p in zip(evidence, probabilities, strict=True)]
        matches.sort(key=lambda match: (-match.probability, match.evidence.asset.id))
        best = matches[0].probability if matches else 0.0
        return Verdict(
            _decision(matches[0], self._guarantee) if matches else "novel",
            best,
            tuple(matches),
            novel_share=novel_share(calibration.novel, best) if self._counted else None,
            unpromised=self._unpromised,
            guarantee=self._guarantee,
        )


def _decision(best: Match, guarantee: Guarantee) -> Decision:
    """What is nowhere in the post is not claimed, whatever it scores: no trial has shown what such a score is worth."""
    if best.sure(guarantee.known_from):
        return "known"
    return "review" if best.probability >= guarantee.review_from else "novel"

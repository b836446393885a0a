"""Evidence → probability → verdict: a calibrated logistic model whose every number is data, not code.

A candidate's features come from its own evidence and from how far it stands above the best of its rivals: of two
look-alikes at most one is the source, while pictures in different parts of a post may all be. The coefficients are
fitted by `lineage train decision` and ship as JSON, with the scores of novel posts that were held back from the fit.
What is called known follows from these: `conformal.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lineage.conformal import finest_level, novel_share, samples_needed, threshold
from lineage.errors import UsageError, WeightsError
from lineage.records import Alignment, Decision, Evidence, Floats, Guarantee, Match, Verdict

SHIPPED = Path(__file__).parent / "weights" / "decision.json"
REVIEW_FACTOR = 5  # a person may be asked about five times as many novel posts as may be claimed wrongly
LIKELIER = 0.5  # nothing is claimed that is more probably wrong than right, however few novel posts score as high

APART = 0.25  # share of the smaller box up to which two candidates lie beside each other in the post

_ANYWHERE = ((0.0, 0.0), (1.0, 1.0))  # unit frame: what cannot be located may lie in any part

FEATURES = (
    "similarity",
    "similarity_above_background",
    "hash_agreement",
    "aligned",
    "log_inliers",
    "log_weight",
    "inlier_share",
    "spread",
    "asset_seen",
    "residual",
    "residual_agreeing",
    "residual_disagreeing",
    "margin_weight",
    "margin_residual",
    "margin_similarity",
)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted decision.

    Attributes:
        name: what it was fitted on, for a person
        features: names, in the order of the coefficients
        mean, scale: of each feature, so that coefficients compare
        coefficients, intercept: of the logistic model on standardised features
        false_known: share of novel posts that may be called known, 0..1
        novel: highest probability of each novel post that was held back from the fit, increasing
    """

    name: str
    features: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float
    false_known: float
    novel: tuple[float, ...]

    def probabilities(self, table: Floats) -> npt.NDArray[np.float64]:
        """(N, features) → (N,) in 0..1."""
        standard = (table - np.array(self.mean)) / np.array(self.scale)
        logits = standard @ np.array(self.coefficients) + self.intercept
        return np.asarray(1 / (1 + np.exp(-logits)), np.float64)

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
                f"fit one with: lineage train decision --false-known {false_known:g}"
            )
        return replace(self, false_known=false_known)


def load_calibration(file: Path = SHIPPED) -> Calibration:
    """Read a calibration.

    Raises:
        WeightsError: the file is missing, damaged, or was fitted for other features
    """
    try:
        raw: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        calibration = Calibration(
            name=str(raw["name"]),
            features=tuple(raw["features"]),
            mean=tuple(raw["mean"]),
            scale=tuple(raw["scale"]),
            coefficients=tuple(raw["coefficients"]),
            intercept=float(raw["intercept"]),
            false_known=float(raw["false_known"]),
            novel=tuple(sorted(map(float, raw["novel"]))),
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WeightsError(f"{file}: not a calibration ({error}); fit one with: lineage train decision") from error
    if calibration.features != FEATURES:
        raise WeightsError(
            f"{file}: fitted for other features than this version uses; fit it again: lineage train decision"
        )
    if not 0 < calibration.false_known < 1 or samples_needed(calibration.false_known) > len(calibration.novel):
        raise WeightsError(
            f"{file}: {len(calibration.novel)} novel posts cannot back its false-known level of "
            f"{calibration.false_known:g}; fit it again: lineage train decision"
        )
    return calibration


def save_calibration(calibration: Calibration, file: Path) -> None:
    """Write a calibration as JSON."""
    file.write_text(json.dumps(asdict(calibration), indent=1) + "\n", encoding="utf-8")


def feature_table(evidence: Sequence[Evidence]) -> Floats:
    """All candidates of one post → (candidates, features) float32."""
    own = np.array([_own_features(one) for one in evidence], np.float32).reshape(-1, len(_OWN))
    rivals = _rivals(evidence)
    margins = [_margin(own[:, _OWN.index(name)], rivals) for name in ("log_weight", "residual", "similarity")]
    return np.column_stack([own, *margins]).astype(np.float32)


_OWN = FEATURES[:-3]


def _own_features(evidence: Evidence) -> tuple[float, ...]:
    candidate, alignment, residual = evidence.candidate, evidence.alignment, evidence.residual
    similarity = candidate.similarity if candidate.similarity is not None else 0.0
    above = similarity - evidence.background if evidence.background is not None else 0.0
    geometry = _geometry(alignment) if alignment else (0.0,) * 6
    rest = (residual.trimmed, residual.agreeing, residual.disagreeing) if residual else (0.0, 0.0, 1.0)
    # PDQ of unrelated pictures differs in half of the bits; only what is far below that says anything.
    agreement = max(0.0, 0.5 - candidate.hash_distance) * 2
    return (similarity, above, agreement, *geometry, *rest)


def _geometry(alignment: Alignment) -> tuple[float, ...]:
    count, weight = alignment.inliers, alignment.weight
    share = weight / max(alignment.expected, 1)
    return (1.0, np.log1p(count), np.log1p(weight), share, alignment.spread, alignment.asset_seen)


def _rivals(evidence: Sequence[Evidence]) -> npt.NDArray[np.bool_]:
    """(N, N): which candidates cannot be right beside each other: all but those seen in different parts of the post."""
    regions = [one.alignment.region_in_post if one.alignment else _ANYWHERE for one in evidence]
    low = np.array([np.min(region, axis=0) for region in regions]).reshape(-1, 2)
    high = np.array([np.max(region, axis=0) for region in regions]).reshape(-1, 2)
    shared = (np.minimum(high[:, None], high) - np.maximum(low[:, None], low)).clip(0).prod(2)
    smaller = np.minimum((high - low)[:, None], high - low).prod(2)
    return np.asarray((shared >= APART * smaller) & ~np.eye(len(regions), dtype=np.bool_))


def _margin(values: Floats, rivals: npt.NDArray[np.bool_]) -> Floats:
    """How far each value stands above the highest of its rivals; above zero where it has none."""
    highest = np.where(rivals, values, -np.inf).max(axis=1, initial=-np.inf)
    return np.asarray(values - np.where(np.isfinite(highest), highest, 0.0), np.float32)


class LogisticDecider:
    """The `Decider` that the package ships."""

    def __init__(self, calibration: Calibration) -> None:
        self._calibration = calibration
        self._guarantee = calibration.guarantee
        content = json.dumps(asdict(calibration), sort_keys=True).encode()
        self._version = f"{calibration.name} {hashlib.sha256(content).hexdigest()[:8]}"

    @property
    def version(self) -> str:
        """Name and hash of the calibration."""
        return self._version

    def decide(self, evidence: Sequence[Evidence]) -> Verdict:
        """Evidence in any order → verdict with matches best first; no evidence → novel with probability 0."""
        calibration = self._calibration
        probabilities = calibration.probabilities(feature_table(evidence))
        matches = [Match(one, float(p)) for one, p in zip(evidence, probabilities, strict=True)]
        matches.sort(key=lambda match: -match.probability)
        best = matches[0].probability if matches else 0.0
        return Verdict(
            _decision(best, self._guarantee) if matches else "novel",
            best,
            tuple(matches),
            novel_share=novel_share(calibration.novel, best),
            guarantee=self._guarantee,
        )


def _decision(probability: float, guarantee: Guarantee) -> Decision:
    if probability >= guarantee.known_from:
        return "known"
    return "review" if probability >= guarantee.review_from else "novel"

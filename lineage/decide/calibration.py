"""A fitted decision: boosted trees whose every number is data, not code, and the novel posts that back them.

They are fitted by `lineage train decision` to the features of `features.py` and ship as JSON, with the
scores of novel posts that were held back from the fit. What is called known follows from these: `thresholds.py`.
`calibration_file.py` reads and writes them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from lineage.decide.familiar import Familiar
from lineage.decide.features import EVIDENCE, FEATURES, GROUPS, groups
from lineage.decide.forest import Forest
from lineage.decide.thresholds import finest_level, posts_needed, samples_needed, sure_threshold, threshold
from lineage.errors import UsageError, WeightsError
from lineage.records import Floats, Guarantee

REVIEW_FACTOR = 5  # a person may be asked about five times as many novel posts as may be claimed wrongly
DOUBTFUL = 0.1  # nobody is asked about what is nine times as probably wrong, however few novel posts score as high
STRICTER = "+"  # in the version of a decider, before what was raised
LIKELIER = 0.5  # nothing is claimed that is more probably wrong than right, however few novel posts score as high


@dataclass(frozen=True)
class Calibration:
    """A fitted decision.

    Attributes:
        name: what it was fitted on, for a person
        features: names among `features.FEATURES`, in the order of the columns that the trees look at
        forest: the trees
        false_known: share of novel posts that may be called known, 0.0001..0.5
        novel: what each novel post scores by trees that have not seen it, increasing; 0 where it cannot be claimed
        backbone: name and weights of the one that it was fitted with, as in `Stamp.network`
        restorer: version of the autoencoder whose evidence it was fitted to; empty: none
        groups: of each novel post, the number of its group among `features.GROUPS`; empty: all of one kind
        evidence: the `features.EVIDENCE` that it was fitted to
        familiar: what the evidence of right claims is like; None: they were too few to say so
    """

    name: str
    features: tuple[str, ...]
    forest: Forest
    false_known: float
    novel: tuple[float, ...]
    backbone: str
    restorer: str = ""
    groups: tuple[int, ...] = ()
    evidence: int = EVIDENCE
    familiar: Familiar | None = None

    def probabilities(self, table: Floats) -> npt.NDArray[np.float64]:
        """(N, len(FEATURES)) as of `feature_table` → (N,) in 0..1."""
        return self.forest.probabilities(table[:, [FEATURES.index(name) for name in self.features]])

    @property
    def parts(self) -> int:
        """Number of groups that are told apart at this level: one where some have too few novel posts for it."""
        return kept_parts(self.groups, needed=samples_needed(self.false_known))

    def group(self, table: Floats) -> npt.NDArray[np.int64]:
        """(N, len(FEATURES)) as of `feature_table` → (N,) group of each candidate, below `parts`."""
        return np.minimum(groups(table), self.parts - 1)

    def backing(self, group: int) -> tuple[float, ...]:
        """The novel posts of a group, increasing."""
        if self.parts == 1:
            return self.novel
        return tuple(score for score, one in zip(self.novel, self.groups, strict=True) if one == group)

    def guarantee(self, group: int) -> Guarantee:
        """What is promised about novel posts of a group, and by how many of them."""
        novel = self.backing(group)
        return Guarantee(
            level=self.false_known,
            samples=len(novel),
            known_from=max(LIKELIER, sure_threshold(novel, self.false_known)),
            review_from=max(DOUBTFUL, threshold(novel, min(1.0, REVIEW_FACTOR * self.false_known))),
            group=GROUPS[group] if self.parts > 1 else "",
        )

    @property
    def guarantees(self) -> tuple[Guarantee, ...]:
        """The promise of each group."""
        return tuple(map(self.guarantee, range(self.parts)))

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
        if self.evidence != EVIDENCE:
            return (
                "false-match risk unknown: the decision was fitted to the evidence of another version of lineage; "
                "fit one with: lineage train decision"
            )
        if network == self.backbone:
            return ""
        fitted, used = (one.rpartition(" ")[0] for one in (self.backbone, network))
        if fitted == used:
            fitted, used = f"other weights of {fitted}", "these"
        return (
            f"false-match risk unknown: the decision was fitted with {fitted}, not with {used}; "
            "fit one with: lineage train decision"
        )

    @cached_property
    def version(self) -> str:
        """Its name and a hash of all that it is."""
        content = json.dumps(self, default=_names_and_values, sort_keys=True).encode()
        return f"{self.name} {hashlib.sha256(content).hexdigest()[:8]}"

    def with_novel(self, scores: Sequence[float], groups: Sequence[int]) -> Calibration:
        """The same model, backed by novel posts: the highest probability of each, and the group of that candidate."""
        backed = sorted((float(score), int(one)) for score, one in zip(scores, groups, strict=True))
        novel, numbers = (tuple(column) for column in zip(*backed, strict=True)) if backed else ((), ())
        return replace(self, novel=novel, groups=numbers)

    def at(self, false_known: float) -> Calibration:
        """The same model at another level; groups that cannot back it are joined.

        Raises:
            UsageError: the novel posts are too few for it
        """
        needed, found = samples_needed(false_known), len(self.novel)
        if needed > found:
            raise UsageError(
                f"a false-known level of {false_known:g} needs {needed} novel posts and the calibration "
                f"{self.name!r} keeps {found}, which back {finest_level(found):.2g}; "
                "fit one with: lineage train decision --output FILE "
                f"--false-known {false_known:g} --posts {posts_needed(false_known)}"
            )
        return replace(self, false_known=false_known)


def _names_and_values(record: Any) -> dict[str, Any]:  # noqa: ANN401 - any record
    """As `asdict`, without copying a hundred thousand numbers."""
    return {one.name: getattr(record, one.name) for one in fields(record)}


def kept_parts(groups: Sequence[int], *, needed: int) -> int:
    """How many groups are told apart: those of `features.GROUPS` where each has enough novel posts, else one of all.

    Args:
        groups: of novel posts, numbers among `features.GROUPS`
        needed: novel posts that back the level
    """
    counts = np.bincount(np.asarray(groups, np.int64), minlength=len(GROUPS))
    return len(GROUPS) if counts.min() >= needed else 1


def stricter(guarantee: Guarantee, own: Sequence[float]) -> Guarantee:
    """The promise of a group where novel posts of one library back its level as well; never a looser one.

    Args:
        guarantee: of the calibration
        own: scores of novel posts of the library, increasing; none: nothing changes
    """
    known_from = sure_threshold(own, guarantee.level) if own else 0.0
    if known_from <= guarantee.known_from:
        return guarantee
    return replace(guarantee, known_from=known_from, samples=len(own), measured_on="library")

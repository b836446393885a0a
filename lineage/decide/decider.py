"""Evidence → probability → verdict, by a calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lineage.decide.calibration import STRICTER, Calibration, stricter
from lineage.decide.familiar import same_all_over
from lineage.decide.features import FEATURES, SUBJECTS, feature_table
from lineage.decide.overrides import by_evidence
from lineage.decide.thresholds import sure_share
from lineage.decide.versions import nearest_version_first
from lineage.records import Decision, Evidence, Floats, Guarantee, Limit, Match, Verdict


class ForestDecider:
    """The `Decider` that the package ships.

    Args:
        calibration: what it decides by
        network: name and weights of the backbone of the index, as in `Stamp.network`; empty: no index is asked, and
            novel posts that were asked about in one say nothing
        own: by group, what novel posts of this library score where more of them were claimed than is promised: from
            then on they back the level as well, and whichever of both is stricter holds
    """

    def __init__(
        self, calibration: Calibration, *, network: str, own: Mapping[str, tuple[float, ...]] | None = None
    ) -> None:
        self._calibration = calibration
        self._network = network
        self._unpromised = calibration.unpromised(network) if network else ""
        self._counted = bool(network) and not self._unpromised
        self._own = dict(own or {})
        self._guarantees = tuple(stricter(one, self._own.get(one.group, ())) for one in calibration.guarantees)
        raised = [f"{one.known_from:.4f}" for one in self._guarantees if one.measured_on == "library"]
        self._version = STRICTER.join([calibration.version, *raised])

    @property
    def version(self) -> str:
        """Name and hash of the calibration, and from where posts are known where that was raised for this library."""
        return self._version

    def informed(self, limits: Sequence[Limit]) -> ForestDecider:
        """See `Decider`."""
        own = {limit.group: limit.novel for limit in limits if limit.calibration == self._calibration.version}
        return ForestDecider(self._calibration, network=self._network, own=own)

    def decide(self, evidence: Sequence[Evidence]) -> Verdict:
        """Evidence in any order → verdict with matches best first, of equals the lower id; none → novel with p 0.

        Of versions of one picture the one that the post is as a whole leads.
        """
        calibration = self._calibration
        table = feature_table(evidence)
        groups = dict(zip((one.asset.id for one in evidence), calibration.group(table).tolist(), strict=True))
        matches = [
            self._judged(Match(one, float(p), known_from=self._guarantees[groups[one.asset.id]].known_from), row)
            for one, p, row in zip(evidence, calibration.probabilities(table), table, strict=True)
        ]
        matches.sort(key=lambda match: (-match.probability, match.evidence.asset.id))
        matches = nearest_version_first(matches)
        if not matches:
            share, promise = 1.0 if self._counted else None, self._guarantees[0]
            return Verdict("novel", 0.0, (), novel_share=share, unpromised=self._unpromised, guarantee=promise)
        best = matches[0]
        group = groups[best.evidence.asset.id]
        backing = calibration.backing(group), self._own.get(self._guarantees[group].group, ())
        level = self._guarantees[group].level
        share = max(sure_share(novel, best.probability, level=level) for novel in backing if novel)
        verdict = Verdict(
            _by_score(best, self._guarantees[group]),
            best.probability,
            tuple(matches),
            novel_share=share if self._counted else None,
            unpromised=self._unpromised,
            guarantee=self._guarantees[group],
        )
        return by_evidence(verdict)

    def _judged(self, match: Match, row: Floats) -> Match:
        """What would be claimed, with what of its evidence is unlike any that the calibration saw."""
        familiar = self._calibration.familiar
        if familiar is None or not match.scores_known or same_all_over(match.evidence):
            return match
        strangest = familiar.strangest(row[[FEATURES.index(name) for name in familiar.features]])
        return replace(match, outside=SUBJECTS.get(strangest, ""))


def _by_score(best: Match, guarantee: Guarantee) -> Decision:
    if best.probability >= best.known_from:
        return "known"
    return "review" if best.probability >= guarantee.review_from else "novel"

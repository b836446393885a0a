"""What is decided about a post, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from lineage.records.evidence import Evidence
from lineage.records.index import Asset
from lineage.records.picture import Point

Decision = Literal["known", "review", "novel"]
Basis = Literal["probability", "bytes", "likeness", "plainness", "person", "quarantine", "outside"]
Test = Literal["location", "features", "content", "picture", "rival", "score", "quarantine", "review", "outside"]


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a candidate is not claimed.

    Attributes:
        test: the one that it fails: location (where in the post?), features (do enough agree?), content (is it that of
            the asset, or other content of the same layout?), picture (does the rest agree?), rival (or is it another
            candidate?), score (all in all, is that enough?), quarantine (does it match too much?), review (it is sure,
            but is the best match, and does nobody have to look first?), outside (is the evidence like any that the
            decision was fitted to?)
        label: for a person, a clause
        region_in_post, region_in_asset: polygons around what differs, unit frames; empty where that cannot be said
    """

    test: Test
    label: str
    region_in_post: tuple[Point, ...] = ()
    region_in_asset: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate with its probability of being what the post was made from, and what speaks against it.

    Attributes:
        confirmed: whether a person has said that it is the source, whatever the evidence
        known_from: probability from which it may be claimed
        version_of: id of the asset that is claimed in its place, of which it is another version; empty: it is none
        outside: where it is probable enough and its evidence is unlike any that the decision was fitted to, in what it
            is so most of all, a clause; empty: it is like it
    """

    evidence: Evidence
    probability: float
    objection: Objection | None = None
    confirmed: bool = False
    known_from: float = math.inf
    version_of: str = ""
    outside: str = ""

    @property
    def asset(self) -> Asset:
        """The file of the library that is meant."""
        return self.evidence.asset

    @property
    def sure(self) -> bool:
        """Whether it may be claimed: a claim by its score, and not outside of what the decision was fitted to."""
        return self.scores_known and not self.outside

    @property
    def scores_known(self) -> bool:
        """Whether it is probable enough, and may be claimed at all."""
        return self.probability >= self.known_from and self.claimable

    @property
    def claimable(self) -> bool:
        """Whether it was located in the post, and was looked at there and not contradicted."""
        evidence = self.evidence
        return evidence.alignment is not None and evidence.changes is not None and not evidence.contradicted


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What a calibration promises about novel posts; it holds for posts like those that back it.

    Attributes:
        level: at most this share of the novel posts is called known, 0..1
        samples: number of held-back novel posts that back the level
        known_from, review_from: probabilities from which a post is called known, or given to a person
        group: the posts to which this is promised, by what is found in them; empty: all
        measured_on: fit: posts that were made for it · library: posts that were asked about here, since too many of
            them were claimed wrongly
    """

    level: float
    samples: int
    known_from: float
    review_from: float
    group: str = ""
    measured_on: Literal["fit", "library"] = "fit"

    @property
    def surely(self) -> bool:
        """Whether the samples are enough for a promise that holds in 19 calibrations of 20, not on average only."""
        return (1 - self.level) ** self.samples <= 0.05


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision about a post.

    Attributes:
        decision: known, review or novel
        probability: of the best match, 0 where there is none; None where the decision does not rest on it
        matches: best first; given for a novel post too, without being claims
        novel_share: at most this share of novel posts scores as high as this one, 0..1; None where nobody counted
        guarantee: what the decision rests on
        relatives: of a novel post, assets that show something of it, nearest first: not what it was made from
        remarks: sentences on what else had to do with it: people's answers, equal bytes, a picture too plain to locate
        unpromised: why nobody counted, a clause; empty where somebody did, or where the score does not matter
        rests_on: probability · bytes: the file is the asset's · likeness: too plain to be located in, it looks like an
            asset as a whole · plainness: nothing could be located in it · person: confirmed, rejected or ignored ·
            quarantine: what would be claimed is under quarantine · outside: its evidence is unlike any that the
            decision was fitted to
        scored: what the scores alone decide, where it rests on something else; None: it rests on them
    """

    decision: Decision
    probability: float | None
    matches: tuple[Match, ...]
    novel_share: float | None = None
    guarantee: Guarantee | None = None
    relatives: tuple[Asset, ...] = ()
    remarks: tuple[str, ...] = ()
    unpromised: str = ""
    rests_on: Basis = "probability"
    scored: Decision | None = None

    def overruled(
        self, rests_on: Basis, *, decision: Decision | None = None, matches: tuple[Match, ...] | None = None
    ) -> Verdict:
        """The verdict that rests on something else: what its best match scores, and how rare that is, says nothing."""
        return replace(
            self,
            decision=decision or self.decision,
            matches=self.matches if matches is None else matches,
            rests_on=rests_on,
            scored=self.scored or self.decision,
            probability=None,
            novel_share=None,
            unpromised="",
        )

    @property
    def claims(self) -> tuple[Match, ...]:
        """What a known post was made from: the best match, and others that are as sure or that a person has confirmed,
        since a collage has several sources. What a person says of one asset makes no claim of another.
        """
        if self.decision != "known":
            return ()
        first, *others = self.matches
        scored = (self.scored or self.decision) == "known"
        return (first, *(m for m in others if m.confirmed or (scored and _further(m))))


def _further(match: Match) -> bool:
    """Whether a match may be claimed beside the best one."""
    return match.sure and match.objection is None and not match.version_of


@dataclass(frozen=True, slots=True)
class Limit:
    """What novel posts of one library score, where more of them were claimed than a calibration promises.

    Attributes:
        calibration: version of the calibration whose scores these are
        group: as in `Guarantee`
        novel: scores of posts that were made from no asset, increasing
    """

    calibration: str
    group: str
    novel: tuple[float, ...]

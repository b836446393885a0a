"""The nouns: immutable records that the stages hand to each other.

Conventions, once for the whole project:

* Pictures are (H, W, 3) uint8 arrays, upright, sRGB, channel order R G B.
* The *unit frame* of a picture has its origin in the outer corner of the upper left pixel, x to the right, y
  down, and the longer side has length 1. So a point at the lower right corner of a 400 × 200 picture is (1.0, 0.5).
  Similarities stay similarities in it, and it does not depend on the size at which a picture was decoded.
* `a_to_b` is a 3 × 3 float64 homography on column vectors: a point p of a's unit frame lies at a_to_b · p in b's.
* Shares, probabilities and cosines are plain floats; shares and probabilities lie in 0..1, cosines in -1..1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Map = npt.NDArray[np.float64]
Point = tuple[float, float]
Decision = Literal["known", "review", "novel"]
Basis = Literal["probability", "bytes", "likeness", "plainness", "person", "quarantine", "outside"]
Test = Literal["location", "features", "content", "picture", "rival", "score", "quarantine", "review", "outside"]

CONTRADICTED = 0.5
"""Share of an asset's visible structure from which it is never claimed: nobody can tell an edited copy from another
issue of a form, or another picture of a layout."""

JSON_SCHEMA = 1
"""Version of a report as JSON; `schema/query-1.json` says of every name what it means, its unit and its range."""

_MATCHES_TOLD = 10


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        pixels: (H, W, 3) uint8, upright sRGB; may have been decoded at a reduced scale
        width, height: px of the upright original, before any reduction
        format: of the file, as Pillow names it: JPEG, PNG, HEIF, PSD …
    """

    pixels: Pixels
    width: int
    height: int
    format: str


@dataclass(frozen=True, slots=True)
class Hashes:
    """Perceptual hashes.

    Attributes:
        phash: 16 hex digits, 64 bit
        pdq: 64 hex digits, 256 bit
        pdq_quality: 0..100; below 50 the picture has too little structure for its PDQ to mean anything (PDQ reference)
    """

    phash: str
    pdq: str
    pdq_quality: int


@dataclass(frozen=True, slots=True)
class Keypoints:
    """Local features of a picture, strongest first, N of them.

    Attributes:
        positions: (N, 2) float32, unit frame
        scales: (N,) float32, diameter of the described neighbourhood, unit frame
        angles: (N,) float32, degrees 0..360, clockwise from the x axis
        descriptors: (N, D) uint8; `keypoints.py` says what they are made of
    """

    positions: Floats
    scales: Floats
    angles: Floats
    descriptors: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.positions)


@dataclass(frozen=True, slots=True)
class Words:
    """Visual words as a sparse vector, N different words; inverse document frequency is the store's business.

    Attributes:
        indices: (N,) uint32, increasing
        values: (N,) float32, above 0
    """

    indices: npt.NDArray[np.uint32]
    values: Floats

    def __len__(self) -> int:
        return len(self.indices)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is remembered of a picture.

    Attributes:
        vector: (D,) float32, L2 norm 1
        hashes: perceptual hashes
        keypoints: local features; length 0 where the picture has no structure
        words: visual words of these features
        preview: the picture as WebP bytes, longer side at most 320 px
    """

    vector: Floats
    hashes: Hashes
    keypoints: Keypoints
    words: Words
    preview: bytes


@dataclass(frozen=True, slots=True)
class Location:
    """One place where an asset's file lies.

    Attributes:
        root: the indexed folder, absolute, or the address of a place elsewhere or of a list of addresses
        path: relative to the root, with forward slashes; in a list the address of the file
        size: bytes; 0 where a place elsewhere does not say
        mtime_ns: modification time, nanoseconds since the epoch; elsewhere as `places.Found` has it
    """

    root: str
    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the library, known by the SHA-256 of its bytes: equal files are one asset with several locations.

    Attributes:
        id: UUID made from the first 128 bits of the SHA-256, as a string
        sha256: 64 hex digits
        width, height: px of the upright picture
        format: as Pillow names it
        locations: at least one, in the order in which they were found
    """

    id: str
    sha256: str
    width: int
    height: int
    format: str
    locations: tuple[Location, ...]

    @property
    def path(self) -> str:
        """Path of the first location, relative to its root: the name by which a person knows the asset."""
        return self.locations[0].path


@dataclass(frozen=True, slots=True)
class Entry:
    """What a store keeps of one asset."""

    asset: Asset
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an index was written with. Vectors of two backbones never mix.

    Attributes:
        index: random UUID of this index, so that a ledger can tell it from another one at the same place
        schema: version of the stored form
        backbone: name in the catalog
        weights: SHA-256 of the weights
        dim: length of the global vector
    """

    index: str
    schema: int
    backbone: str
    weights: str
    dim: int

    @property
    def network(self) -> str:
        """Name and weights of the backbone in one; what was fitted to another one says nothing about these vectors."""
        return f"{self.backbone} {self.weights}"


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer of one search branch; higher scores are better and comparable within the branch only."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class View:
    """A part of a post that is looked up on its own.

    Attributes:
        name: kind of the view: frame, trimmed, panel or crop
        pixels: (h, w, 3) uint8
        view_to_post: 3 × 3, unit frame → unit frame
    """

    name: str
    pixels: Pixels
    view_to_post: Map


@dataclass(frozen=True, slots=True)
class Candidate:
    """An asset that at least one search branch proposed.

    Attributes:
        id: of the asset
        similarity: highest cosine of any view with the asset's global vector; None where only other branches found it
        view: name of that view
        words: score of the visual-word branch, 0 where that branch did not find it
        hash_distance: Hamming distance of the nearest perceptual hash as a share of its bits, 0..1
        branches: names of the branches that found it
        start: asset_to_post by which the asset fills that view; None: not known
    """

    id: str
    similarity: float | None
    view: str
    words: float
    hash_distance: float
    branches: tuple[str, ...]
    start: Map | None = None


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where an asset lies in a post, as far as geometry can tell.

    Attributes:
        asset_to_post: 3 × 3, unit frame → unit frame; a mirrored post is part of the map, see `geometry.mirrors`
        inliers: number of matched features that agree with the map, one per feature on either side
        spread: share of the visible asset's 4 × 4 cells that hold an inlier, 0..1
        expected: number of the asset's features that lie inside the post: what could have matched
        asset_seen: share of the asset's area that lies inside the post, 0..1
        post_covered: share of the post's area that the asset covers, 0..1
        region_in_post, region_in_asset: convex polygons, unit frames
        weight: number of inliers, where a feature of the post that other candidates explain too counts in part
        error: root of the mean squared distance of the inliers from where the map puts them, over what is tolerated:
            .1 to .2 for copies, .4 for frames of the same scene, whose parts moved against each other
        agreeing: number of the `expected` features that are inliers; others lie where nothing is seen, or on its border
    """

    asset_to_post: Map
    inliers: int
    spread: float
    expected: int
    asset_seen: float
    post_covered: float
    region_in_post: tuple[Point, ...]
    region_in_asset: tuple[Point, ...]
    weight: float = 0.0
    error: float = 0.0
    agreeing: int = 0


@dataclass(frozen=True, slots=True)
class Residual:
    """What is left when the post is laid over the asset by an alignment.

    Attributes:
        correlation: mean correlation of the textured visible cells, -1..1
        trimmed: the same over the best 70 % of them, so that overlays are not held against a copy
        agreeing, disagreeing: share of these cells with correlation above .5 and below .1
        cells: (rows, columns) float32 correlation per cell over the asset, NaN where nothing can be said
        moved: how far cells that show the same lie from where the alignment puts them, on average, as a share of the
            asset's longer side: next to nothing in a copy, parallax in the next frame of a shoot
    """

    correlation: float
    trimmed: float
    agreeing: float
    disagreeing: float
    cells: Floats
    moved: float = 0.0


@dataclass(frozen=True, slots=True)
class Changes:
    """What of an asset was replaced, covered or recoloured in a post.

    Attributes:
        structure: share of the asset's visible structure that the post contradicts, 0..1
        ground: share of its visible empty ground on which the post shows something, 0..1
        ratio: log of the quotient of both: high where content was replaced, low where something was laid over
        piece: share of the structure that lies in the largest coherent piece of what is contradicted, 0..1
        in_place: share of the contradicted cells whose ground keeps its colour, 0..1
        cut: share of the border of what changed where the asset's structure goes on and agrees, 0..1
        hue, tone: how far colours and lightness of what shows the same are off, a cast of the whole taken out, 0..1
        cells: (rows, columns) float32 correlation per cell over the asset, NaN where it has no structure
    """

    structure: float
    ground: float
    ratio: float
    piece: float
    in_place: float
    cut: float
    hue: float
    tone: float
    cells: Floats


@dataclass(frozen=True, slots=True)
class Laid:
    """An asset where geometry laid it into a post.

    Attributes:
        preview: (H, W, 3) uint8
        asset_to_post: 3 × 3, unit frame → unit frame
        seen: convex polygon in the unit frame of the asset, outside of which the post shows something else; empty: all
    """

    preview: Pixels
    asset_to_post: Map
    seen: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Restoration:
    """What is left when the autoencoder has restored the post in the frame of the asset.

    Departures are errors between the restored post and the redrawn asset, over what the asset is hard to redraw and
    what copies are allowed; from 1 on the asset does not explain what is seen.

    Attributes:
        loss: geometric mean departure of the best 70 % of the textured visible cells, above 0
        mean: the same over all of them
        explained: share of these cells that show the asset, 0..1
        agreement: logit, as learned, that the post was made from the asset: of the network that says whether both are
            the same shot, or of loss, mean and explained share where the weights hold none
        cells: (rows, columns) float32, the edit map: log of the departure over the square around the asset, whose
            upper left is the asset's; above 0 where the post shows something else, NaN where nothing can be said
    """

    loss: float
    mean: float
    explained: float
    agreement: float
    cells: Floats

    def over(self, shape: tuple[int, ...]) -> Floats:
        """The edit map read in the middle of each cell of a `Residual` of this shape, whose cells are fewer and larger
        where the asset is small.
        """
        step = len(self.cells) / max(shape)
        rows, columns = (((np.arange(count) + 0.5) * step).astype(np.intp) for count in shape)
        return self.cells[np.ix_(rows, columns)]


@dataclass(frozen=True, slots=True)
class Edit:
    """One named, measured difference between asset and post.

    Attributes:
        action: the C2PA action where there is one (c2pa.cropped, c2pa.resized, c2pa.orientation, c2pa.placed …)
        label: for a person: "shows 38 % of the asset", "mirrored"
        amount: the measured number, in the unit that the label names
        kind: the short stable name by which edits are counted, whatever was measured: cropped, mirrored, rotated,
            perspective, stretched, covered, placed, scaled, text, overlay, recoloured, inverted, brighter, darker …
    """

    action: str
    label: str
    amount: float
    kind: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything known about one candidate when the decision is made.

    Attributes:
        examined: whether it was looked for in the post; less promising candidates are not where another surely explains
            most of it
        twins: other files of the very picture, which were found too and not looked at
        changes: how the two differ; None where nobody looked
        crowded: cosine of the asset's global vector with that of the nearest other asset of the index: how near its
            look-alikes are; None where nobody looked, or there is no other
    """

    candidate: Candidate
    asset: Asset
    alignment: Alignment | None = None
    residual: Residual | None = None
    background: float | None = None
    edits: tuple[Edit, ...] = ()
    restoration: Restoration | None = None
    examined: bool = True
    twins: tuple[Asset, ...] = ()
    changes: Changes | None = None
    crowded: float | None = None

    @property
    def contradicted(self) -> bool:
        """Whether the post shows something else where half of what the asset shows should be seen."""
        return self.changes is not None and self.changes.structure >= CONTRADICTED


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


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """The whole answer to one query.

    Attributes:
        query: the post's path as given, or what else it is called
        verdict: decision and matches
        seconds: wall time per stage, in the order of the stages
        versions: of lineage, backbone, index and calibration
        vector: (dim,) float32, L2 norm 1, of the whole post: by it posts are told apart
        size: width and height of the post, px
        hashes: of the post; None where nobody looked
    """

    query: str
    verdict: Verdict
    seconds: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    vector: Floats | None = None
    size: tuple[int, int] = (1, 1)
    hashes: Hashes | None = None

    def __repr__(self) -> str:
        """One line, for a notebook: all the evidence would fill the screen."""
        claimed = ", ".join(match.asset.path for match in self.verdict.claims)
        return f"<Report {self.query}: {self.verdict.decision}{claimed and f', made from {claimed}'}>"

    def as_json(self) -> dict[str, Any]:
        """What `lineage query --json` prints of it, but for run and time; names are stable."""
        verdict = self.verdict
        claimed = frozenset(match.asset.id for match in verdict.claims)
        return {
            "schema": JSON_SCHEMA,
            "query": self.query,
            "verdict": verdict.decision,
            "rests_on": verdict.rests_on,
            "probability": None if verdict.probability is None else round(verdict.probability, 6),
            "false_known": _promise(verdict),
            "remarks": list(verdict.remarks),
            "relatives": [{"asset": asset.path, "id": asset.id} for asset in verdict.relatives],
            "matches": [_match(match, claimed) for match in verdict.matches[:_MATCHES_TOLD]],
            "seconds": {stage: round(seconds, 4) for stage, seconds in self.seconds.items()},
            "versions": dict(self.versions),
        }


def _promise(verdict: Verdict) -> dict[str, object] | None:
    guarantee = verdict.guarantee
    if verdict.novel_share is None or guarantee is None:
        return None
    return {
        "share": round(verdict.novel_share, 6),
        "level": guarantee.level,
        "novel_posts": guarantee.samples,
        "group": guarantee.group,
        "measured_on": guarantee.measured_on,
        "known_from": round(guarantee.known_from, 6),
        "review_from": round(guarantee.review_from, 6),
    }


def _match(match: Match, claimed: frozenset[str]) -> dict[str, object]:
    evidence = match.evidence
    candidate, alignment, residual = evidence.candidate, evidence.alignment, evidence.residual
    return {
        "asset": match.asset.path,
        "id": match.asset.id,
        "claimed": match.asset.id in claimed,
        "same_picture": [{"asset": asset.path, "id": asset.id} for asset in evidence.twins],
        "version_of": match.version_of or None,
        "probability": round(match.probability, 6),
        "similarity": None if candidate.similarity is None else round(candidate.similarity, 4),
        "hash_distance": round(candidate.hash_distance, 4),
        "inliers": alignment.inliers if alignment else 0,
        "agreement": round(residual.trimmed, 4) if residual else None,
        "contradicted": round(evidence.changes.structure, 4) if evidence.changes else None,
        "region": _region(alignment) if alignment else None,
        "objection": _objection(match.objection) if match.objection else None,
        "edits": [
            {"kind": edit.kind, "action": edit.action, "label": edit.label, "amount": round(edit.amount, 4)}
            for edit in evidence.edits
        ],
    }


def _objection(objection: Objection) -> dict[str, object]:
    """The test that a candidate fails, in words, and where: polygons in unit frames."""
    return {
        "test": objection.test,
        "label": objection.label,
        "in_post": _polygon(objection.region_in_post),
        "in_asset": _polygon(objection.region_in_asset),
    }


def _region(alignment: Alignment) -> dict[str, object]:
    """Where the asset lies in the post, and which part of it: polygons in unit frames (longer side = 1)."""
    return {
        "in_post": _polygon(alignment.region_in_post),
        "in_asset": _polygon(alignment.region_in_asset),
        "asset_to_post": np.round(alignment.asset_to_post, 6).tolist(),
    }


def _polygon(points: tuple[Point, ...]) -> list[list[float]]:
    return [[round(float(x), 4), round(float(y), 4)] for x, y in points]


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


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody decided about a picture or an asset. It is never changed; another note may take it back.

    Attributes:
        id: random UUID
        when: UTC, ISO 8601 with microseconds, so that order by text is order in time
        who: login name, or lineage itself
        what: confirm, reject: picture was, or was not, made from asset · ignore: what picture shows does not count ·
            quarantine: asset is not claimed · stricter: claims of a group take a higher score · undo: the note
            `undoes` does not hold any more
        picture: path as given; empty where none is meant
        hashes: of that picture
        asset: id; empty where none is meant
        path: of the asset when this was written
        reason: a clause for a person; empty where none was given
        undoes: id of the note that is taken back
        limit: why claims take a higher score; None where that is not what it says
    """

    id: str
    when: str
    who: str
    what: Literal["confirm", "reject", "ignore", "quarantine", "stricter", "undo"]
    picture: str = ""
    hashes: Hashes | None = None
    asset: str = ""
    path: str = ""
    reason: str = ""
    undoes: str = ""
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """That a post was asked about, and what was claimed.

    Attributes:
        id: random UUID
        when: as in `Note`
        index: id of the index that was asked: vectors of one index compare
        asset: id of the asset that the post was called made from; empty where it was not called known
        path: of that asset
        vector: (dim,) float32, L2 norm 1, of the whole post; empty where nothing was claimed
        background: as in `Evidence`; None where the library is too small to say
        passing: whether the post shows the asset in passing only, and is about something else
        hashes: of the post
        decision: known, review or novel
        score: what it counts with among novel posts, as in `Calibration.novel`; None where something else decided
        group: as in `Guarantee`, of its best match
        calibration: version of the one that decided
    """

    id: str
    when: str
    index: str
    asset: str
    path: str
    vector: Floats
    background: float | None
    passing: bool
    hashes: Hashes | None = None
    decision: str = ""
    score: float | None = None
    group: str = ""
    calibration: str = ""

"""A candidate, and everything that is found out about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from lineage.records.index import Asset, Entry
from lineage.records.picture import Floats, Map, Pixels, Point, Polygon

AGREES, DIFFERS = 0.5, 0.1
"""Correlation of a cell in `Residual` above which post and asset agree there, and below which they differ."""
CONTRADICTS = 0.4
"""Correlation of a cell in `Changes`, which is smaller, below which the post contradicts the asset there."""
CONTRADICTED = 0.5
"""Share of an asset's visible structure from which it is never claimed: nobody can tell an edited copy from another
issue of a form, or another picture of a layout."""


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
        start: asset_to_post by which the asset fills that view, or the post where hashes say so; None: not known
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
        agreeing, disagreeing: share of these cells with correlation above `AGREES` and below `DIFFERS`
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
        hidden: convex polygons in the unit frame of the post, where it hides the asset
    """

    preview: Pixels
    asset_to_post: Map
    seen: tuple[Point, ...] = ()
    hidden: tuple[Polygon, ...] = ()


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
            upper left is the asset's; above 0 where the post shows something else, pasted or not, NaN where nothing can
            be said
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
        hidden: convex polygons in the unit frame of the post, where other pictures were pasted over the asset: what
            lies there says nothing
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
    hidden: tuple[Polygon, ...] = ()

    @property
    def contradicted(self) -> bool:
        """Whether the post shows something else where half of what the asset shows should be seen."""
        return self.changes is not None and self.changes.structure >= CONTRADICTED


@dataclass(frozen=True, slots=True)
class Candidates:
    """The union of what the branches found.

    Attributes:
        candidates: (candidate, what the store keeps of it), most promising first
        background: mean cosine of the best view's nearest assets from the tenth on: what an unrelated asset of this
            library scores on this post; None where the library is too small to say
        twins: by candidate, other files that show the very picture and are no candidates of their own
    """

    candidates: tuple[tuple[Candidate, Entry], ...]
    background: float | None
    twins: Mapping[str, tuple[Asset, ...]] = field(default_factory=dict)

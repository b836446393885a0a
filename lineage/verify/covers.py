"""Pictures that were pasted over an asset in a post: what they hide is no contradiction, for nobody sees it.

Another filling of a layout lies where the layout has a place for it, so that both pictures have an edge there, or plain
ground around it; the next frame of a shoot differs in shapes of its own, and in many places. What was pasted is an
upright rectangle in which next to nothing agrees, with edges that the asset has not and that cut through its structure;
this goes on beyond them; and nothing else differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from lineage.geometry import Points, apply, polygon_of
from lineage.records import Floats, Map, Pixels, Point, Polygon
from lineage.verify.overlay import VISIBLE, cells, grey, lay, locally_normalised, trimmed_fit, within

SIDE = 256  # px, the longer side at which both are compared
NEAR = 7  # px, side of the window of a correlation
STRUCTURE = 0.08  # variance of a locally normalised window, from which it says something
SAME, OTHER = 0.6, 0.4  # correlation from which a window agrees, and below which it does not
COLOUR = 28.0  # grey levels of any channel, beyond which colours differ
FEWEST, SAMPLED = 200, 4000  # px that agree, below which no cast is told by them; and to how many it is fitted
CELL = 4  # px, of the grid on which a rectangle is looked for
MOST = 3  # rectangles that are looked at
SNAP = 8  # px, within which the edge is that a side lies on
EDGE = 12.0  # grey levels of any channel across an edge
BAND = 5  # px, the width of what is looked at along a side, and how far off it begins outside: windows see as far
SMALLEST, LARGEST = 0.015, 0.7  # of what is seen of the asset
THIN = 20  # px: narrower ones, as where maps are off by a little, are no pictures
DRAWN = 0.4  # share of all sides along which the post alone has an edge
INSIDE, OUTSIDE = 0.75, 0.7  # share of what lies within the sides that must differ, and beyond them that must not
WORST = (0.45, 0.4)  # the same of each side alone
GOES_ON = 0.15  # share of what lies beyond in which structure of the asset agrees
ACROSS = 0.5  # the same of each side, where a rectangle goes from one border to the other
ASTRIDE = 0.2  # share of the sides that lie on structure of the asset: around a layout's place for a picture is ground
FRAME, FRAMED = 20, 0.97  # px beyond a side, where an edge that both have along so much of it is such a place
REST = 0.05  # of what is seen, that may differ elsewhere

Truths = npt.NDArray[np.bool_]


class _Box(NamedTuple):
    """A rectangle, px."""

    left: int
    top: int
    right: int
    bottom: int

    def turned(self, width: int) -> _Box:
        """In a picture of this width that is turned by a quarter, so that the right side is the upper one."""
        return _Box(self.top, width - self.right, self.bottom, width - self.left)

    def corners(self) -> Points:
        """(4, 2) px."""
        left, top, right, bottom = self
        return np.array(((left, top), (right, top), (right, bottom), (left, bottom)), np.float64)

    def wider(self, by: int) -> tuple[slice, slice]:
        """Rows and columns, so many px more on each side."""
        rows, columns = slice(max(self.top - by, 0), self.bottom + by), slice(max(self.left - by, 0), self.right + by)
        return rows, columns


def covers(post: Pixels, preview: Pixels, asset_to_post: Map, *, seen: Sequence[Point] = ()) -> tuple[Polygon, ...]:
    """Where pictures were pasted over an asset, unit frame of the post; nothing where much else differs.

    Args:
        post: (h, w, 3) uint8
        preview: (H, W, 3) uint8, of the asset
        asset_to_post: 3 × 3, unit frame → unit frame
        seen: convex polygon in the unit frame of the asset, outside of which the post shows something else; else all
    """
    laid = lay(post, preview, asset_to_post, side=SIDE)
    visible = within(laid.inside, seen) > VISIBLE
    if not visible.any():
        return ()
    compared = _difference(laid.asset, laid.post, visible)
    boxes = [*_boxes(compared)]
    if not _alone(compared, boxes):  # told before their sides are looked at, which takes longer
        return ()
    exact = [_on_edges(compared, box) for box in boxes if min(box.right - box.left, box.bottom - box.top) >= THIN]
    found = [box for box, sides in exact if _pasted(compared, box, sides)]
    if not _alone(compared, found):
        return ()
    places = [box.corners() / max(laid.asset.shape[:2]) for box in found]
    return tuple(polygon_of(apply(asset_to_post, place)) for place in places if _before(asset_to_post, place))


def _before(asset_to_post: Map, place: Points) -> bool:
    """Whether a map leaves all of a polygon before the camera."""
    return bool((place @ asset_to_post[2, :2] + asset_to_post[2, 2] > 0).all())


@dataclass(frozen=True, slots=True)
class _Difference:
    """A post laid over an asset, px by px.

    Attributes:
        asset, post: (h, w, 3), 0..255, the post without its cast
        visible, differs: (h, w); what differs is visible
        structure: (h, w), of the asset
        agrees: (h, w), visible structure of the asset that the post shows
    """

    asset: Floats
    post: Floats
    visible: Truths
    differs: Truths
    structure: Truths
    agrees: Truths

    def turned(self) -> _Difference:
        """By a quarter, so that the right side is the upper one."""
        planes = (self.asset, self.post, self.visible, self.differs, self.structure, self.agrees)
        return _Difference(*(np.rot90(plane) for plane in planes))  # type: ignore[arg-type]


def _difference(asset: Pixels, post: Pixels, visible: Truths) -> _Difference:
    a, p = (locally_normalised(grey(one)) for one in (asset, post))
    aa, pp, ap = (cv2.blur(product, (NEAR, NEAR)) for product in (a * a, p * p, a * p))
    correlation = ap / np.sqrt(aa * pp + 1e-4)
    structure = aa > STRUCTURE
    agrees = visible & structure & (correlation > SAME)
    own = asset.astype(np.float32)
    other = _cast_removed(post.astype(np.float32), own, agrees if agrees.sum() >= FEWEST else visible)
    off = cv2.absdiff(cv2.blur(own, (NEAR, NEAR)), cv2.blur(other, (NEAR, NEAR))).max(2) > COLOUR
    contradicts = (structure | (pp > STRUCTURE)) & (correlation < OTHER)
    return _Difference(own, other, visible, visible & ~agrees & (contradicts | off), structure, agrees)


def _cast_removed(post: Floats, asset: Floats, where: Truths) -> Floats:
    """The post with the gain and offset of each channel that bring most of these pixels to the asset's colours."""
    some = np.flatnonzero(where)
    some = some[:: len(some) // SAMPLED + 1]
    if not len(some):
        return post
    channels = zip(post.reshape(-1, 3)[some].T, asset.reshape(-1, 3)[some].T, strict=True)
    gains, offsets = np.array([trimmed_fit(x, y) for x, y in channels], np.float32).T
    return np.asarray(post * gains + offsets, np.float32)


def _boxes(compared: _Difference) -> Iterator[_Box]:
    """The rectangle in which most differs and least does not, then the next one beside it …"""
    score = np.where(compared.differs, 1, -1) * compared.visible
    for _ in range(MOST):
        box, gained = _densest(score)
        if gained < SMALLEST * compared.visible.sum():
            return
        yield box
        score[box.wider(0)] = 0


def _alone(compared: _Difference, boxes: Sequence[_Box]) -> bool:
    """Whether hardly anything differs beside these rectangles."""
    rest = compared.differs.copy()
    for box in boxes:
        rest[box.wider(BAND)] = False
    return bool(rest.sum() <= REST * compared.visible.sum())


def _densest(score: npt.NDArray[np.int64]) -> tuple[_Box, float]:
    """The rectangle of whole cells with the largest sum: of each pair of rows Kadane's (Bentley 1984), all at once."""
    height, width = score.shape
    whole = np.zeros((-(-height // CELL) * CELL, -(-width // CELL) * CELL), np.float32)
    whole[:height, :width] = score
    sums = cv2.integral(cells(whole, CELL).sum(2))
    tops, bottoms = np.triu_indices(len(sums), 1)
    between = sums[bottoms] - sums[tops]
    most = between[:, 1:] - np.minimum.accumulate(between, axis=1)[:, :-1]
    pair, last = divmod(int(most.argmax()), most.shape[1])
    left, top = int(between[pair, : last + 1].argmin()) * CELL, int(tops[pair]) * CELL
    right, bottom = min((last + 1) * CELL, width), min(int(bottoms[pair]) * CELL, height)
    return _Box(left, top, right, bottom), float(most[pair, last])


@dataclass(frozen=True, slots=True)
class _Rim:
    """What lies along one side of a rectangle, shares of its length.

    Attributes:
        drawn: along which the post has an edge there and the asset has none
        inside: that differs within
        outside: that does not differ beyond
        goes_on: in which structure of the asset agrees beyond
        astride: that lies on structure of the asset
        framed: along which both have an edge at one distance beyond
        length: px
    """

    drawn: float
    inside: float
    outside: float
    goes_on: float
    astride: float
    framed: float
    length: int


def _on_edges(compared: _Difference, box: _Box) -> tuple[_Box, list[_Rim | None]]:
    """The rectangle whose sides are the edges of the post next to these; and the upper, right, lower and left one, None
    where that is the border of what is visible.
    """
    sides: list[_Rim | None] = []
    for _ in range(8):  # twice around: the length of a side is known when the others are
        box, side = _upper(compared, box)
        sides.append(side)
        compared, box = compared.turned(), box.turned(compared.visible.shape[1])
    return box, sides[4:]


def _upper(compared: _Difference, box: _Box) -> tuple[_Box, _Rim | None]:
    left, top, right, bottom = box
    first = int(compared.visible.any(1).argmax())
    near = np.arange(max(top - SNAP, first + 2 * BAND), min(top + SNAP, bottom - 2 * BAND) + 1)
    if top - first <= SNAP or not len(near):
        return _Box(left, min(first, top), right, bottom), None
    drawn = _drawn(compared.asset[:, left:right], compared.post[:, left:right], near)
    best = int(drawn.argmax())
    top = int(near[best])
    within, beyond = slice(top + 1, top + 1 + BAND), slice(top - 2 * BAND, top - BAND)
    inner, outer = (max(int(compared.visible[band, left:right].sum()), 1) for band in (within, beyond))
    return _Box(left, top, right, bottom), _Rim(
        drawn=float(drawn[best]),
        inside=float(compared.differs[within, left:right].sum() / inner),
        outside=float(1 - compared.differs[beyond, left:right].sum() / outer),
        goes_on=float(compared.agrees[beyond, left:right].sum() / outer),
        astride=float(compared.structure[top - 1 : top + 2, left:right].mean()),
        framed=_framed(compared, slice(max(top - FRAME, 0), top - BAND + 1), slice(left, right)),
        length=right - left,
    )


def _framed(compared: _Difference, rows: slice, columns: slice) -> float:
    """The largest share of one of these rows along which asset and post have an edge."""
    near = slice(max(rows.start - 1, 0), rows.stop + 1)
    own, other = (np.abs(np.diff(plane[near, columns], axis=0)).max(2) for plane in (compared.asset, compared.post))
    both = (cv2.dilate(own, np.ones((3, 1), np.uint8)) > EDGE) & (cv2.dilate(other, np.ones((3, 1), np.uint8)) > EDGE)
    return float(both.mean(1).max(initial=0.0))


def _drawn(asset: Floats, post: Floats, rows: npt.NDArray[np.int64]) -> Floats:
    """Share of each of these rows along which the post has an edge, and the asset none near it that is half as strong;
    there are `BAND` more rows on either side.
    """
    near = slice(rows[0] - BAND, rows[-1] + BAND)
    own, other = (np.abs(plane[near][3:] - plane[near][:-3]).max(2) for plane in (asset, post))
    own = cv2.dilate(own, np.ones((NEAR, 1), np.uint8))
    shares = ((other > EDGE) & (other > 2 * own)).mean(1)
    return np.asarray(shares[BAND - 2 :][: len(rows)], np.float32)


def _pasted(compared: _Difference, box: _Box, sides: Sequence[_Rim | None]) -> bool:
    """Whether what differs in a rectangle was pasted there."""
    visible, differs = (plane[box.wider(0)].sum() for plane in (compared.visible, compared.differs))
    if not SMALLEST < visible / compared.visible.sum() < LARGEST or differs < INSIDE * visible:
        return False
    told = [side for side in sides if side]
    across = not any(sides[::2]) or not any(sides[1::2])  # from one border to the other
    if len(told) < (2 if across else 3):
        return False
    if across and min(side.goes_on for side in told) < ACROSS:
        return False
    drawn, inside, outside, goes_on, astride, framed, length = np.array([astuple(side) for side in told]).T
    rectangle = inside.mean() > INSIDE and inside.min() > WORST[0] and np.average(drawn, weights=length) > DRAWN
    beyond = outside.mean() > OUTSIDE and outside.min() > WORST[1] and np.average(goes_on, weights=length) > GOES_ON
    cuts = np.average(astride, weights=length) > ASTRIDE and framed.max() < FRAMED
    return bool(rectangle and beyond and cuts)

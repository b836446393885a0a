"""What differs between a post and the asset that it is laid over: was the asset's own content replaced, or covered?

A sticker or a caption falls on an asset's flat and textured parts alike and brings a ground of its own; another number
in a chart, another name on a form, another product in an advertisement changes what has structure, leaves the empty
ground empty, keeps the ground's colour and ends where the layout has its margins. Colours say the rest: another flavour
of a can has the same shapes, and other colours than a cast of the whole picture explains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from lineage.read.images import detail_of
from lineage.records import CONTRADICTS, Changes, Floats, Map, Pixels, Point, Polygon
from lineage.verify.overlay import TEXTURE, VISIBLE, cells, lay, within

SIDE = 320  # px, the longer side of a preview: all that both have
CELL = 8  # px: letters of a form, and bars of a chart, are not averaged away
SMOOTH = 0.8  # px, taken out of both: maps are exact to half a pixel
SAME = 0.6  # correlation of a cell
STRONGEST = 40.0  # grey levels of a standard deviation, beyond which a cell has no more weight
FAINTEST = 0.3  # contrast of the post over that of the asset, below which noise would be structure
GROUND = 28.0  # grey levels of any channel within which the ground of a cell is the same
FEWEST = 6  # cells with structure, and as many that agree, below which nothing is said
ROUNDS, KEPT = 3, 0.7  # of fitting a cast, each to this share of the cells: the others may have changed
EXACT = 4.0  # grey levels, within which a cell is always kept
STEADY = 25.0  # grey levels²: where all cells are of one colour there is no gain to be told
GAINS = (0.4, 2.5)  # of a filter; more turns one product into another
DULL = 12.0  # chroma, CIELAB units, below which a hue is noise
GREY = 4.0  # mean chroma, below which a picture is black and white

Truths = npt.NDArray[np.bool_]


def changes(
    post: Pixels,
    preview: Pixels,
    asset_to_post: Map,
    *,
    seen: Sequence[Point] = (),
    hidden: Sequence[Polygon] = (),
) -> Changes | None:
    """What of an asset was replaced, covered or recoloured in a post.

    Args:
        post: (h, w, 3) uint8
        preview: (H, W, 3) uint8, of the asset
        asset_to_post: 3 × 3, unit frame → unit frame
        seen: convex polygon in the unit frame of the asset, outside of which the post shows something else; else all
        hidden: convex polygons in the unit frame of the post, where something was pasted over the asset

    Returns:
        None where fewer than six cells with structure are visible.
    """
    laid = lay(post, preview, asset_to_post, side=SIDE * detail_of(preview.shape), hidden=hidden)
    planes = [np.asarray(cv2.GaussianBlur(plane, (0, 0), SMOOTH), np.uint8) for plane in (laid.asset, laid.post)]
    found = _compared(planes[0], planes[1], cells(within(laid.shown, seen), CELL).mean(2) > VISIBLE)
    if found.structure.sum() < FEWEST:
        return None
    colours = [_ground(plane) for plane in planes]
    fitted = _cast_removed(colours[1], colours[0], found.agreeing if found.tells else found.visible)
    off = np.abs(fitted - colours[0]).max(2)
    hue, tone = _recoloured(colours[0], fitted, found.agreeing | found.empty & ~found.changed)
    grey = min(_chroma(one[found.visible]) for one in colours) < GREY
    replaced, structure, flat = found.replaced, found.structure, _share(found.changed & found.empty, found.empty)
    whole = (found.weight * structure).sum()
    return Changes(
        structure=float((found.weight * replaced).sum() / whole),
        ground=float(flat),
        ratio=float(np.log(_share(replaced, structure) / flat)),
        piece=_largest(replaced, found.weight) / float(whole),
        in_place=float((off[replaced] < GROUND).mean()) if replaced.any() else 0.0,
        cut=_cut(found.changed, found.agreeing, found.visible),
        hue=0.0 if grey else hue,
        tone=tone,
        cells=np.where(structure, found.correlation, np.nan).astype(np.float32),
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    """Which cells of an asset a post shows, and which of them it contradicts; (rows, columns) each.

    Attributes:
        visible: that lie inside the post
        structure: visible, where the asset has structure
        agreeing: structure that the post shows
        changed: visible, where either has structure and they differ
        weight: grey levels, contrast of the asset
        correlation: -1..1
    """

    visible: Truths
    structure: Truths
    agreeing: Truths
    changed: Truths
    weight: Floats
    correlation: Floats

    @property
    def empty(self) -> Truths:
        """Visible ground of the asset without structure."""
        return self.visible & ~self.structure

    @property
    def replaced(self) -> Truths:
        """Structure of the asset that the post contradicts."""
        return self.changed & self.structure

    @property
    def tells(self) -> bool:
        """Whether enough agrees to tell contrast and colours by."""
        return bool(self.agreeing.sum() >= FEWEST)


def _compared(asset: Pixels, post: Pixels, visible: Truths) -> _Compared:
    greys = [cells(cv2.cvtColor(plane, cv2.COLOR_RGB2GRAY).astype(np.float32), CELL) for plane in (asset, post)]
    strong, drawn = (grey.std(2) for grey in greys)
    structure, correlation = visible & (strong > TEXTURE), _correlation(*greys)
    agreeing = structure & (correlation > SAME)
    contrast = float(np.median(drawn[agreeing] / strong[agreeing])) if agreeing.sum() >= FEWEST else 1.0
    changed = visible & (structure | (drawn > TEXTURE * max(contrast, FAINTEST))) & (correlation < CONTRADICTS)
    return _Compared(visible, structure, agreeing, changed, np.minimum(strong, STRONGEST), correlation)


def _share(of: Truths, among: Truths) -> float:
    """Share of some cells among others that holds them, never quite 0 or 1."""
    return float((of.sum() + 0.5) / (among.sum() + 1))


def _correlation(a: Floats, b: Floats) -> Floats:
    a, b = a - a.mean(2, keepdims=True), b - b.mean(2, keepdims=True)
    return np.asarray((a * b).sum(2) / np.sqrt((a * a).sum(2) * (b * b).sum(2) + CELL * CELL), np.float32)


def _ground(picture: Pixels) -> Floats:
    """(H, W, 3) → (rows, columns, 3): the median of each cell, which letters on it do not change."""
    ordered = [np.sort(cells(picture[..., n], CELL), axis=2) for n in range(3)]  # five times as fast as `np.median`
    middle = CELL * CELL // 2
    return np.stack([one[..., middle - 1 : middle + 1].mean(2, dtype=np.float32) for one in ordered], axis=2)


def _cast_removed(post: Floats, asset: Floats, where: Truths) -> Floats:
    """The post's colours after the gain and offset of each channel that bring most of these cells to the asset's."""
    fitted = post.copy()
    for n in range(3):
        x, y = post[..., n][where], asset[..., n][where]
        kept = np.ones(len(x), np.bool_)
        for _ in range(ROUNDS):
            spread = x[kept].var()
            shared = ((x[kept] - x[kept].mean()) * (y[kept] - y[kept].mean())).mean()
            gain = float(np.clip(shared / (spread + STEADY), *GAINS))
            offset = float((y[kept] - gain * x[kept]).mean())
            error = np.abs(gain * x + offset - y)
            kept = error <= max(np.quantile(error, KEPT), EXACT)
        fitted[..., n] = gain * post[..., n] + offset
    return fitted.clip(0, 255)


def _recoloured(asset: Floats, post: Floats, where: Truths) -> tuple[float, float]:
    """How far hues and lightness of cells that show the same are off, as in `Changes`."""
    if not where.any():
        return 0.0, 0.0
    a, b = _lab(asset[where]), _lab(post[where])
    vivid = [np.hypot(one[:, 1], one[:, 2]) for one in (a, b)]
    apart, coloured = np.hypot(*(a - b)[:, 1:].T), np.maximum(*vivid) > DULL
    hue = (apart / (np.minimum(*vivid) + apart + DULL))[coloured].sum() / len(a)
    return float(hue), float(np.abs(a[:, 0] - b[:, 0]).mean()) / 100


def _chroma(colours: Floats) -> float:
    """(N, 3) RGB → mean chroma, CIELAB units."""
    return float(np.hypot(*_lab(colours)[:, 1:].T).mean())


def _lab(colours: Floats) -> Floats:
    """(N, 3) RGB, 0..255 → CIELAB."""
    return np.asarray(cv2.cvtColor(colours[None] / np.float32(255), cv2.COLOR_RGB2LAB)[0], np.float32)


def _largest(changed: Truths, weight: Floats) -> float:
    """Weight of the heaviest coherent piece of what changed; a gap of one cell does not part it."""
    closed = cv2.dilate(changed.astype(np.uint8), np.ones((2, 2), np.uint8))
    count, labels = cv2.connectedComponents(closed, connectivity=8)
    sums = np.bincount(labels[changed].ravel(), weight[changed].ravel(), minlength=count)
    return float(sums.max()) if changed.any() else 0.0


def _cut(changed: Truths, agreeing: Truths, visible: Truths) -> float:
    """Share of the border of what changed where the asset's structure goes on and agrees: a cover cuts through it."""
    grown = cv2.dilate(changed.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)
    border = grown & ~changed & visible
    return float(agreeing[border].mean()) if border.any() else 0.0

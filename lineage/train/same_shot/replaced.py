"""An asset's own content replaced in its own style, or in another colour: a copy made wrong.

Libraries hold few pictures that share a form, a chart or a package and differ in a word. Here any asset has such a
neighbour: parts of it change places, where their grounds fit each other, or one of its colours becomes another.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from lineage.records import Floats, Pixels
from lineage.verify.overlay import grey

SWAPPED = 0.75  # share of the assets of which parts change places; of the others a colour changes
TRIES = 60
WIDE, HIGH = 0.35, 0.25  # of the sides, the largest part
DRAWN = 12.0  # grey levels, standard deviation from which a part shows something
FITTING = 14.0  # levels, mean difference of the grounds around two parts up to which one may stand for the other
ENOUGH = 0.01  # of the picture, replaced, from which it may be left at that
VISIBLE = 35  # levels of any channel by which something else is seen
LEAST = 0.006  # share of what is seen that must show something else
COLOURFUL, LIT = 70, 50  # saturation and value, 0..255, from which a hue is one
HUES = 14  # of 180 on each side that are one colour
SPREAD = (0.04, 0.75)  # share of the picture that is of that colour
TURNED = (20, 160)  # of 180, by which it becomes another
Part = tuple[slice, slice]
Rng = np.random.Generator


def replace_picture(asset: Pixels, inside: Floats, rng: Rng) -> Pixels | None:
    """Another picture in the style of an asset.

    Args:
        asset: (h, w, 3) uint8
        inside: (h, w) float32, share of each pixel that the post covers
        rng: says what is replaced

    Returns:
        (h, w, 3) uint8; None where nothing could be replaced, or nobody would see it in the post
    """
    other = swap_parts(asset, rng) if rng.random() < SWAPPED else recolour(asset, rng)
    if other is None:
        return None
    seen = inside > 0.5
    return other if differs(asset, other)[seen].sum() >= LEAST * max(seen.sum(), 1) else None


def differs(first: Pixels, second: Pixels) -> npt.NDArray[np.bool_]:
    """(h, w) bool, where anybody sees that two pictures of one size are not the same."""
    return np.asarray(np.abs(first.astype(np.int16) - second).max(2) > VISIBLE, np.bool_)


def swap_parts(asset: Pixels, rng: Rng) -> Pixels | None:
    """The asset with parts of it shown in the place of others; None where no two fit."""
    height, width = asset.shape[:2]
    levels, other, done = grey(asset), asset.copy(), 0
    for _ in range(TRIES):
        size = int(rng.integers(10, max(11, int(width * WIDE)))), int(rng.integers(8, max(9, int(height * HIGH))))
        if size[0] >= width // 2 or size[1] >= height // 2:
            continue
        target, source = (_part(size, (width, height), rng) for _ in range(2))
        if _near(target, source, size) or not _fit(asset, levels, target, source):
            continue
        other[target] = asset[source]
        done += size[0] * size[1]
        if done > ENOUGH * height * width and rng.random() < 0.4:
            break
    coarse = (np.asarray(cv2.GaussianBlur(one, (0, 0), 2), np.uint8) for one in (asset, other))
    return other if differs(*coarse).mean() > LEAST else None


def _part(size: tuple[int, int], of: tuple[int, int], rng: Rng) -> Part:
    x, y = (int(rng.integers(0, whole - edge)) for edge, whole in zip(size, of, strict=True))
    return slice(y, y + size[1]), slice(x, x + size[0])


def _near(one: Part, other: Part, size: tuple[int, int]) -> bool:
    """Whether two parts lie all but on each other."""
    down, across = (abs(a.start - b.start) for a, b in zip(one, other, strict=True))
    return bool(across < size[0] * 0.3 and down < size[1] * 0.3)


def _fit(asset: Pixels, levels: Pixels, one: Part, other: Part) -> bool:
    """Whether both show something, on grounds that look the same along their edges."""
    if min(levels[one].std(), levels[other].std()) < DRAWN:
        return False
    return bool(np.abs(_edge(asset[one]) - _edge(asset[other])).mean() <= FITTING)


def _edge(part: Pixels) -> Floats:
    return np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]]).astype(np.float32)


def recolour(asset: Pixels, rng: Rng) -> Pixels | None:
    """The asset with one of its colours turned into another; None where it has none that stands out."""
    hsv = cv2.cvtColor(asset, cv2.COLOR_RGB2HSV)
    hue, least, most = hsv[..., 0].astype(np.int16), *(share * hsv[..., 0].size for share in SPREAD)
    colourful = (hsv[..., 1] > COLOURFUL) & (hsv[..., 2] > LIT)
    if colourful.sum() < least:
        return None
    chosen = int(rng.choice(hue[colourful]))
    stands_out = colourful & (np.abs((hue - chosen + 90) % 180 - 90) < HUES)
    if not least <= stands_out.sum() <= most:
        return None
    turned = (hue + int(rng.integers(*TURNED))) % 180
    hsv[..., 0] = np.where(stands_out, turned, hue)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)

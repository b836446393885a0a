"""What was done to the colours of an asset: compared with the post pixel by pixel where geometry lays them together.

In CIE L*a*b*, where equal distances look about equally large. Medians, so that text and stickers do not count.
"""

from __future__ import annotations

import cv2
import numpy as np

from lineage.records import AGREES, Edit, Floats, Map, Pixels
from lineage.tell.edits.recolouring import ACTION, recolouring
from lineage.verify.overlay import lay

_SIDE = 160  # px, longer side of the asset: colours need no detail, and small misalignment averages out
_LEAST = 64  # px that must be seen
_WHOLE = 0.99  # share of a pixel that must lie inside the post
_LIGHT = 5.0  # L*, of 100; recompression moves the median by less than 1
_WARM = 4.0  # b*
_RATIO = 1.25  # of contrast, and of saturation: chroma over lightness
_GREY = 3.0  # chroma below which a picture looks grey


def colour_edits(post: Pixels, asset: Pixels, asset_to_post: Map, *, cells: Floats) -> tuple[Edit, ...]:
    """The changes of colour between an asset and its copy in a post.

    Args:
        post, asset: (h, w, 3) and (H, W, 3) uint8, any sizes
        asset_to_post: 3 × 3, unit frame → unit frame
        cells: (rows, columns) correlation of structure over the asset, as in `Residual`. Where it is low, something
            else lies over the asset, whose colours say nothing about the asset's.
    """
    both = _seen_by_both(post, asset, asset_to_post, cells)
    if len(both[0]) < _LEAST:
        return ()
    if recoloured := recolouring(*both):
        return (recoloured,)
    before, after = (np.asarray(cv2.cvtColor(p[None], cv2.COLOR_RGB2LAB)[0], np.float32) for p in both)
    light = float(np.median(after[:, 0] - before[:, 0]))
    contrast = _contrast(before[:, 0], after[:, 0])
    named = (
        _either(light, _LIGHT, "brighter", "darker"),
        _either(np.log(contrast), np.log(_RATIO), "more contrast", "less contrast", amount=contrast),
        *_chroma(before, after),
    )
    return tuple(edit for edit in named if edit)


def _chroma(before: Floats, after: Floats) -> tuple[Edit | None, ...]:
    """Grey, or else more or less colourful, and warmer or cooler; what follows from lightness alone is taken out."""
    old, new = (np.hypot(lab[:, 1], lab[:, 2]) for lab in (before, after))
    if np.percentile(new, 95) < _GREY:
        return (Edit(ACTION, "grey", float(np.median(new)), "grey") if np.median(old) > _GREY else None,)
    ratio = float((np.median(new) + 1) / (np.median(old) + 1))
    saturation = ratio * float((np.median(before[:, 0]) + 1) / (np.median(after[:, 0]) + 1))
    warm = float(np.median(after[:, 2] - ratio * before[:, 2]))
    return (
        _either(np.log(saturation), np.log(_RATIO), "more colourful", "less colourful", amount=saturation),
        _either(warm, _WARM, "warmer", "cooler"),
    )


def _either(value: float, limit: float, above: str, below: str, *, amount: float | None = None) -> Edit | None:
    if abs(value) < limit:
        return None
    name = above if value > 0 else below
    return Edit(ACTION, name, float(value if amount is None else amount), name)


def _contrast(before: Floats, after: Floats) -> float:
    """How much further apart the asset's light and dark quarters lie in the post."""
    dark, bright = (before <= np.percentile(before, 25)), (before >= np.percentile(before, 75))
    old, new = (float(np.median(light[bright]) - np.median(light[dark])) for light in (before, after))
    return max(new + 1.0, 0.1) / (old + 1.0)


def _seen_by_both(post: Pixels, asset: Pixels, asset_to_post: Map, cells: Floats) -> tuple[Floats, Floats]:
    """(N, 3) RGB, 0..1, of the asset and of the post at the same N places."""
    laid = lay(post, asset, asset_to_post, side=_SIDE)
    same = np.nan_to_num(np.abs(cells)) > AGREES  # turned round where the colours are inverted
    size = (laid.inside.shape[1], laid.inside.shape[0])
    shown = cv2.resize(same.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    shown &= laid.inside > _WHOLE
    before, after = (plane[shown].astype(np.float32) / np.float32(255) for plane in (laid.asset, laid.post))
    return np.asarray(before, np.float32), np.asarray(after, np.float32)

"""Several manipulations in a row, as a picture meets them on its way through apps and reposts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lineage.manipulate.apply import apply_all
from lineage.manipulate.registry import MANIPULATIONS
from lineage.manipulate.result import Manipulated
from lineage.records import Pixels

Recipe = tuple[tuple[str, float], ...]

_WEIGHTS = {
    "geometry": 0.25,
    "colour": 0.14,
    "degrade": 0.08,
    "overlay": 0.2,
    "collage": 0.11,
    "layout": 0.1,
    "capture": 0.06,
    "codec": 0.04,
    "platform": 0.02,
}
"""How often a family takes part; its members share the weight, so that many colour edits do not outnumber the rest."""
_COMMON = {
    "crop": 5,
    "paste": 4,
    "text": 3,
    "emoji": 3,
    "meme": 3,
    "inset": 3,
    "blur": 3,
    "noise": 2,
    "jpeg": 2,
    "filter": 2,
}
_COMMON |= dict.fromkeys(
    ("mirror", "rotate", "perspective", "crop_ratio", "caption", "stripes", "pad", "collage", "grey"), 2
)
"""How often a member takes part compared with the rest of its family: what posts show most."""
_ORDER = tuple(_WEIGHTS)
"""Edited first, then decorated, then laid out, then saved."""
_SHRINKING = ("collage", "layout", "capture")
_MEMBERS = {
    family: tuple(n for n, m in MANIPULATIONS.items() if m.family == family for _ in range(_COMMON.get(n, 1)))
    for family in _WEIGHTS
}


REPHOTOGRAPHED = 0.08
"""Share of any posts in which somebody photographed a print, a page or a screen."""
_PHOTOGRAPHS = tuple(n for n, m in MANIPULATIONS.items() if m.family == "rephotograph")


def plan(*, strength: float, seed: int, length: int | None = None) -> Recipe:
    """Names and strengths for a chain of `length` steps, by default 3 to 5.

    No name comes twice, and at most two steps make the picture small within a larger frame, the second at half its
    strength. Three chains in four are in the usual order; the others are in any order, as reposts of reposts are.
    Each step has 50 … 100 % of the strength given. None is photographed anew: see `rephotograph`.
    """
    rng = np.random.default_rng((seed, 1))
    wanted = int(rng.integers(3, 6)) if length is None else length
    chosen: list[str] = []
    while len(chosen) < wanted:
        family = str(rng.choice(_ORDER, p=list(_WEIGHTS.values())))
        name = str(rng.choice(_MEMBERS[family]))
        if name not in chosen and (family not in _SHRINKING or _shrinking(chosen) < 2):
            chosen.append(name)
    if rng.random() < 0.75:
        chosen.sort(key=lambda name: _ORDER.index(MANIPULATIONS[name].family))
    strengths = (rng.uniform(0.5, 1, wanted) * strength).tolist()
    halved = (0.5 if _shrinking([n]) and _shrinking(chosen[:k]) else 1 for k, n in enumerate(chosen))
    return tuple((name, s * half) for name, s, half in zip(chosen, strengths, halved, strict=True))


def _shrinking(names: Sequence[str]) -> int:
    return sum(MANIPULATIONS[name].family in _SHRINKING for name in names)


def chain(
    pixels: Pixels, *, strength: float, seed: int, context: Sequence[Pixels] = (), length: int | None = None
) -> Manipulated:
    """The picture after a planned chain; arguments as for `plan` and `apply`."""
    return apply_all(plan(strength=strength, seed=seed, length=length), pixels, seed=seed, context=context)


def rephotograph(*, strength: float, seed: int) -> Recipe:
    """Names and strengths for a picture that is printed or shown, and photographed.

    Two in five are edited or decorated before, and three in ten laid out or sent through a platform after.
    """
    rng = np.random.default_rng((seed, 4))
    before, after = ("geometry", "colour", "overlay", "layout"), ("geometry", "colour", "overlay", "codec", "platform")
    names = [str(rng.choice(_MEMBERS[str(rng.choice(before))]))] if rng.random() < 0.4 else []
    names.append(str(rng.choice(_PHOTOGRAPHS)))
    if rng.random() < 0.3:
        names.append(str(rng.choice(_MEMBERS[str(rng.choice(after))])))
    shares = (1 if name in _PHOTOGRAPHS else 0.4 for name in names)
    return tuple(
        (name, float(strength * share * rng.uniform(0.5, 1))) for name, share in zip(names, shares, strict=True)
    )


def any_post(pixels: Pixels, *, seed: int, context: Sequence[Pixels] = (), hardest: float = 1.0) -> Manipulated:
    """A post of any kind for training: 1 … 5 steps, single ones as often as all chains, strength 0 … `hardest`;
    of every hundred eight are photographs of the picture."""
    rng = np.random.default_rng((seed, 2))
    length = 1 if rng.random() < 0.5 else int(rng.integers(2, 6))
    strength = float(rng.uniform(0, hardest))
    if np.random.default_rng((seed, 3)).random() < REPHOTOGRAPHED:
        return apply_all(rephotograph(strength=strength, seed=seed), pixels, seed=seed, context=context)
    return chain(pixels, strength=strength, seed=seed, context=context, length=length)

"""Runs manipulations and keeps the truth: maps multiplied, hidden pixels struck out, foreign pictures followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lineage.errors import UsageError
from lineage.manipulate.dose import Dose
from lineage.manipulate.maps import resized, seen_pixels, size_of, stretching, to_unit
from lineage.manipulate.registry import MANIPULATIONS
from lineage.manipulate.result import INPUT, Layer, Manipulated, Mask, Placement, Step
from lineage.records import Map, Pixels

SHORTEST, LONGEST = 8, 4096
"""Sides of a result, px: what still is a picture, and the largest that a platform serves."""


@dataclass(frozen=True, slots=True)
class _Trace:
    """A picture on its way through the steps: where it has come to, and which of its pixels are left."""

    source: int
    map: Map
    visible: Mask

    def through(self, step: Step) -> _Trace:
        map_ = step.map @ self.map
        left = seen_pixels(step.shows, map_, size_of(self.visible), size_of(step.pixels))
        return replace(self, map=map_, visible=self.visible & left)

    def placement(self, result: tuple[int, int]) -> Placement:
        return Placement(self.source, to_unit(self.map, size_of(self.visible), result), self.visible)


def _trace(layer: Layer, result: tuple[int, int]) -> _Trace:
    return _Trace(layer.source, layer.map, seen_pixels(layer.shows, layer.map, layer.size, result))


def _bounded(step: Step) -> Step:
    """The step with its sides brought between `SHORTEST` and `LONGEST`."""
    size = size_of(step.pixels)
    scale = min(1.0, LONGEST / max(size))
    sane = max(SHORTEST, round(size[0] * scale)), max(SHORTEST, round(size[1] * scale))
    if sane == size:
        return step
    onto, back = stretching(size, sane), stretching(sane, size)
    shows = None if step.shows is None else seen_pixels(step.shows, back, sane, size)
    others = (replace(y, map=onto @ y.map, shows=seen_pixels(y.shows, back, sane, size)) for y in step.others)
    return Step(resized(step.pixels, sane), onto @ step.map, shows, tuple(others))


def apply(name: str, pixels: Pixels, *, strength: float, seed: int, context: Sequence[Pixels] = ()) -> Manipulated:
    """The picture after one manipulation.

    Args:
        name: one of `MANIPULATIONS`
        pixels: (H, W, 3) uint8
        strength: 0..1, from hardly visible to severe; the catalogue says in which unit
        seed: settles every accidental choice: the same arguments give the same bytes
        context: other pictures, (h, w, 3) uint8, to put beside, behind or over this one, which must not be among them;
            without any they are drawn

    Raises:
        UsageError: there is no such manipulation, or the strength lies outside 0..1
    """
    return apply_all([(name, strength)], pixels, seed=seed, context=context)


def apply_all(
    steps: Sequence[tuple[str, float]], pixels: Pixels, *, seed: int, context: Sequence[Pixels] = ()
) -> Manipulated:
    """The picture after several manipulations, each a name and its strength, in this order; otherwise as `apply`."""
    size = size_of(pixels)
    own, others = _Trace(INPUT, np.eye(3), np.ones(size[::-1], np.bool_)), list[_Trace]()
    for (name, strength), rng in zip(steps, np.random.default_rng(seed).spawn(len(steps)), strict=True):
        _check(name, strength)
        step = _bounded(MANIPULATIONS[name].make(pixels, Dose(strength, rng, context)))
        pixels = step.pixels
        own, others = own.through(step), [trace.through(step) for trace in others]
        others += [_trace(layer, size_of(pixels)) for layer in step.others]
    return Manipulated(
        pixels=pixels,
        original_to_result=to_unit(own.map, size, size_of(pixels)),
        visible=own.visible,
        steps=tuple(name for name, _ in steps),
        placements=tuple(trace.placement(size_of(pixels)) for trace in others if trace.visible.any()),
    )


def _check(name: str, strength: float) -> None:
    if name not in MANIPULATIONS:
        raise UsageError(f"there is no manipulation {name!r}; there are: {', '.join(MANIPULATIONS)}")
    if not 0 <= strength <= 1:
        raise UsageError(f"the strength of {name!r} must lie between 0 and 1, not at {strength}")

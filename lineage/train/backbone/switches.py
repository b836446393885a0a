"""From what a user writes to a recipe: every switch by its name, kind and range, before any picture is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType, NoneType
from typing import Any

from lineage.errors import UsageError
from lineage.train.backbone.recipe import BackboneRecipe

# Annotation → what it takes, and how it is called. A bool is an int to Python, but no number to a person.
_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = MappingProxyType(
    {
        "int": ((int,), "a whole number"),
        "int | None": ((int, NoneType), "a whole number"),
        "float": ((int, float), "a number"),
        "bool": ((bool,), "true or false"),
        "str": ((str,), "text"),
    }
)
_LEAST = MappingProxyType({"dim": 2, "views": 1, "batch": 2, "memory": 1, "rate": 1e-9, "temperature": 1e-3})
_AT_MOST_1 = frozenset({"average", "hardest", "region", "match", "mixup"})
_SMALLEST = 32  # px: the trunk halves a picture five times


def recipe_from(switches: Mapping[str, Any]) -> BackboneRecipe:
    """A recipe from the switches of a file or a command; those not named keep their default.

    Raises:
        UsageError: there is no such switch, or its value makes no sense
    """
    kinds = {field.name: str(field.type) for field in fields(BackboneRecipe)}
    if unknown := sorted(set(switches) - set(kinds)):
        raise UsageError(
            f"{', '.join(unknown)}: no such switch of a training run; there are {', '.join(sorted(kinds))}"
        )
    chosen = dict(switches)
    for name, value in chosen.items():
        if name == "resolutions":
            chosen[name] = _resolutions(value)
        else:
            _require(name, value, kinds[name])
    recipe = BackboneRecipe(**chosen)
    if not recipe.steps:
        raise UsageError(
            f"views = {recipe.views}: fewer than one batch of {recipe.batch}, so that nothing would be trained"
        )
    return recipe


def _require(name: str, value: object, kind: str) -> None:
    types, called = _KINDS[kind]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise UsageError(f"{name} = {value!r}: must be {called}")
    if not isinstance(value, int | float):
        return
    least = _LEAST.get(name, 0)
    if not least <= value < math.inf:
        raise UsageError(f"{name} = {value}: must be at least {least:g}")
    if name in _AT_MOST_1 and value > 1:
        raise UsageError(f"{name} = {value}: must be at most 1")


def _resolutions(value: object) -> tuple[tuple[int, float], ...]:
    """[[96, 0.35], [128, 0.65]] → ((96, .35), (128, .65))."""
    try:
        stages = tuple((int(side), float(share)) for side, share in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        stages = ()
    if not stages or any(side < _SMALLEST or not 0 <= share <= 1 for side, share in stages):
        raise UsageError(
            f"resolutions = {value}: must be a list of pairs, the side in px from {_SMALLEST} on and the share of the "
            "views, such as [[96, 0.5], [128, 0.5]]"
        )
    return stages

"""Several runs that differ in a few switches, and the table that compares them."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lineage.errors import UsageError
from lineage.train.backbone.recipe import BackboneRecipe
from lineage.train.backbone.switches import recipe_from


@dataclass(frozen=True, slots=True)
class SweepRun:
    """One run of a sweep.

    Attributes:
        name: the switches that vary, `dim=256 koleo=0.1`
        recipe: all switches
        teacher: name of a backbone, or None
    """

    name: str
    recipe: BackboneRecipe
    teacher: str | None


def read_switches(file: Path) -> dict[str, Any]:
    """The tables of a TOML file; `UsageError` where it cannot be read."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: not valid TOML ({error})") from error


def trials(file: Path, recipe: BackboneRecipe, teacher: str | None) -> list[SweepRun]:
    """Every combination of a grid.

        views = 20000            # for all runs
        [grid]
        koleo = [0.0, 0.1]
        teacher = ["", "onnx:sscd.onnx"]

    Args:
        file: TOML as above; `teacher` may be varied like a switch, empty for none
        recipe: switches that the file does not name
        teacher: for all runs, where the grid does not vary it

    Raises:
        UsageError: the file has no grid, or names a switch that does not exist
    """
    tables = read_switches(file)
    named = tables.pop("grid", None)
    grid = named if isinstance(named, dict) else {}
    if not grid or not all(isinstance(values, list) and values for values in grid.values()):
        raise UsageError(f"{file}: needs a table [grid] with a list of values for each switch that varies")
    return list(_combinations(grid, {**asdict(recipe), **tables}, teacher))


def _combinations(grid: Mapping[str, list[Any]], fixed: Mapping[str, Any], teacher: str | None) -> Iterator[SweepRun]:
    for values in itertools.product(*grid.values()):
        chosen = dict(zip(grid, values, strict=True))
        name = " ".join(f"{switch}={value}" for switch, value in chosen.items())
        asked = chosen.pop("teacher", teacher) or None
        yield SweepRun(name, recipe_from({**fixed, **chosen}), asked)

"""A calibration as a file: JSON, checked when it is read."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from lineage.decide.calibration import Calibration
from lineage.decide.familiar import Familiar
from lineage.decide.features import FEATURES, GROUPS, OF_RESTORER
from lineage.decide.forest import Forest
from lineage.decide.thresholds import samples_needed
from lineage.errors import WeightsError
from lineage.machine.whole_file import write_whole
from lineage.settings import wrong_level

SHIPPED = Path(__file__).parent.parent / "weights" / "decision.json"
_NODES, _NUMBERS = ("roots", "feature", "left", "right"), ("threshold", "value")


def load_calibration(file: Path = SHIPPED) -> Calibration:
    """Read a calibration; one that is as it was when it was last read is not read again.

    Raises:
        WeightsError: the file is missing, damaged, or was fitted for other features
    """
    try:
        looks = file.stat()
    except (OSError, ValueError) as error:  # no file has such a name
        raise _refusal(file, error) from error
    return _read(file, looks.st_ino, looks.st_size, looks.st_mtime_ns)


@lru_cache(maxsize=1)
def _read(file: Path, *_looks: int) -> Calibration:
    try:
        raw: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(raw, dict):
            raise TypeError("it holds no names")
        if "coefficients" in raw:
            raise ValueError("it is of the former, logistic form")
        if not all(str(raw.get("backbone", "")).partition(" ")):
            raise ValueError("it does not say by name and weights with which backbone it was fitted")
        calibration = Calibration(
            name=str(raw["name"]),
            features=tuple(map(str, raw["features"])),
            forest=_forest(raw["forest"], columns=len(raw["features"])),
            false_known=float(raw["false_known"]),
            novel=tuple(map(float, raw["novel"])),
            backbone=str(raw["backbone"]),
            restorer=str(raw.get("restorer") or ""),
            groups=tuple(map(int, raw.get("groups", ()))),
            evidence=int(raw.get("evidence", 1)),
            familiar=_familiar(raw["familiar"]) if raw.get("familiar") else None,
        )
        if not all(0 <= p <= 1 for p in calibration.novel):
            raise ValueError("scores of novel posts outside of 0..1")
        if [*calibration.novel] != sorted(calibration.novel):
            raise ValueError("scores of novel posts that do not increase")
        if not set(calibration.groups) <= set(range(len(GROUPS))):
            raise ValueError("it has other groups than this version")
        if calibration.groups and len(calibration.groups) != len(calibration.novel):
            raise ValueError("novel posts without a group")
        if bool(calibration.restorer) != bool(OF_RESTORER & set(calibration.features)):
            raise ValueError("it names an autoencoder and no feature of one, or the other way round")
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise _refusal(file, error) from error
    looked_at = {*calibration.features, *(calibration.familiar.features if calibration.familiar else ())}
    if not looked_at <= set(FEATURES):
        raise WeightsError(
            f"{file}: fitted for other features than this version uses; fit it again: lineage train decision"
        )
    if wrong := wrong_level(calibration.false_known):
        raise WeightsError(f"{file}: {wrong}; fit it again: lineage train decision")
    if samples_needed(calibration.false_known) > len(calibration.novel):
        raise WeightsError(
            f"{file}: {len(calibration.novel)} novel posts cannot back its false-known level of "
            f"{calibration.false_known:g}; fit it again: lineage train decision"
        )
    return calibration


def _refusal(file: Path, error: Exception) -> WeightsError:
    return WeightsError(f"{file}: not a calibration ({error}); fit one with: lineage train decision")


def save_calibration(calibration: Calibration, file: Path) -> None:
    """Write a calibration as JSON, a line for each of its parts."""
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(part)}" for name, part in asdict(calibration).items())
    write_whole(file, f"{{\n{lines}\n}}\n")


def _forest(raw: Mapping[str, Any], *, columns: int) -> Forest:
    if not raw["roots"] or any(type(n) is not int for part in _NODES for n in raw[part]):
        raise ValueError("nodes that are no whole numbers, or no trees")
    told = (*raw["threshold"], *raw["value"], raw["bias"])
    if not {*map(type, told)} <= {int, float} or not all(map(math.isfinite, told)):
        raise ValueError("trees with something else than numbers")
    lists: dict[str, Any] = {name: tuple(raw[name]) for name in _NODES}
    numbers: dict[str, Any] = {name: tuple(map(float, raw[name])) for name in _NUMBERS}
    forest = Forest(**lists, **numbers, bias=float(raw["bias"]))
    forest.require_sound(columns)
    return forest


def _familiar(raw: Mapping[str, Any]) -> Familiar:
    grid, precision = (tuple(tuple(map(float, row)) for row in raw[name]) for name in ("grid", "precision"))
    middle, distances = (tuple(map(float, raw[name])) for name in ("middle", "distances"))
    familiar = Familiar(tuple(map(str, raw["features"])), grid, middle, precision, distances)
    familiar.require_sound()
    return familiar

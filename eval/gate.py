"""The regression gate: which figures have fallen by more than their interval since a baseline was written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.metrics import LOWER_IS_BETTER, Figure
from eval.results import Result
from lineage.errors import UsageError


def regressions(results: Sequence[Result], baseline: Path) -> list[str]:
    """One sentence for each figure that left its baseline's interval on the wrong side.

    Times are the machine's and not gated, nor are figures at another share of known posts, which say the same once
    more.

    Raises:
        UsageError: the baseline is not a report, holds none of these results, or was measured on another corpus
    """
    before = _read(baseline)
    shared = [(result, before[key]) for result in results if (key := _key(result.as_json())) in before]
    if not shared:
        raise UsageError(f"{baseline}: this report holds none of the results measured now")
    for result, old in shared:
        if old["digest"] != result.digest:
            raise UsageError(
                f"{baseline}: {result.title} was another corpus then; measure a new baseline with this library and seed"
            )
    return [
        f"{result.title}, {result.recogniser}: {name} {now.value:.3f}, before {was.low:.3f}–{was.high:.3f}"
        for result, old in shared
        for name, was in ((name, Figure(**values)) for name, values in old["figures"].items())
        if (now := result.figures.get(name)) is not None and _fell(name, was, now)
    ]


def _fell(name: str, was: Figure, now: Figure) -> bool:
    return now.value > was.high if name in LOWER_IS_BETTER else now.value < was.low


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["corpus"], row["part"], row["recogniser"]


def _read(baseline: Path) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    try:
        return {_key(row): row for row in json.loads(baseline.read_text(encoding="utf-8"))["results"]}
    except OSError as error:
        raise UsageError(f"{baseline}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{baseline}: this is not a report of an evaluation") from error

"""The regression gate: which figures have fallen by more than their interval since a baseline was written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.corpora.corpus import Corpus
from eval.scores.metrics import LOWER_IS_BETTER, Figure
from eval.scores.results import PRIOR, Result
from lineage.errors import UsageError

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Row:
    """What is compared of a result.

    Attributes:
        name: of corpus, part and recogniser, for a person
        digest: of the corpus
        figures: by (name, where: empty or at which share of known posts)
    """

    name: str
    digest: str
    figures: Mapping[tuple[str, str], Figure]


def require_comparable(baseline: Path, corpora: Sequence[Corpus]) -> None:
    """`UsageError` unless the baseline is a report, holds one of these corpora, and all it holds are the same posts."""
    digests = {corpus.name: corpus.digest for corpus in corpora}
    shared = {name: row.digest for (name, _, _), row in _read(baseline).items() if name in digests}
    if not shared:
        raise UsageError(f"{baseline}: this report holds nothing of what is to be measured: {', '.join(digests)}")
    if others := [name for name, digest in shared.items() if digest != digests[name]]:
        raise UsageError(
            f"{baseline}: the posts of {others[0]} were made from other pictures, with another seed or by another "
            "version then; measure a new baseline"
        )


def regressions(results: Sequence[Result], baseline: Path) -> list[str]:
    """One sentence for each figure that left its baseline's interval on the wrong side or that only one of both has.

    Times are the machine's and not gated.

    Args:
        results: of all that was measured
        baseline: a comparable report
    """
    before, now = _read(baseline), dict(_row(result.as_json()) for result in results)
    gone = [row.name for key, row in before.items() if key not in now]
    new = [row.name for key, row in now.items() if key not in before]
    return [
        *(f"missing: {name} stands in the baseline and was not measured now" for name in gone),
        *(f"missing: {name} was measured now and does not stand in the baseline" for name in new),
        *(sentence for key in before if key in now for sentence in _compare(before[key], now[key])),
    ]


def _compare(before: _Row, now: _Row) -> Iterator[str]:
    for name, where in dict.fromkeys((*before.figures, *now.figures)):
        was, is_ = before.figures.get((name, where)), now.figures.get((name, where))
        figure = f"{now.name}: {name}{where}"
        if was is None or is_ is None:
            yield f"missing: {figure} {'has no baseline' if was is None else 'is there no more'}"
        elif is_.value > was.high if name in LOWER_IS_BETTER else is_.value < was.low:
            yield f"worse: {figure} is {is_.value:.3f}, was {was.low:.3f}–{was.high:.3f}"


def _row(result: Mapping[str, Any]) -> tuple[Key, _Row]:
    key = result["corpus"], result["part"], result["recogniser"]
    plain = {(name, ""): _figure(values) for name, values in result["figures"].items()}
    weighed = {(name, f" at {PRIOR:.0%} known"): _figure(values) for name, values in result["at_prior"].items()}
    return key, _Row(", ".join(filter(None, key)), result["digest"], {**plain, **weighed})


def _figure(values: Mapping[str, Any]) -> Figure:
    return Figure(float(values["value"]), float(values["low"]), float(values["high"]), int(values["posts"]))


def _read(baseline: Path) -> dict[Key, _Row]:
    try:
        return dict(_row(result) for result in json.loads(baseline.read_text(encoding="utf-8"))["results"])
    except OSError as error:
        raise UsageError(f"{baseline}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{baseline}: this is not a report of an evaluation, or one of another version") from error

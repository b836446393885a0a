"""What a fitted decision promises in each group, and what it comes to on posts that did not set it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from lineage.decide.calibration import Calibration
from lineage.decide.features import GROUPS, claimable
from lineage.decide.thresholds import posts_needed, samples_needed
from lineage.records import Guarantee
from lineage.train.decision.ablation import held_out_share
from lineage.train.decision.fit import best, cross_fit
from lineage.train.decision.table import Table


@dataclass(frozen=True, slots=True)
class MeasuredPromise:
    """A promise and what was measured of it.

    Attributes:
        promise: of the group
        known: number of known posts whose likeliest candidate is of the group
        right: how many of these are called known with the right file by trees of the other half, before the few
            whose evidence is unusual are held back
        false: share of novel posts called known where those of other pictures set the threshold, 0..1; None where half
            of them are too few to back the level
    """

    promise: Guarantee
    known: int
    right: int
    false: float | None


def measure_promises(calibration: Calibration, table: Table) -> list[MeasuredPromise]:
    """What the promise of each group comes to on held-out posts of the table that the calibration was fitted to."""
    highest, right, row = best(cross_fit(table, calibration.features, table.held_back), table)
    rows = table.features[row]
    group, found = calibration.group(rows), right & claimable(rows)
    figures = []
    for number, promise in enumerate(calibration.guarantees):
        known = ~table.novel & (group == number)
        claimed = known & found & (highest >= promise.known_from)
        figures.append(
            MeasuredPromise(promise, int(known.sum()), int(claimed.sum()), held_out_share(calibration, number))
        )
    return figures


def as_lines(calibration: Calibration, figures: list[MeasuredPromise]) -> list[str]:
    """For a person: a line for each group, and what is missing for those that are joined."""
    lines = [_line(one) for one in figures]
    counts = np.bincount(np.asarray(calibration.groups, np.int64), minlength=len(GROUPS))
    if calibration.parts == 1 and calibration.groups:
        needed = samples_needed(calibration.false_known)
        have = " and ".join(f"{count} {name}" for count, name in zip(counts, GROUPS, strict=True))
        lines.append(
            f"  one promise for all: each group takes {needed} novel posts, and there are {have}; "
            f"more posts make more of both: --posts {2 * posts_needed(calibration.false_known)}"
        )
    if calibration.familiar is None:
        lines.append(
            "  too few right claims to say what lies outside of them; nothing is held back for unusual evidence"
        )
    return lines


def _line(one: MeasuredPromise) -> str:
    promise = one.promise
    false = "too few to try one half on the other"
    if one.false is not None:
        share = _share(one.false * promise.samples, promise.samples)
        false = f"false KNOWN {share} where one half is tried on the other"
    found = f"right KNOWN {_share(one.right, one.known)} of {one.known:,} known posts" if one.known else "no known post"
    return (
        f"  posts {promise.group or 'of all kinds'}: known from p {promise.known_from:.3f}, review from "
        f"p {promise.review_from:.3f}; backed by {promise.samples:,} novel posts, each of another picture "
        f"({samples_needed(promise.level)} needed): {false}; {found}"
    )


def _share(count: float, of: int) -> str:
    low, high = interval(count / of, of)
    return f"{100 * count / of:.2g} % ({100 * low:.2g}–{100 * high:.2g} %)"


def interval(share: float, number: int) -> tuple[float, float]:
    """Wilson's interval of 95 % (1927) of a share of so many."""
    z = 1.96
    middle = (share + z**2 / (2 * number)) / (1 + z**2 / number)
    half = z / (1 + z**2 / number) * sqrt(share * (1 - share) / number + z**2 / (4 * number**2))
    return max(0.0, middle - half), min(1.0, middle + half)

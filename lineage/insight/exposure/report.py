"""An exposure report: everything that was counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lineage.insight.exposure.answers import Answer, Owner, looked_at, shares
from lineage.insight.exposure.compare import Comparison
from lineage.insight.exposure.count import KEYS, Exposure, count
from lineage.insight.exposure.variants import Branch, Variant, known_showings, variant_tree, variants
from lineage.insight.exposure.voice import Voice, voices
from lineage.reporting.interval import Interval

SHOWN = 20  # rows of a table on the page; the CSV has all
LEAST = 0.05  # expected exposures, below which a row says nothing
_FIGURES = ("exposures", "exposures_low", "exposures_high", "engagement", "engagement_low", "engagement_high")
COLUMNS = ("by", "name", "of", "posts", *_FIGURES)


@dataclass(frozen=True, slots=True)
class ExposureReport:
    """What posts say about a library.

    Attributes:
        verdicts: number of posts by verdict
        exposures: by asset, campaign, brand, label, channel, account and week
        voice: labels among novel posts
        variants: forms of known assets
        trees: variant tree of each asset that has known posts
        comparison: before and after a day; None where nobody asked
    """

    verdicts: Mapping[str, int]
    exposures: Mapping[str, Sequence[Exposure]]
    voice: Sequence[Voice]
    variants: Sequence[Variant]
    trees: Mapping[str, Branch]
    comparison: Comparison | None


def make_report(
    answers: Sequence[Answer], owners: Mapping[str, Owner], comparison: Comparison | None = None
) -> ExposureReport:
    """Count everything."""
    known = known_showings(answers)
    names = [answer.verdict for answer in answers]
    assets = sorted({showing.asset for showing in known})
    return ExposureReport(
        verdicts={name: names.count(name) for name in sorted(set(names))},
        exposures={key: counted_by(answers, key, owners) for key in KEYS},
        voice=voices(answers),
        variants=variants(known),
        trees={asset: variant_tree([one for one in known if one.asset == asset]) for asset in assets},
        comparison=comparison,
    )


def rows(report: ExposureReport) -> list[tuple[str | float, ...]]:
    """The exposures as rows of `COLUMNS`."""
    return [
        (key, one.name, one.of, one.posts, *_three(one.exposures), *_three(one.engagement))
        for key, counted in report.exposures.items()
        for one in counted
    ]


def worth_showing(exposures: Sequence[Exposure]) -> list[Exposure]:
    """The first of them, without those that were exposed next to never; files have all."""
    return [one for one in exposures[:SHOWN] if one.exposures.value >= LEAST]


def counted_by(answers: Sequence[Answer], key: str, owners: Mapping[str, Owner]) -> list[Exposure]:
    """Exposures by one of `KEYS`, the most exposed first."""
    shown = shares(answers, key, owners)
    return count(shown, looked_at(answers, key, shown))


def _three(interval: Interval) -> tuple[float, float, float]:
    return round(interval.value, 3), round(interval.low, 3), round(interval.high, 3)

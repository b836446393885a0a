"""An exposure report: everything that was counted, as JSON, CSV, and one page that needs nothing beside it."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lineage.insight.exposure.answers import Answer, Owner, shares
from lineage.insight.exposure.compare import Comparison
from lineage.insight.exposure.count import KEYS, Exposure, Interval, count
from lineage.insight.exposure.plots import draw_bars, draw_comparison, draw_weeks
from lineage.insight.exposure.variants import Branch, Variant, known_showings, outline, variant_tree, variants
from lineage.insight.exposure.voice import Voice, voices
from lineage.insight.pages import png_uri, render

SHOWN = 20  # rows of a table on the page; the CSV has all
LEAST = 0.05  # expected exposures, below which a row says nothing
_FIGURES = ("exposures", "exposures_low", "exposures_high", "engagement", "engagement_low", "engagement_high")
COLUMNS = ("by", "name", "posts", *_FIGURES)


@dataclass(frozen=True, slots=True)
class Report:
    """What posts say about a library.

    Attributes:
        verdicts: number of posts by verdict
        exposures: by asset, campaign, brand, channel, account and week
        voice: labels among novel posts
        variants: forms of known assets
        trees: variant tree of each asset that has known posts
        comparisons: before and after a day; empty where nobody asked
    """

    verdicts: Mapping[str, int]
    exposures: Mapping[str, Sequence[Exposure]]
    voice: Sequence[Voice]
    variants: Sequence[Variant]
    trees: Mapping[str, Branch]
    comparisons: Sequence[Comparison]


def make_report(
    answers: Sequence[Answer], owners: Mapping[str, Owner], comparisons: Sequence[Comparison] = ()
) -> Report:
    """Count everything."""
    known = known_showings(answers)
    names = [answer.verdict for answer in answers]
    assets = sorted({showing.asset for showing in known})
    return Report(
        verdicts={name: names.count(name) for name in sorted(set(names))},
        exposures={key: count(shares(answers, key, owners)) for key in KEYS},
        voice=voices(answers),
        variants=variants(known),
        trees={asset: variant_tree([one for one in known if one.asset == asset]) for asset in assets},
        comparisons=comparisons,
    )


def rows(report: Report) -> list[tuple[str | float, ...]]:
    """The exposures as rows of `COLUMNS`."""
    return [
        (key, one.name, one.posts, *_three(one.exposures), *_three(one.engagement))
        for key, counted in report.exposures.items()
        for one in counted
    ]


def write_report(report: Report, folder: Path, *, title: str, campaign: str = "") -> None:
    """Write exposure.json, exposure.csv and exposure.html into the folder.

    Raises:
        MissingExtra: matplotlib or Jinja is not installed
    """
    (folder / "exposure.json").write_text(json.dumps(asdict(report), indent=1), encoding="utf-8")
    with (folder / "exposure.csv").open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows([COLUMNS, *rows(report)])
    page = render(
        "exposure/report.html",
        title=title,
        campaign=campaign,
        report=report,
        shown=SHOWN,
        exposures={key: (worth_showing(counted), len(counted)) for key, counted in report.exposures.items()},
        plots={name: png_uri(data) for name, data in _plots(report, campaign).items()},
        trees={asset: list(outline(tree)) for asset, tree in list(report.trees.items())[:SHOWN]},
        number=number,
        short=short,
    )
    (folder / "exposure.html").write_text(page, encoding="utf-8")


def worth_showing(exposures: Sequence[Exposure]) -> list[Exposure]:
    """The first of them, without those that were exposed next to never; files have all."""
    return [one for one in exposures[:SHOWN] if one.exposures.value >= LEAST]


def number(interval: Interval) -> str:
    """`12.3 (8–1,700)`; a value that was seen once, and has no interval, stands alone."""
    if interval.low == interval.high:
        return short(interval.value)
    return f"{short(interval.value)} ({short(interval.low)}–{short(interval.high)})"


def short(value: float) -> str:
    """Three digits, or all before the point: `0.14`, `1,650`."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _plots(report: Report, campaign: str) -> dict[str, bytes]:
    plots = {}
    if weeks := report.exposures["week"]:
        plots["weeks"] = draw_weeks(weeks)
    for key in ("campaign", "channel"):
        if counted := worth_showing(report.exposures[key]):
            plots[key] = draw_bars({one.name: one.exposures for one in counted}, f"expected exposures by {key}")
    if report.voice:
        loudest = {one.label: one.share for one in report.voice[:SHOWN]}
        plots["voice"] = draw_bars(loudest, "share of voice, novel posts")
    if report.comparisons:
        plots["comparison"] = draw_comparison(report.comparisons, campaign)
    return plots


def _three(interval: Interval) -> tuple[float, float, float]:
    return round(interval.value, 3), round(interval.low, 3), round(interval.high, 3)

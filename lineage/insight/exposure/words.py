"""An exposure report in sentences, for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterator

from lineage.insight.exposure.compare import Change, Comparison, PerDay
from lineage.insight.exposure.count import Exposure
from lineage.insight.exposure.rates import Rate
from lineage.insight.exposure.report import ExposureReport, worth_showing
from lineage.insight.exposure.variants import in_posts
from lineage.reporting.interval import Interval

_NOTHING = 0.005
TOP = 5  # of each kind on the terminal; the files have all
COUNTING = (
    "counted is each post that shows it, a doubtful one by its probability; "
    "in brackets, where doubt is left, the 95 % interval of that count"
)
RATING = (
    "in brackets the 95 % interval of each share: how far it may be off by chance, more where days differ much; "
    "points are percentage points"
)


def lines(report: ExposureReport) -> Iterator[str]:
    """What the terminal shows."""
    verdicts = ", ".join(f"{posts} {name}" for name, posts in report.verdicts.items())
    yield f"{in_posts(sum(report.verdicts.values()))}: {verdicts}"
    yield COUNTING
    for key in ("campaign", "brand", "label", "channel", "asset"):
        for one in worth_showing(report.exposures[key])[:TOP]:
            yield f"{key} {one.name}: {exposure_line(key, one)}"
    for variant in report.variants[:TOP]:
        yield f"variant {variant.edits}: {in_posts(variant.posts)}, engagement {number(variant.engagement)} a post"
    for voice in report.voice[:TOP]:
        yield f"voice {voice.label}: {percents(voice.share)} of the labels on novel posts"
    if report.comparison:
        yield from comparison_lines(report.comparison)


def exposure_line(key: str, one: Exposure) -> str:
    """`seen in 1.16 of 10 posts (1–2), engagement 309 (300–360)`."""
    what = "an asset seen" if key == "channel" else "seen"
    doubt = in_brackets(one.exposures)
    return f"{what} in {sure(one.exposures)} of {in_posts(one.of)}{doubt}, engagement {number(one.engagement)}"


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """A headline, a line for all posts and for each channel, and what happened a day."""
    whole = comparison.changes[0]
    yield (
        f"{comparison.subject}, in the {whole.before.days} days before {comparison.day} "
        f"and the {whole.after.days} from then on"
    )
    yield RATING
    for change in comparison.changes:
        yield f"  {change.channel or 'all posts'}: {change_line(change)}"
    for pace in comparison.paces:
        yield f"  {pace_line(pace)}"


def change_line(change: Change) -> str:
    """`before in 3 of 20 posts, 15 % (5–36 %), after in 9 of 30 posts, 30 % (17–48 %): no clear change`."""
    return f"before {rate_line(change.before)}, after {rate_line(change.after)}: {judge_change(change)}"


def rate_line(rate: Rate) -> str:
    """`in 3 of 20 posts, 15 % (5–36 %)`."""
    if rate.share is None:
        return "no posts"
    return f"in {short(rate.seen)} of {in_posts(rate.posts)}, {percents(rate.share)}"


def judge_change(change: Change) -> str:
    """Whether the share of posts changed by more than chance makes it."""
    share = change.share
    if share is None:
        return "nothing to compare"
    value, low, high = (round(100 * part) for part in (share.value, share.low, share.high))
    points = f"{value:+d} points ({low:+d} to {high:+d})" if value else f"0 points ({low:+d} to {high:+d})"
    if share.low > 0:
        return f"more often, {points}"
    return f"less often, {points}" if share.high < 0 else f"no clear change, {points}"


def pace_line(pace: PerDay) -> str:
    """`a day: exposures 0.143 before, 0.0225 after; …`."""
    told = pace.difference
    change = f", {short(told.value)} ({short(told.low)} to {short(told.high)})" if told else ""
    chance = f"days in random order would differ as much {in_cases(pace.p)}"
    return f"{pace.measure} a day: {short(pace.before)} before, {short(pace.after)} after{change}; {chance}"


def in_cases(p: float) -> str:
    """A probability for a person: `in 88 of 100 cases`, `in fewer than 1 of 100 cases`."""
    return f"in {100 * p:.0f} of 100 cases" if p >= 0.01 else "in fewer than 1 of 100 cases"


def number(interval: Interval) -> str:
    """`12.3 (8–1,700)`; without doubt the value that is left."""
    return f"{sure(interval)}{in_brackets(interval)}"


def percents(share: Interval) -> str:
    """`15 % (5–36 %)`."""
    if share.low == share.high:
        return f"{100 * share.low:.0f} %"
    return f"{100 * share.value:.0f} % ({100 * share.low:.0f}–{100 * share.high:.0f} %)"


def sure(interval: Interval) -> str:
    """The value; where nothing else is likely, what it must be: 0.998 of one post is that post."""
    return short(interval.low if interval.low == interval.high else interval.value)


def in_brackets(interval: Interval) -> str:
    """The interval in brackets; empty where nothing is doubtful."""
    return "" if interval.low == interval.high else f" ({short(interval.low)}–{short(interval.high)})"


def short(value: float) -> str:
    """Three digits, or all before the point: `0.14`, `1,650`; what is next to nothing is `0`."""
    if abs(value) < _NOTHING:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"

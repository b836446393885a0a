"""`lineage exposure`: how often, where and with which response do posts show the assets?"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.output import (
    BackboneOption,
    JsonOption,
    StoreOption,
    complain,
    print_json,
    progress_bar,
    require_writable,
    say,
)
from lineage.cli.pictures import Decoded, files_below, read_post
from lineage.errors import ImageError, UsageError

if TYPE_CHECKING:
    from lineage.insight.exposure.answers import Answer, Owner
    from lineage.insight.exposure.compare import Comparison
    from lineage.insight.exposure.given import Record
    from lineage.insight.exposure.posts import Post
    from lineage.insight.exposure.report import Report
    from lineage.insight.labels.examples import Member
    from lineage.insight.labels.model import LabelModel
    from lineage.settings import Settings

TOP = 5  # campaigns, labels and variants on the terminal


def exposure(
    posts: Annotated[
        Path, typer.Argument(help="CSV: post, date, channel, account, engagement; or a folder.", show_default=False)
    ],
    *,
    given: Annotated[
        Path | None, typer.Option("--answers", help="Of `lineage query --json`; else the index is asked.")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="Of `labels fit`: labels for share of voice.")] = None,
    catalogue: Annotated[
        Path | None, typer.Option(help="CSV: asset, campaign, brand; else the first folder is the campaign.")
    ] = None,
    campaign: Annotated[str | None, typer.Option(help="Compare this campaign before and after --day.")] = None,
    day: Annotated[str | None, typer.Option(help="First day of after: 2026-05-31.")] = None,
    days: Annotated[int | None, typer.Option(min=2, help="Days to compare on either side; else all.")] = None,
    pictures: Annotated[Path | None, typer.Option(help="Folder of the posts' pictures; else that of the CSV.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for exposure.html, exposure.json, exposure.csv.")
    ] = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Exposures as CSV on stdout.")] = False,
    store: StoreOption = None,
    backbone: BackboneOption = None,
) -> None:
    """Count what posts show: assets, campaigns, channels, weeks, variants, and the brands of others.

    Example: lineage exposure posts.csv --campaign spring --day 2026-05-01 --output report
    """
    from lineage.insight.exposure.given import read_answers
    from lineage.insight.exposure.join import join, read_owners
    from lineage.insight.exposure.report import make_report, write_report
    from lineage.settings import load_settings

    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; choose one")
    if (campaign is None) != (day is None):
        raise UsageError("a comparison needs both, --campaign and --day")
    if days is not None and campaign is None:
        raise UsageError("--days belongs to a comparison: --campaign and --day")
    if given and (flag := "--store" if store else "--backbone" if backbone else ""):
        raise UsageError(f"--answers are given, so no index is asked; leave {flag} out")
    since = _day(day) if day else None
    if output:
        require_writable(output)
    found = _posts(posts, pictures)
    owners = read_owners(catalogue) if catalogue else {}
    settings = load_settings(store=store, backbone=backbone)
    labeller = _labeller(model) if model else None
    records = read_answers(given) if given else _ask(found, settings)
    answered = join(found, records, _labels(found, *labeller) if labeller else {})
    if catalogue:
        _tell_unlisted(catalogue, answered, owners)
    comparisons = _compare(answered, owners, campaign, since, days) if campaign and since else []
    report = make_report(answered, owners, comparisons)
    if output:
        write_report(report, output, title=posts.name, campaign=campaign or "")
    _show(report, output, as_json=as_json, as_csv=as_csv)
    if "unreadable" in report.verdicts:
        raise typer.Exit(1)


def _posts(posts: Path, pictures: Path | None) -> list[Post]:
    from lineage.insight.exposure.posts import posts_of_folder, read_posts, repeated

    if posts.is_dir():
        if pictures:
            raise UsageError(f"{posts}: a folder of posts holds their pictures; leave --pictures out")
        return posts_of_folder(posts, files_below([posts]))
    found = read_posts(posts, pictures=pictures)
    if again := repeated(found):
        rows = "1 row stands" if len(again) == 1 else f"{len(again)} rows stand"
        complain(f"{posts}: {rows} there a second time, first line {again[0]}; each row counts as a post of its own")
    return found


def _tell_unlisted(catalogue: Path, answered: Sequence[Answer], owners: Mapping[str, Owner]) -> None:
    shown = dict.fromkeys(showing.asset for answer in answered for showing in answer.showings)
    if unlisted := [asset for asset in shown if asset not in owners]:
        are, their = ("is", "its") if len(unlisted) == 1 else ("are", "their")
        count = f"{len(unlisted)} of {len(shown)} assets that posts show {are} not in it"
        complain(f"{catalogue}: {count}, first {unlisted[0]}; {their} first folder counts as the campaign")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--day {text}: no date; write dates like 2026-05-31") from error


def _ask(posts: Sequence[Post], settings: Settings) -> dict[str, Record]:
    from lineage.build import open_engine
    from lineage.report import as_json

    records: dict[str, Record] = {}
    with open_engine(settings) as engine, progress_bar("asking", len(posts)) as progress:
        for name in map(str, (post.file for post in posts)):
            try:
                picture, sha256 = read_post(name, settings)
                records[name] = as_json(engine.query(picture, name=name, sha256=sha256))
            except ImageError as error:
                complain(str(error))
                records[name] = {"query": name, "verdict": None, "matches": []}
            progress(1)
    return records


def _labeller(model: Path) -> tuple[LabelModel, Sequence[Member]]:
    from lineage.backbones.load import load
    from lineage.insight.labels.model import load_model
    from lineage.insight.labels.predict import load_members

    fitted = load_model(model)
    return fitted, load_members(fitted, load)


def _labels(posts: Sequence[Post], fitted: LabelModel, members: Sequence[Member]) -> dict[str, Mapping[str, float]]:
    from lineage.insight.labels.examples import LONGEST
    from lineage.insight.labels.predict import predict

    with progress_bar("looking", len(posts)) as progress:
        pictures = Decoded([post.file for post in posts], LONGEST, progress)
        return {
            one.name: {label: dict(zip(fitted.classes, one.probabilities, strict=True))[label] for label in one.labels}
            for one in predict(fitted, members, pictures)
        }


def _compare(
    answered: Sequence[Answer], owners: Mapping[str, Owner], campaign: str, day: date, days: int | None
) -> Sequence[Comparison]:
    from lineage.insight.exposure.answers import shares
    from lineage.insight.exposure.compare import compare, window

    campaigns = shares(answered, "campaign", owners)
    if campaign not in campaigns:
        raise UsageError(f"{campaign}: no post shows this campaign; there are {', '.join(sorted(campaigns)) or 'none'}")
    first, last = window([answer.post for answer in answered], day, days=days)
    return compare(campaigns[campaign], first=first, day=day, last=last)


def _show(report: Report, output: Path | None, *, as_json: bool, as_csv: bool) -> None:
    from lineage.insight.exposure.report import COLUMNS, rows

    if as_json:
        print_json(asdict(report))
    elif as_csv:
        csv.writer(sys.stdout).writerows([COLUMNS, *rows(report)])
    else:
        for line in _lines(report):
            say(line)
        if output:
            say(str(output / "exposure.html"))


def _lines(report: Report) -> list[str]:
    from lineage.insight.exposure.report import number, short, worth_showing
    from lineage.insight.exposure.variants import counted

    lines = [" · ".join(f"{posts} {name}" for name, posts in report.verdicts.items())]
    for key in ("campaign", "channel", "asset"):
        top = worth_showing(report.exposures[key])[:TOP]
        lines += [
            f"{key} {one.name}: exposures {number(one.exposures)}, engagement {number(one.engagement)}" for one in top
        ]
    lines += [
        f"variant {one.edits}: {counted(one.posts)}, engagement {number(one.engagement)} each"
        for one in report.variants[:TOP]
    ]
    lines += [f"voice {one.label}: share {number(one.share)} among novel posts" for one in report.voice[:TOP]]
    for one in report.comparisons:
        before, after = (
            f"{short(mean)} ({days} days)" for mean, days in zip((one.before, one.after), one.days, strict=True)
        )
        difference = f"difference {number(one.difference)}, p {one.p:.4f}"
        lines.append(f"{one.measure} a day: before {before}, after {after}, {difference}")
    return lines

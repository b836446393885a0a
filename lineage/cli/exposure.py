"""`lineage exposure`: how often, where and with which response do posts show the assets?"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lineage.cli.asking import opened_asker
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
from lineage.cli.pictures import Decoded, files_below
from lineage.errors import ImageError, UsageError
from lineage.machine.cells import cells

if TYPE_CHECKING:
    from lineage.insight.exposure.answers import Answer, Owner
    from lineage.insight.exposure.compare import Comparison
    from lineage.insight.exposure.given import Record
    from lineage.insight.exposure.posts import Post
    from lineage.insight.exposure.report import ExposureReport
    from lineage.insight.labels.examples import Member
    from lineage.insight.labels.model import LabelModel
    from lineage.settings import Settings


def exposure(
    posts: Annotated[
        Path, typer.Argument(help="CSV: post, date, channel, account, engagement; or a folder.", show_default=False)
    ],
    *,
    given: Annotated[
        Path | None,
        typer.Option(
            "--answers", help="File that `lineage query --output posts.jsonl` wrote; else the index is asked."
        ),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Model that `labels fit` wrote: counts the labels of posts too.")
    ] = None,
    catalogue: Annotated[
        Path | None, typer.Option(help="CSV: asset, campaign, brand; else the first folder is the campaign.")
    ] = None,
    day: Annotated[
        str | None, typer.Option(help="Compare before with after this day, which counts as after: 2026-05-31.")
    ] = None,
    campaign: Annotated[str | None, typer.Option(help="Compare this campaign; else whatever the library has.")] = None,
    brand: Annotated[str | None, typer.Option(help="Compare this brand of --catalogue.")] = None,
    asset: Annotated[str | None, typer.Option(help="Compare this asset.")] = None,
    label: Annotated[str | None, typer.Option(help="Compare this label of --model, in all posts.")] = None,
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
    """Count what posts show: assets, campaigns, channels, weeks, variants, labels. Compare before and after a day.

    Example: lineage exposure posts.csv --campaign spring --day 2026-05-01 --output report
    """
    from lineage.insight.exposure.given import read_answers
    from lineage.insight.exposure.join import join, read_owners
    from lineage.insight.exposure.page import write_report
    from lineage.insight.exposure.report import make_report
    from lineage.settings import load_settings

    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; choose one")
    subject = _subject({"campaign": campaign, "brand": brand, "asset": asset, "label": label}, day, model)
    if days is not None and day is None:
        raise UsageError("--days belongs to a comparison; name its day with --day")
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
    classes = labeller[0].classes if labeller else ()
    compared = _compare(answered, owners, subject, since, days, classes) if subject and since else None
    report = make_report(answered, owners, compared)
    if output:
        write_report(report, output, title=posts.name)
    _show(report, output, as_json=as_json, as_csv=as_csv)
    if "unreadable" in report.verdicts:
        raise typer.Exit(1)


def _posts(posts: Path, pictures: Path | None) -> list[Post]:
    from lineage.insight.exposure.posts import posts_of_folder, read_posts, repeated_lines

    if posts.is_dir():
        if pictures:
            raise UsageError(f"{posts}: a folder of posts holds their pictures; leave --pictures out")
        return posts_of_folder(posts, files_below([posts]))
    found = read_posts(posts, pictures=pictures)
    if again := repeated_lines(found):
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
    names = list(dict.fromkeys(str(post.file) for post in posts))
    records: dict[str, Record] = {}
    with opened_asker(settings, len(names)) as asker, closing(asker.ask(names)) as answers:
        for name, answer in zip(names, answers, strict=True):
            try:
                records[name] = answer.result().report.as_json()
            except ImageError as error:
                complain(str(error))
                records[name] = {"query": name, "verdict": None, "probability": None, "matches": []}
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


def _subject(wanted: Mapping[str, str | None], day: str | None, model: Path | None) -> tuple[str, str] | None:
    """What is compared, by its kind and name; None where no comparison is wanted."""
    from lineage.insight.exposure.answers import ANY

    named = [(kind, name) for kind, name in wanted.items() if name is not None]
    if len(named) > 1:
        raise UsageError(f"one thing is compared at a time: --{named[0][0]} or --{named[1][0]}")
    if named and day is None:
        raise UsageError(f"--{named[0][0]} is compared before and after a day; name it with --day")
    if wanted["label"] is not None and model is None:
        raise UsageError("--label needs the model that gives labels; name it with --model")
    return (named[0] if named else (ANY, ANY)) if day else None


def _compare(
    answered: Sequence[Answer],
    owners: Mapping[str, Owner],
    subject: tuple[str, str],
    day: date,
    days: int | None,
    classes: Sequence[str],
) -> Comparison:
    from lineage.insight.exposure.answers import ANY, UNREADABLE, shares
    from lineage.insight.exposure.compare import before_and_after, window

    kind, name = subject
    found = shares(answered, kind, owners)
    listed = {ANY: {ANY}, "label": set(classes), "asset": set(owners)}.get(
        kind, {getattr(owner, kind, "") for owner in owners.values()}
    )
    if name not in found and name not in listed:
        there = ", ".join(sorted({*found, *listed} - {""})) or "none"
        raise UsageError(f"{name}: no post shows this {kind}; there are {there}")
    posts = [answer.post for answer in answered if answer.verdict != UNREADABLE]
    if not posts:
        raise UsageError("no post can be read, so there is nothing to compare")
    first, last = window(posts, day, days=days)
    called = name if kind == ANY else f"{kind} {name}"
    return before_and_after(called, posts, found.get(name, []), first=first, day=day, last=last)


def _show(report: ExposureReport, output: Path | None, *, as_json: bool, as_csv: bool) -> None:
    from lineage.insight.exposure.report import COLUMNS, rows
    from lineage.insight.exposure.words import lines

    if as_json:
        print_json(asdict(report))
    elif as_csv:
        csv.writer(sys.stdout).writerows(map(cells, [COLUMNS, *rows(report)]))
    else:
        for line in lines(report):
            say(line)
        if output:
            say(str(output / "exposure.html"))

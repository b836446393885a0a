"""Where and when the library was seen: exposure by week, of each campaign and channel, as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lineage.describe.same_picture import same_post
from lineage.insight.exposure import words
from lineage.insight.exposure.answers import Answer, Owner, Showing, owner_of
from lineage.insight.exposure.plots import every_week
from lineage.insight.exposure.posts import Post
from lineage.insight.exposure.report import ExposureReport, counted_by, make_report, worth_showing
from lineage.records import Sighting
from lineage.web.desk import Desk
from lineage.web.pages.callers import READER
from lineage.web.pages.frame import page
from lineage.web.pages.plots import Curve, bars, curve
from lineage.web.service import Service

CAMPAIGNS = 6  # with a curve of their own; the bars have more

router = APIRouter(dependencies=[READER])


@router.get("/sightings")
async def sightings(request: Request) -> Response:
    """What the latest posts showed."""
    service: Service = request.app.state.service
    seen = await service.at_desk(Desk.sightings)
    owners = service.catalogue.owners
    report, curves = await service.drawn(lambda: _counted(seen, owners))
    return page(
        request,
        "sightings.html",
        place="Sightings",
        report=report,
        said=words,
        curves=curves,
        bars={key: bars(worth_showing(report.exposures[key])) for key in ("campaign", "channel", "asset")},
    )


def answers_of(seen: Sequence[Sighting]) -> list[Answer]:
    """Posts that were asked about, the first time each; the channel is the folder that it lies in."""
    found: list[tuple[Sighting, Answer]] = []
    for number, one in enumerate(seen):
        if not any(_again(one, before) for before, _ in found):
            found.append((one, _answer(one, number)))
    return [answer for _, answer in found]


def _counted(
    seen: Sequence[Sighting], owners: Mapping[str, Owner]
) -> tuple[ExposureReport, Sequence[tuple[str, Curve]]]:
    answered = answers_of(seen)
    report = make_report(answered, owners)
    weeks = every_week(report.exposures["week"]) if answered else []
    curves = [("All posts that show an asset", curve(weeks))] if answered else []
    for campaign in worth_showing(report.exposures["campaign"])[:CAMPAIGNS]:
        of_it = [_only(answer, campaign.name, owners) for answer in answered]
        curves.append((campaign.name, curve(every_week(counted_by(of_it, "week", owners)))))
    return report, curves


def _only(answer: Answer, campaign: str, owners: Mapping[str, Owner]) -> Answer:
    """The answer with what it shows of one campaign."""
    own = tuple(one for one in answer.showings if owner_of(one.asset, owners).campaign == campaign)
    return replace(answer, showings=own)


def _again(one: Sighting, other: Sighting) -> bool:
    """Whether the same post was asked about, with the same answer."""
    if one.asset != other.asset or one.hashes is None or other.hashes is None:
        return False
    return same_post(one.hashes, other.hashes)


def _answer(seen: Sighting, number: int) -> Answer:
    parts = PurePosixPath(seen.query).parts
    channel = parts[-2] if len(parts) > 1 else ""
    day = datetime.fromisoformat(seen.when).astimezone().date()
    post = Post(seen.query, Path(), day, channel, "", 0.0, number)
    probability = 1.0 if seen.score is None else seen.score
    showings = (Showing(post, seen.path, probability),) if seen.asset else ()
    return Answer(post, seen.decision, showings, {})

"""Where and when the library was seen: exposure by week, of each campaign and channel, as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lineage.insight.exposure import words
from lineage.insight.exposure.answers import Answer, Owner
from lineage.insight.exposure.report import ExposureReport, make_report, worth_showing
from lineage.insight.exposure.seen import answers_of, weeks_of
from lineage.records import Sighting
from lineage.web.desk import Desk
from lineage.web.pages.callers import READER
from lineage.web.pages.frame import page
from lineage.web.pages.plots import Curve, bars, curves
from lineage.web.service import Service

ALL = "All posts that show an asset"
CURVES = 6  # of campaigns, and of channels; the bars have more
Charts = Sequence[tuple[str, Sequence[tuple[str, Curve]]]]
"""By title, curves by name."""

router = APIRouter(dependencies=[READER])


@router.get("/sightings")
async def sightings(request: Request) -> Response:
    """What the latest posts showed."""
    service: Service = request.app.state.service
    seen = await service.at_desk(Desk.sightings)
    owners = service.catalogue.owners
    report, charts = await service.drawn(lambda: _counted(seen, owners))
    return page(
        request,
        "sightings.html",
        place="Sightings",
        report=report,
        said=words,
        charts=charts,
        bars={key: bars(worth_showing(report.exposures[key])) for key in ("campaign", "channel", "asset")},
    )


def _counted(seen: Sequence[Sighting], owners: Mapping[str, Owner]) -> tuple[ExposureReport, Charts]:
    answers = answers_of(seen)
    report = make_report(answers, owners)
    return report, charts_of(answers, report, owners)


def charts_of(answers: Sequence[Answer], report: ExposureReport, owners: Mapping[str, Owner]) -> Charts:
    """Curves over the weeks of all posts, and of the campaigns and channels that are exposed most; none while there is
    but one week.
    """
    everything = weeks_of(answers, owners)
    if len(everything) < 2:
        return []
    campaigns, channels = (
        [one.name for one in worth_showing(report.exposures[key])[:CURVES]] for key in ("campaign", "channel")
    )
    charts = {
        "By week": {ALL: everything},
        "Campaigns by week": {name: weeks_of(answers, owners, campaign=name) for name in campaigns},
        "Channels by week": {name: weeks_of(answers, owners, channel=name) for name in channels},
    }
    return [(title, curves(weeks)) for title, weeks in charts.items() if weeks]

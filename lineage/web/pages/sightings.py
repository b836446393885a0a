"""Where and when the library was seen: exposure by week, of each campaign and channel, as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from lineage.insight.exposure import words
from lineage.insight.exposure.answers import Owner
from lineage.insight.exposure.report import ExposureReport, make_report, worth_showing
from lineage.insight.exposure.seen import answers_of, weeks_of
from lineage.records import Sighting
from lineage.web.desk import Desk
from lineage.web.pages.callers import READER
from lineage.web.pages.frame import page
from lineage.web.pages.plots import Curve, bars, curve
from lineage.web.service import Service

ALL = "All posts that show an asset"
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


def _counted(
    seen: Sequence[Sighting], owners: Mapping[str, Owner]
) -> tuple[ExposureReport, Sequence[tuple[str, Curve]]]:
    """The report, and the curves of all posts and of the campaigns that are shown most."""
    answers = answers_of(seen)
    report = make_report(answers, owners)
    shown = [one.name for one in worth_showing(report.exposures["campaign"])[:CAMPAIGNS]]
    weeks = [(ALL, weeks_of(answers, owners)), *((name, weeks_of(answers, owners, campaign=name)) for name in shown)]
    return report, [(name, curve(counted)) for name, counted in weeks if counted]

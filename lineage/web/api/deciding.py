"""Posts that wait for a person, and what people decide."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse

from lineage.errors import UsageError
from lineage.feedback.state import as_lines
from lineage.web.access import needs
from lineage.web.bodies import read_json
from lineage.web.keys import Caller
from lineage.web.openapi import answers, told, told_as
from lineage.web.schema import Decision, Decisions, Reviews, review_told
from lineage.web.service import Service

router = APIRouter(prefix="/v1", tags=["decide"])
Reviewer = Annotated[Caller, Depends(needs("review"))]


@router.get("/reviews", responses=answers(told("Reviews"), 422, 503))
async def reviews(
    request: Request,
    _: Reviewer,
    state: Literal["open", "decided", "all"] = "open",
    order: Literal["doubt", "time"] = "doubt",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> JSONResponse:
    """Posts that wait for a person, the most doubtful first, with how many there are."""
    service: Service = request.app.state.service
    found = await service.standings()
    left = [one for one in found if state == "all" or (one.note is None) == (state == "open")]
    if order == "doubt":
        left.sort(key=lambda one: one.review.doubt)
    waiting = sum(one.note is None for one in found)
    shown = tuple(review_told(one) for one in left[:limit])
    return JSONResponse(asdict(Reviews(waiting, len(found) - waiting, shown)))


@router.post("/feedback", responses=answers(told("Decided"), 409, 413, 415, 422, 503), openapi_extra=told_as(Decision))
async def feedback(request: Request, caller: Reviewer) -> JSONResponse:
    """Decide, or take a decision back; the next query knows it.

    Whoever comes second to a post is told what was decided, with status 409.
    """
    service: Service = request.app.state.service
    decision = await read_json(request, Decision)
    who = caller.name or decision.by or service.person
    if decision.what == "undo":
        if not decision.decision:
            raise UsageError("name the decision that is taken back")
        return JSONResponse(await service.undo(decision.decision, who=who))
    note = await service.decide(
        decision.what, who=who, answer=decision.answer, asset=decision.asset, reason=decision.reason
    )
    (line,) = as_lines([note])
    return JSONResponse(line)


@router.get("/feedback", responses=answers(told("Decisions"), 503))
async def decided(request: Request, _: Reviewer) -> JSONResponse:
    """What people decided, oldest first: the lines of `lineage feedback --json`."""
    service: Service = request.app.state.service
    return JSONResponse(asdict(Decisions(await service.decisions())))

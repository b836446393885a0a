"""Posts that wait for a person, and what people decide."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request

from lineage.errors import UsageError
from lineage.web.access import needs
from lineage.web.bodies import read_json
from lineage.web.keys import Caller
from lineage.web.schema import Decision, answers, review_json, told_as
from lineage.web.service import Service

router = APIRouter(prefix="/v1", tags=["decide"])
Reviewer = Annotated[Caller, Depends(needs("review"))]
_OBJECT = answers(application__json={"type": "object"})


@router.get("/reviews", responses=_OBJECT)
async def reviews(
    request: Request,
    _: Reviewer,
    state: Literal["open", "decided", "all"] = "open",
    order: Literal["doubt", "time"] = "doubt",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """Posts that wait for a person, the most doubtful first, with how many there are."""
    service: Service = request.app.state.service
    found = await service.standings()
    left = [one for one in found if state == "all" or (one.note is None) == (state == "open")]
    if order == "doubt":
        left.sort(key=lambda one: one.review.doubt)
    waiting = sum(one.note is None for one in found)
    return {"open": waiting, "decided": len(found) - waiting, "reviews": [review_json(one) for one in left[:limit]]}


@router.post("/feedback", responses=_OBJECT, openapi_extra=told_as(Decision))
async def feedback(request: Request, caller: Reviewer) -> dict[str, Any]:
    """Decide, or take a decision back; the next query knows it.

    Whoever comes second to a post is told what was decided, with status 409.
    """
    service: Service = request.app.state.service
    decision = await read_json(request, Decision)
    who = caller.name or decision.by or service.person
    if decision.what == "undo":
        if not decision.decision:
            raise UsageError("name the decision that is taken back")
        return (await service.undo(decision.decision, who=who)).as_json() | {"undone": True}
    note = await service.decide(
        decision.what, who=who, answer=decision.answer, asset=decision.asset, reason=decision.reason
    )
    return note.as_json() | {"undone": False}


@router.get("/feedback", responses=_OBJECT)
async def decided(request: Request, _: Reviewer) -> dict[str, Any]:
    """What people decided, oldest first: the lines of `lineage feedback --json`."""
    service: Service = request.app.state.service
    return {"decisions": await service.decisions()}

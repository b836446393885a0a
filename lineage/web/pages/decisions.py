"""What is decided on a page: written, or taken back, and on to the next."""

from __future__ import annotations

from typing import cast, get_args

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from lineage.errors import LineageError
from lineage.web.desk import DecidedAlready, Judgement
from lineage.web.pages.callers import REVIEWER, counted
from lineage.web.pages.frame import inside, page, who
from lineage.web.problems import Problem, problem_of
from lineage.web.service import Service

router = APIRouter(dependencies=[REVIEWER, Depends(counted)])


@router.post("/decide")
async def decide(request: Request) -> Response:
    """Write a decision about an answer or an asset, and go to where the form says."""
    service: Service = request.app.state.service
    async with request.form() as form:
        given = {name: str(value) for name, value in form.items()}
    what = given.get("what", "")
    if what not in get_args(Judgement):
        problem = Problem(422, "The form does not say what.")
        return _refused(request, "Nothing was decided", problem, inside(given.get("back", "")))
    try:
        await service.decide(
            cast(Judgement, what),
            who=who(request),
            answer=given.get("answer", ""),
            asset=given.get("asset", "") if what != "ignore" else "",
            reason=given.get("reason", ""),
        )
    except DecidedAlready:
        return RedirectResponse(inside(given.get("back", "")), 303)  # which says who was first
    except LineageError as error:
        return _refused(request, "Nothing was decided", problem_of(error), inside(given.get("back", "")))
    return RedirectResponse(inside(given.get("next") or given.get("back", "")), 303)


@router.post("/undo")
async def undo(request: Request) -> Response:
    """Take a decision back."""
    service: Service = request.app.state.service
    async with request.form() as form:
        note, back = str(form.get("note", "")), inside(str(form.get("back", "")))
    try:
        await service.undo(note, who=who(request))
    except LineageError as error:
        return _refused(request, "Nothing was taken back", problem_of(error), back)
    return RedirectResponse(back, 303)


def _refused(request: Request, title: str, problem: Problem, back: str) -> Response:
    ways = [(back, "Back")]
    shown = page(request, "error.html", status=problem.status, title=title, detail=problem.detail, ways=ways)
    shown.headers.update(problem.headers)
    return shown

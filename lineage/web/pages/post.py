"""One post: dropped, pasted or chosen; what it was made from, and why."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from lineage.errors import ImageError
from lineage.web.pages.callers import READER, counted
from lineage.web.pages.frame import page
from lineage.web.pages.looks import looks, rival_look
from lineage.web.pages.uploads import dropped, refused
from lineage.web.service import Service
from lineage.web.waiting import while_connected

router = APIRouter(dependencies=[READER])


@router.get("/")
async def ask(request: Request) -> Response:
    """Where a post is dropped."""
    return await _asking(request)


@router.get("/posts")
async def form(request: Request) -> Response:
    """The address of a form that was refused, looked at again."""
    return RedirectResponse("/", 303)


@router.post("/posts", dependencies=[Depends(counted)])
async def asked(request: Request) -> Response:
    """Ask about a post, and go to its answer."""
    service: Service = request.app.state.service
    try:
        given = await dropped(request)
        answered = await while_connected(request, service.query(given.content, given.name))
    except ImageError as error:
        return await _asking(request, error=refused(error), status=422)
    return RedirectResponse(f"/posts/{answered.id}", 303)


@router.get("/posts/{key}")
async def answer(request: Request, key: str) -> Response:
    """What a post was made from, and why."""
    service: Service = request.app.state.service
    report = await service.report(key)
    if report is None:
        return await _asking(request, error="This answer is not kept any more. Ask again.", status=404)
    decisions = await service.at_desk(lambda desk: desk.about(key))
    drawn = looks(report, f"/posts/{key}")
    shown = {look.match.asset.id for look in drawn}
    judged = {note.asset: note for note in decisions if note.asset in shown and note.what in ("confirm", "reject")}
    return page(
        request,
        "post.html",
        place="Post",
        key=key,
        report=report,
        verdict=report.verdict,
        looks=drawn,
        rival=rival_look(report, f"/posts/{key}"),
        judged=judged,
        others=[note for note in decisions if note not in judged.values()],
        closed=bool(decisions) and (report.verdict.decision == "review" or decisions[-1].what == "ignore"),
    )


async def _asking(request: Request, *, error: str = "", status: int = 200) -> Response:
    service: Service = request.app.state.service
    count = await service.drawn(service.index.count)
    return page(request, "ask.html", place="Post", status=status, error=error, count=count)

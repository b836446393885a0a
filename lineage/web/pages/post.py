"""One post: dropped, pasted or chosen; what it was made from, and why."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from lineage.errors import ImageError
from lineage.web.pages.frame import page
from lineage.web.pages.looks import looks, rival_look
from lineage.web.pages.uploads import upload
from lineage.web.service import Service

router = APIRouter()


@router.get("/")
async def ask(request: Request) -> Response:
    """Where a post is dropped."""
    return await _asking(request)


@router.post("/posts")
async def asked(request: Request) -> Response:
    """Ask about a post, and go to its answer."""
    service: Service = request.app.state.service
    try:
        answered = await service.query(*await upload(request))
    except ImageError as error:
        return await _asking(request, error=str(error), status=422)
    return RedirectResponse(f"/posts/{answered.id}", 303)


@router.get("/posts/{key}")
async def answer(request: Request, key: str) -> Response:
    """What a post was made from, and why."""
    service: Service = request.app.state.service
    found = service.recent(key)
    if found is None:
        return await _asking(request, error="This answer is not kept any more. Ask again.", status=404)
    address = f"/posts/{key}"
    return page(
        request,
        "post.html",
        place="Post",
        key=key,
        report=found.report,
        verdict=found.report.verdict,
        picture=found.picture,
        looks=looks(found.report, address),
        rival=rival_look(found.report, address),
        deciding=None,
    )


async def _asking(request: Request, *, error: str = "", status: int = 200) -> Response:
    service: Service = request.app.state.service
    count = await service.run(service.index.count)
    return page(request, "ask.html", place="Post", status=status, error=error, count=count)

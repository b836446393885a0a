"""Who looks at a page, and may: with the cookie of the login, or anybody where there are no keys."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from lineage.web.access import COOKIE, SESSION, Access, needs
from lineage.web.keys import Caller
from lineage.web.pages.frame import asked_for, inside, page

open_router = APIRouter()
"""Where one signs in: for everybody."""
READER, REVIEWER = Depends(needs("read", counted=False)), Depends(needs("review", counted=False))
"""Who looks, and who decides. A page has many pictures, so they are not counted; what takes long is, by `counted`."""


async def counted(request: Request) -> None:
    """Count a request that takes a processor for long, or writes; in the loop, where no two count at once."""
    caller: Caller | None = getattr(request.state, "caller", None)
    request.app.state.rate.require(request, caller.name if caller else "")


@open_router.get("/login")
async def login(request: Request) -> Response:
    """Where one signs in."""
    access: Access = request.app.state.access
    if access.open:
        return RedirectResponse("/", 303)
    return page(request, "login.html", back=inside(asked_for(request, "to")), wrong=False)


@open_router.post("/login", dependencies=[Depends(counted)])
async def log_in(request: Request) -> Response:
    """Sign in with a key."""
    access: Access = request.app.state.access
    access.require_own_page(request)
    async with request.form() as form:
        key, back = str(form.get("key", "")), inside(str(form.get("to", "")))
    token = access.log_in(key)
    if token is None:
        return page(request, "login.html", status=401, back=back, wrong=True)
    answer = RedirectResponse(back, 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, token, SESSION, httponly=True, samesite="strict", secure=secure)
    return answer


@open_router.post("/logout")
async def log_out(request: Request) -> Response:
    """Sign out."""
    access: Access = request.app.state.access
    access.require_own_page(request)
    access.log_out(request)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer

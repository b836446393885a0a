"""Requests that are larger than the service takes: refused by what they say of themselves, or once too much came."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lineage.web.problems import ErrorPage, Problem, Refused


class SizeLimit:
    """Stands before an application.

    Args:
        app: that it stands before
        most: bytes of a request
        page: what is shown to a person instead of a problem, see `answer_problems`
    """

    def __init__(self, app: ASGIApp, most: int, page: ErrorPage) -> None:
        self._app = app
        self._page = page
        self._most = most
        self._why = f"a request may have {most:,} bytes (setting upload_limit)"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if not told.isdigit() or int(told) > self._most:
            problem = Problem(413, self._why, {"Connection": "close"})
            await (self._page(Request(scope), problem) or problem.response())(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise Refused(413, self._why, {"Connection": "close"})
            return message

        await self._app(scope, counted, send)

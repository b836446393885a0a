"""Requests that are larger than the service takes, refused by what they say of themselves or once too much came; and
those that do not come to an end.
"""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lineage.web.problems import ErrorPage, Problem, Refused


class BodyLimits:
    """Stands before an application.

    Args:
        app: that it stands before
        most: bytes of a request
        seconds: until all of a request has come: whoever sends a few bytes and waits takes the place of others
        page: what is shown to a person instead of a problem, see `answer_problems`
    """

    def __init__(self, app: ASGIApp, most: int, seconds: float, page: ErrorPage) -> None:
        self._app = app
        self._page = page
        self._most = most
        self._seconds = seconds
        self._why = f"a request may have {most:,} bytes (setting upload_limit)"
        self._late = f"a request must have come after {seconds:g} s (setting upload_seconds)"

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
        read, more = 0, True
        until = asyncio.get_running_loop().time() + self._seconds

        async def counted() -> Message:
            nonlocal read, more
            try:
                async with asyncio.timeout_at(until if more else None):
                    message = await receive()
            except TimeoutError as error:
                raise Refused(408, self._late, {"Connection": "close"}) from error
            more = message.get("more_body", False)
            read += len(message.get("body", b""))
            if read > self._most:
                raise Refused(413, self._why, {"Connection": "close"})
            return message

        await self._app(scope, counted, send)

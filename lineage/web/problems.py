"""Errors as RFC 9457 has them: `application/problem+json`, each with the sentence that the command line would say."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from lineage.errors import (
    AuditError,
    ImageError,
    ImageOutOfReach,
    ImageTooLarge,
    LineageError,
    NoteDamaged,
    StoreError,
    UsageError,
)
from lineage.machine.one_line import one_line
from lineage.web.desk import DecidedAlready
from lineage.web.pool import RETRY_AFTER, Busy

MEDIA_TYPE = "application/problem+json"
_STATUS: tuple[tuple[type[LineageError], int], ...] = (  # the first that fits
    (DecidedAlready, 409),
    (Busy, 503),
    (ImageTooLarge, 413),
    (ImageOutOfReach, 502),
    (ImageError, 422),
    (UsageError, 422),
    (NoteDamaged, 500),  # which no second attempt mends
    (StoreError, 503),
    (AuditError, 503),
)
HUNG_UP = 499
"""Whoever asked has hung up, as nginx has it; nobody is there to read it."""
_LOG = logging.getLogger(__name__)


class Refused(LineageError):
    """A request is not answered, whatever it asks.

    Attributes:
        status: of HTTP
        headers: that go with it
    """

    def __init__(self, status: int, why: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is said of an error.

    Attributes:
        status: of HTTP
        detail: a sentence for a person
        headers: that go with it
        more: further members, by name
    """

    status: int
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Its members by RFC 9457."""
        title = "Client Closed Request" if self.status == HUNG_UP else HTTPStatus(self.status).phrase
        told = one_line(self.detail)  # as on a terminal: without the secrets of addresses
        return {"type": "about:blank", "title": title, "status": self.status, "detail": told, **self.more}

    def response(self) -> JSONResponse:
        """The answer to a program."""
        return JSONResponse(self.as_json(), self.status, dict(self.headers), MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    """What is said of an error that ended a request."""
    if isinstance(error, Refused):
        return Problem(error.status, str(error), error.headers)
    if isinstance(error, ClientDisconnect):
        return Problem(HUNG_UP, "whoever asked has hung up")
    if isinstance(error, HTTPException):
        return Problem(error.status_code, str(error.detail), error.headers or {})
    if isinstance(error, RequestValidationError):
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        return Problem(422, wrong)
    if isinstance(error, LineageError):
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
        waiting = {"Retry-After": str(RETRY_AFTER)} if status == 503 else {}
        decided = {"decision": error.note.as_json()} if isinstance(error, DecidedAlready) else {}
        return Problem(status, str(error), waiting, decided)
    _LOG.error("a request failed: %s: %s", type(error).__name__, error, exc_info=error)
    return Problem(500, "something is wrong with the service itself; what it was stands where it runs")


ErrorPage = Callable[[Request, Problem], Response | None]
"""What is shown to a person instead of a problem; None where a program asks."""


def answer_problems(app: FastAPI, page: ErrorPage) -> None:
    """Let an application answer every error with a problem, or with a page."""

    async def handle(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        return page(request, problem) or problem.response()

    for kind in (LineageError, HTTPException, RequestValidationError, ClientDisconnect, Exception):
        app.add_exception_handler(kind, handle)
